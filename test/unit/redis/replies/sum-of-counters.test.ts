import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWhole, readServerCounters, type ServerCounters, sumOfCounters } from '../../../../src/redis/replies/server-counters.ts';
import { deltaBetween } from '../../../../src/verdict/growth.ts';

function node(runId: string, { sets = 0, oom = 0, used = 10, max = 100, role = 'master', loading = 0 } = {}): ServerCounters {
  return readServerCounters(
    [
      `# Server\r\nrun_id:${runId}\r\nredis_mode:cluster\r\nuptime_in_seconds:5`,
      `# Memory\r\nused_memory:${used}\r\nmaxmemory:${max}\r\nmaxmemory_policy:noeviction`,
      `# Persistence\r\nloading:${loading}\r\n# Replication\r\nrole:${role}`,
      `# Stats\r\ntotal_commands_processed:${sets}\r\nevicted_keys:0`,
      `# Commandstats\r\ncmdstat_set:calls=${sets},usec=1`,
      `# Errorstats\r\nerrorstat_OOM:count=${oom}`,
    ].join('\r\n'),
  );
}

describe('the counters of several servers', () => {
  it('are their sums, in the condition of the one that is worst off', () => {
    const sum = sumOfCounters([node('a', { sets: 3 }), node('b', { sets: 4, oom: 2, used: 99 }), { ...node('c'), clusterOk: false }]);
    expect(sum).toMatchObject({ sets: 7, errors: { OOM: 2 }, mode: 'cluster', runId: 'a b c', clusterOk: false, loading: false });
    expect(sum.state).toMatchObject({ memory: 99, maxMemory: 100, role: 'master' });
    expect(sumOfCounters([node('a'), node('b', { loading: 1 })]).loading).toBe(true);
    expect(sumOfCounters([node('a'), node('b', { role: 'slave' })]).state).toMatchObject({ role: 'slave' });
  });

  it('are summed each, whichever a verdict compares', () => {
    const commands = ['set', 'ping', 'del', 'flushall', 'auth'].map(
      (name) => `cmdstat_${name}:calls=3,usec=1,failed_calls=3,rejected_calls=0`,
    );
    const stats = ['total_commands_processed', 'rejected_connections', 'evicted_keys', 'expired_keys'].map((name) => `${name}:3`);
    const of = (id: string) =>
      readServerCounters(
        [`# Server\r\nrun_id:${id}`, '# Stats', ...stats, '# Commandstats', ...commands, '# Errorstats', 'errorstat_OOM:count=3'].join(
          '\r\n',
        ),
      );
    const at = (counters: ServerCounters, ms: number) => ({ at: ms, counters, own: {} });
    const [one, both] = [of('a'), sumOfCounters([of('a'), of('b')])];
    const nothing = at(
      {
        ...both,
        ...Object.fromEntries(Object.entries(both).map(([name, value]) => [name, typeof value === 'number' ? 0 : value])),
        errors: { OOM: 0 },
      },
      0,
    );
    const { by } = deltaBetween(nothing, at(both, 1_000)) ?? {};
    expect(by).toEqual({
      OOM: 6,
      logins: 6,
      rejected_connections: 6,
      evicted_keys: 6,
      expired_keys: 6,
      flushes: 6,
      deletes: 6,
      sets: 6,
      pings: 6,
    });
    expect([one.commands, both.commands]).toEqual([3, 6]);
  });

  it('are not continued when one of them is another server', () => {
    const at = (counters: ServerCounters, ms: number) => ({ at: ms, counters, own: {} });
    const before = sumOfCounters([node('a', { sets: 3 }), node('b', { sets: 4 })]);
    expect(deltaBetween(at(before, 0), at(sumOfCounters([node('b', { sets: 5 }), node('a', { sets: 3 })]), 1_000))?.by.sets).toBe(1);
    expect(deltaBetween(at(before, 0), at(sumOfCounters([node('a', { sets: 3 }), node('c', { sets: 9 })]), 1_000))).toBeUndefined();
    expect(deltaBetween(at(before, 0), at(sumOfCounters([node('a', { sets: 9 })]), 1_000))).toBeUndefined();
  });

  it('are whole where they are all there are', () => {
    expect(isWhole(node('a'))).toBe(false);
    expect(isWhole({ ...node('a'), whole: true })).toBe(true);
    expect(isWhole({ ...node('a'), mode: 'standalone' })).toBe(true);
  });

  it('are the same in any order, and never less than those of one', () => {
    const servers = fc.array(fc.record({ sets: fc.nat(99), oom: fc.nat(9), used: fc.nat(100) }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(servers, (all) => {
        const nodes = all.map((rest, index) => node(`n${index}`, rest));
        const [sum, reversed] = [sumOfCounters(nodes), sumOfCounters(nodes.toReversed())];
        expect({ ...reversed, state: undefined }).toEqual({ ...sum, state: undefined });
        for (const one of nodes) expect(sum.sets ?? 0).toBeGreaterThanOrEqual(one.sets ?? 0);
      }),
    );
  });
});
