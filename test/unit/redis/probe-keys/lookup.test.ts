import { describe, expect, it } from 'vitest';
import { lookupOf } from '../../../../src/redis/probe-keys/lookup.ts';
import { readServerCounters } from '../../../../src/redis/replies/server-counters.ts';

describe('what became of a key that the server spoke of', () => {
  it('follows from what was found and what was said', () => {
    const seen = { present: { state: 'present', ttlSeconds: 9 } as const, missing: undefined };
    const told = (found: keyof typeof seen, times: number, flushed: boolean, known: boolean) => {
      const { state, lostAfterWrite } = lookupOf(seen[found], { key: 'k', at: 0, times, flushed }, known);
      return `${state}${lostAfterWrite ? ' lost' : ''}`;
    };
    const table = [1, 2, 3].flatMap((times) =>
      [false, true].map((flushed) => [
        `${times}${flushed ? ' flushed' : ''}`,
        ...(['present', 'missing'] as const).flatMap((found) => [false, true].map((known) => told(found, times, flushed, known))),
      ]),
    );
    expect(table).toEqual([
      // said, present: not known and known before, missing: not known and known before
      ['1', 'present', 'present', 'other_database', 'other_database'],
      ['1 flushed', 'present', 'present', 'unknown', 'absent lost'],
      ['2', 'present', 'present', 'absent lost', 'absent lost'],
      ['2 flushed', 'present', 'present lost', 'absent lost', 'absent lost'],
      ['3', 'present lost', 'present lost', 'absent lost', 'absent lost'],
      ['3 flushed', 'present lost', 'present lost', 'absent lost', 'absent lost'],
    ]);
  });

  it('is what was found where nothing more can be heard', () => {
    expect(lookupOf(undefined, undefined, true)).toEqual({ state: 'unknown' });
    expect(lookupOf({ state: 'present' }, undefined, true)).toEqual({ state: 'present' });
  });
});

describe('the counters of a server', () => {
  it('are read from INFO, calls that remove keys summed up', () => {
    const reply = [
      '# Server',
      'run_id:a',
      'redis_mode:standalone',
      '# Stats',
      'evicted_keys:5',
      'expired_keys:6',
      'rejected_connections:7',
      '# Commandstats',
      'cmdstat_flushall:calls=1,usec=1',
      'cmdstat_flushdb:calls=2,usec=1',
      'cmdstat_del:calls=3,usec=1',
      'cmdstat_unlink:calls=4,usec=1',
      'cmdstat_get:calls=9,usec=1',
    ];
    expect(readServerCounters(reply.join('\r\n'))).toMatchObject({
      runId: 'a',
      mode: 'standalone',
      evictedKeys: 5,
      expiredKeys: 6,
      rejectedConnections: 7,
      flushes: 3,
      deletes: 7,
    });
    expect(readServerCounters('# Commandstats\r\ncmdstat_get:calls=9')).toMatchObject({ flushes: 0, deletes: 0 });
  });

  it('are not there where the server does not show them', () => {
    expect(readServerCounters('# Server\r\nrun_id:a')).toMatchObject({ flushes: undefined, deletes: undefined, evictedKeys: undefined });
  });
});
