import { describe, expect, it } from 'vitest';
import { readServerCounters } from '../../../../src/redis/replies/server-counters.ts';
import { deltaBetween } from '../../../../src/verdict/growth.ts';

/** A reply of INFO with these sections. */
function reply(sections: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(sections)
    .map(([name, lines]) => [`# ${name}`, ...lines, ''].join('\r\n'))
    .join('\r\n');
}

describe('the counters of a server', () => {
  it('count every login that was refused, whatever the text', () => {
    const commandstats = [
      'cmdstat_auth:calls=9,usec=1,usec_per_call=1.00,rejected_calls=2,failed_calls=5',
      'cmdstat_hello:calls=4,usec=1,usec_per_call=1.00,rejected_calls=0,failed_calls=3',
      'cmdstat_get:calls=4,usec=1,usec_per_call=1.00,rejected_calls=7,failed_calls=7',
      'cmdstat_set:calls=4,usec=1,usec_per_call=1.00,rejected_calls=7,failed_calls=7',
    ];
    expect(readServerCounters(reply({ Commandstats: commandstats }))).toMatchObject({ logins: 10, sets: 4 });
    expect(readServerCounters(reply({ Commandstats: ['cmdstat_get:calls=1'] }))).toMatchObject({ logins: 0, sets: 0 });
    // Nothing is shown: it is not known, and not zero.
    const { logins, sets } = readServerCounters(reply({}));
    expect([logins, sets]).toEqual([undefined, undefined]);
  });

  it('are those of the ACL where the server has stopped to count errors', () => {
    const sections = {
      Errorstats: ['errorstat_ERRORSTATS_DISABLED:count=1'],
      Stats: ['acl_access_denied_auth:3', 'acl_access_denied_cmd:4', 'acl_access_denied_key:5', 'acl_access_denied_channel:6'],
    };
    expect(readServerCounters(reply(sections)).errors).toMatchObject({ WRONGPASS: 3, NOPERM: 15 });
    expect(readServerCounters(reply({ Errorstats: ['errorstat_ERRORSTATS_DISABLED:count=1'] })).errors.WRONGPASS).toBeUndefined();
    expect(readServerCounters(reply({ ...sections, Errorstats: ['errorstat_WRONGPASS:count=1'] })).errors.WRONGPASS).toBe(1);
  });

  it('are not compared across CONFIG RESETSTAT, although some have grown beyond what they were', () => {
    const at = (commands: number, NOPERM: number) => ({
      at: commands,
      own: {},
      counters: readServerCounters(
        reply({ Server: ['run_id:a'], Stats: [`total_commands_processed:${commands}`], Errorstats: [`errorstat_NOPERM:count=${NOPERM}`] }),
      ),
    });
    expect(deltaBetween(at(900, 5), at(40, 29))).toBeUndefined();
    expect(deltaBetween(at(900, 5), at(940, 29))?.by.NOPERM).toBe(24);
  });

  it('come with the condition of the server, and what is not shown is not known', () => {
    const state = readServerCounters(
      reply({
        Replication: ['role:slave', 'slave_read_only:1'],
        Memory: ['used_memory:2000', 'mem_not_counted_for_evict:500', 'maxmemory:1000', 'maxmemory_policy:volatile-lru'],
        Persistence: ['rdb_last_bgsave_status:ok', 'aof_last_write_status:err'],
        Clients: ['connected_clients:5', 'maxclients:10000'],
        Keyspace: ['db0:keys=7,expires=0,avg_ttl=0', 'db3:keys=1,expires=1,avg_ttl=5'],
      }),
    ).state;
    expect(state).toEqual({
      mode: undefined,
      role: 'slave',
      readOnly: true,
      memory: 1500,
      maxMemory: 1000,
      maxMemoryPolicy: 'volatile-lru',
      volatileKeys: 1,
      saveFailed: true,
      clients: 5,
      maxClients: 10_000,
    });
    expect(Object.values(readServerCounters('').state ?? {}).every((value) => value === undefined)).toBe(true);
  });
});
