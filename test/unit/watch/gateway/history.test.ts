import { describe, expect, it } from 'vitest';
import type { Outcome, Route } from '../../../../src/model/cache.ts';
import { PROBERS } from '../../../../src/pairs/index.ts';
import type { PairResult } from '../../../../src/pairs/pair.ts';
import { createHistory, REMEMBERED, withNewest } from '../../../../src/watch/gateway/history.ts';

function pair(outcome: Outcome | undefined, route: Route = 'completions'): PairResult {
  return {
    prober: PROBERS[route],
    probe: 'lce-probe-0',
    kind: outcome === undefined ? 'control' : 'own',
    outcome,
    first: { seconds: 0.25, mark: 'miss' },
    duplicate: { seconds: 0.002, mark: outcome === 'ok' ? 'hit' : 'miss' },
    key: 'absent',
  };
}

const WORKING = { verdict: 'working', cause: 'none', evidence: 'all is well' } as const;
const BROKEN = { verdict: 'memory_only', cause: 'redis_auth', evidence: 'NOAUTH' } as const;

describe('the history of a gateway', () => {
  it('remembers the pairs of each route as small records', () => {
    const history = createHistory();
    history.pair(pair('ok'), 1_000, 'a');
    history.pair(pair(undefined, 'chat'), 2_000, 'a');
    history.pair(pair('miss_not_written'), 3_000, 'b');
    expect(history.status().pairs).toEqual([
      {
        route: 'completions',
        records: [
          { at: 1_000, outcome: 'ok', firstSeconds: 0.25, duplicateSeconds: 0.002, duplicate: 'hit', traceId: 'a' },
          { at: 3_000, outcome: 'miss_not_written', firstSeconds: 0.25, duplicateSeconds: 0.002, duplicate: 'miss', traceId: 'b' },
        ],
      },
      { route: 'chat', records: [{ at: 2_000, firstSeconds: 0.25, duplicateSeconds: 0.002, duplicate: 'miss', traceId: 'a' }] },
    ]);
  });

  it('keeps what failed, with what was made of it, when the pairs around it are long forgotten', () => {
    const history = createHistory();
    history.pair(pair('miss_not_written'), 1, 'bad');
    expect(history.status().failures).toEqual([]);
    history.judged(BROKEN, 2, 'bad');
    for (let index = 0; index < 1_000; index++) {
      history.pair(pair(index % 20 === 15 ? undefined : 'hit_unverified'), 3 + index, 'good');
      history.judged(WORKING, 3 + index, 'good');
    }
    const { pairs, failures } = history.status();
    expect(pairs[0]?.records.map(({ at }) => at)).toEqual(Array.from({ length: REMEMBERED.pairs }, (_, index) => 903 + index));
    expect(failures).toEqual([
      {
        at: 1,
        route: 'completions',
        outcome: 'miss_not_written',
        verdict: 'memory_only',
        cause: 'redis_auth',
        evidence: 'duplicate missed in 2.0 ms, key not in Redis',
        traceId: 'bad',
      },
    ]);
  });

  it('notes when the verdict or its cause became another one', () => {
    const history = createHistory();
    history.judged({ verdict: 'unknown', cause: 'undetermined', evidence: 'nothing yet' }, 1, 'a');
    history.judged(WORKING, 2, 'b');
    history.judged({ ...WORKING, evidence: 'another sentence' }, 3, 'c');
    history.judged(BROKEN, 4, 'd');
    history.judged({ ...BROKEN, cause: 'undetermined' }, 5, 'e');
    expect(history.status().changes).toEqual([
      { at: 2, from: 'unknown', to: 'working', cause: 'none', evidence: 'all is well', traceId: 'b' },
      { at: 4, from: 'working', to: 'memory_only', cause: 'redis_auth', evidence: 'NOAUTH', traceId: 'd' },
      { at: 5, from: 'memory_only', to: 'memory_only', cause: 'undetermined', evidence: 'NOAUTH', traceId: 'e' },
    ]);
  });

  it('stays bounded in everlasting trouble, also without judgements', () => {
    const history = createHistory();
    for (let index = 0; index < 500; index++) history.pair(pair('error_first', index % 2 === 0 ? 'chat' : 'completions'), index, 't');
    for (let index = 0; index < 500; index++) history.judged(index % 2 === 0 ? WORKING : BROKEN, index, 't');
    const { pairs, failures, changes } = history.status();
    expect(pairs.map(({ records }) => records.length)).toEqual([REMEMBERED.pairs, REMEMBERED.pairs]);
    expect([failures.length, changes.length]).toEqual([REMEMBERED.failures, REMEMBERED.changes]);
    expect([failures.at(-1)?.at, changes.at(-1)?.at]).toEqual([499, 499]);
  });

  it('never changes a list that it handed out', () => {
    const history = createHistory();
    history.pair(pair('ok'), 1, 'a');
    const before = history.status().pairs[0]?.records;
    history.pair(pair('ok', 'chat'), 2, 'b');
    expect(history.status().pairs[0]?.records).toBe(before);
    history.pair(pair('ok'), 3, 'c');
    expect(before).toHaveLength(1);
    expect(history.status().pairs[0]?.records).not.toBe(before);
  });
});

describe('withNewest', () => {
  it('drops the oldest above the size', () => {
    expect(withNewest([], 1, 2)).toEqual([1]);
    expect(withNewest([1], 2, 2)).toEqual([1, 2]);
    expect(withNewest([1, 2], 3, 2)).toEqual([2, 3]);
  });
});
