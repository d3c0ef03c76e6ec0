import { describe, expect, it } from 'vitest';
import { readCollectors } from '../../../src/collectors/collector.ts';
import { COLLECTORS } from '../../../src/collectors/index.ts';
import { COMMAND, ERROR_PREFIX } from '../../../src/model/redis.ts';
import { INFO } from '../../../src/redis/replies/query.ts';
import { createReplyStore } from '../../../src/redis/replies/reply-store.ts';
import { factsOf } from '../../../src/watch/target/facts.ts';

/** The plain fields that collectors read, by section. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Server: ['uptime_in_seconds'],
  Clients: ['connected_clients', 'blocked_clients', 'maxclients', 'client_recent_max_input_buffer', 'client_recent_max_output_buffer'],
  Memory: ['used_memory', 'used_memory_peak', 'used_memory_rss', 'maxmemory', 'mem_fragmentation_ratio', 'mem_not_counted_for_evict'],
  Persistence: [
    ...['loading', 'rdb_bgsave_in_progress', 'aof_enabled', 'rdb_last_save_time', 'rdb_changes_since_last_save'],
    ...['rdb_last_bgsave_status', 'aof_last_write_status'],
  ],
  Stats: [
    ...['total_commands_processed', 'rejected_connections', 'evicted_keys', 'expired_keys', 'keyspace_hits', 'keyspace_misses'],
    ...['total_eviction_exceeded_time', 'eventloop_duration_sum', 'latest_fork_usec', 'total_error_replies'],
    ...['auth', 'cmd', 'key', 'channel'].map((reason) => `acl_access_denied_${reason}`),
  ],
  Replication: ['connected_slaves', 'master_repl_offset', 'master_link_status', 'master_last_io_seconds_ago'],
  CPU: ['used_cpu_sys', 'used_cpu_user'],
};

/** INFO of a server in which every number and every state is the same text. */
function infoWith(value: string): string {
  return [
    ...Object.entries(FIELDS).flatMap(([section, fields]) => [`# ${section}`, ...fields.map((field) => `${field}:${value}`)]),
    '# Commandstats',
    ...COMMAND.map((cmd) => `cmdstat_${cmd}:calls=${value},usec=${value},rejected_calls=${value},failed_calls=${value}`),
    '# Errorstats',
    ...ERROR_PREFIX.filter((prefix) => prefix !== 'ERRORSTATS_DISABLED').map((prefix) => `errorstat_${prefix}:count=${value}`),
    '# Keyspace',
    `db0:keys=${value},expires=${value},avg_ttl=${value}`,
    '# Keysizes',
    `db0_distrib_strings_sizes:4=${value}`,
  ].join('\r\n');
}

function samplesOf(info: string) {
  const sheet = createReplyStore();
  for (const query of COLLECTORS.flatMap(({ queries }) => Object.values(queries))) sheet.set(query, query === INFO ? info : []);
  return readCollectors(COLLECTORS, sheet, 10_000).samples;
}

const ODD = [
  ...['', ' 7', '7 ', 'NaN', 'Infinity', '-1', '-0.5', '1e5', '1e400', '0x10', '+5', '1;5', '1 000', '٧', 'ok?', 'true', '9'.repeat(30)],
  '9'.repeat(500),
];

describe('a value that is none', () => {
  it.each(ODD)('%j is no sample: what is not known is not 0', (value) => {
    const shown = samplesOf(infoWith(value)).filter(({ metric }) => metric !== 'redis.info' && metric !== 'redis.role');
    // A prefix that the server never names has not happened.
    expect(shown.filter(({ labels }) => !('error.type' in labels && labels['error.type'] === 'ERRORSTATS_DISABLED'))).toEqual([]);
  });

  it('is a sample where it is a number', () => {
    const metrics = new Set(samplesOf(infoWith('1')).map(({ metric }) => metric));
    expect(metrics).toContain('redis.loading');
    expect(metrics).toContain('redis.cmd.time');
    expect(metrics).toContain('redis.db.keys');
    expect(metrics.size).toBeGreaterThan(30);
  });

  it('of one database leaves their sum open', () => {
    const read = (text: string) => {
      const sheet = createReplyStore();
      sheet.set(INFO, text);
      const info = sheet.get(INFO);
      if (info === undefined) throw new Error('INFO was not read');
      return factsOf(info);
    };
    expect(read('# Keyspace\r\ndb0:keys=2,expires=0\r\ndb1:keys=x,expires=0\r\n').keys).toBeUndefined();
    expect(read('# Keyspace\r\ndb0:keys=2,expires=0\r\ndb1:keys=3,expires=0\r\n').keys).toBe(5);
    expect(read('# Keyspace\r\n').keys).toBe(0);
    expect(read('# Memory\r\n').keys).toBeUndefined();
    expect(samplesOf('# Persistence\r\nloading:7\r\n').map(({ metric }) => metric)).not.toContain('redis.loading');
  });

  it('is not made of the half of a section that was not read', () => {
    const rows = Array.from({ length: 70_000 }, (_, index) => `cmdstat_x${index}:calls=1,usec=1,rejected_calls=0,failed_calls=0`);
    const metrics = samplesOf(`# Memory\r\nused_memory:1\r\n# Commandstats\r\n${rows.join('\r\n')}`).map(({ metric }) => metric);
    expect(metrics).toContain('redis.memory.used');
    expect(metrics).not.toContain('redis.cmd.calls');
  });

  it('is not made of more commands than any server has', () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => `cmdstat_x${index}:calls=1,usec=1,rejected_calls=0,failed_calls=0`);
    expect(samplesOf(`# Commandstats\r\n${rows.join('\r\n')}`).map(({ metric }) => metric)).not.toContain('redis.cmd.calls');
  });
});
