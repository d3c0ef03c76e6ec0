import { describe, expect, it } from 'vitest';
import {
  beginIsolationRound,
  type Isolated,
  type Isolation,
  isolatedAmong,
  keepIsolationOf,
  NO_ISOLATION,
  recordSharing,
} from '../../../../../src/watch/gateway/replicas/isolation.ts';
import { cycleOf } from '../../../../../src/watch/gateway/replicas/ordered-pairs.ts';

function replicas(names: string) {
  return [...names].map((name) => ({ name, host: name, port: 1 }));
}

/** What is known after some cycles over replicas, of which those in `alone` share no cache with others, and what was known in each round. */
function runCycles(
  before: Isolation,
  names: string,
  alone: string,
  cycles = 1,
): { isolation: Isolation; rounds: (Isolated | undefined)[] } {
  let isolation = before;
  const rounds = Array.from({ length: cycles }, () => cycleOf(replicas(names))).flatMap((cycle) =>
    cycle.map(({ from, to }) => {
      const shared = !alone.includes(from.name) && !alone.includes(to.name);
      isolation = recordSharing(beginIsolationRound(isolation), [from.name, to.name], shared);
      return isolatedAmong(isolation, [from.name, to.name]);
    }),
  );
  return { isolation, rounds };
}

const nothing = (count: number) => Array.from({ length: count }, () => undefined);

describe('a replica', () => {
  it('is isolated from its second round on in which nothing was shared, in every round of a cycle', () => {
    // ab, bc, ca, ac, ba, cb: c misses twice before ba shows that there is a cache to share.
    const first = runCycles(NO_ISOLATION, 'abc', 'c');
    expect(first.rounds).toEqual([...nothing(5), 'current_pair']);
    expect(runCycles(first.isolation, 'abc', 'c', 3).rounds).toEqual(
      Array.from({ length: 3 }, () => [
        'another_replica',
        'current_pair',
        'current_pair',
        'current_pair',
        'another_replica',
        'current_pair',
      ]).flat(),
    );
  });

  it('is not isolated while none shares a cache, and not any more in the first round in which it does', () => {
    const none = runCycles(NO_ISOLATION, 'abc', 'abc', 3);
    expect(none.rounds).toEqual(nothing(18));
    const all = runCycles(none.isolation, 'abc', '');
    expect(all.rounds).toEqual(nothing(6));
    const alone = runCycles(all.isolation, 'abc', 'c', 2);
    expect(runCycles(alone.isolation, 'abc', '').rounds).toEqual(['another_replica', ...nothing(5)]);
  });

  it('is not isolated by a record that its round replaced', () => {
    const begun = beginIsolationRound(runCycles(NO_ISOLATION, 'abc', 'c', 2).isolation);
    const missed = recordSharing(begun, ['b', 'c'], false);
    expect(isolatedAmong(missed, ['b', 'c'])).toBe('current_pair');
    expect(isolatedAmong(recordSharing(missed, ['b', 'c'], true), ['b', 'c'])).toBeUndefined();
  });

  it('is not isolated any more when two others do not share a cache either, as in an outage', () => {
    const { isolation } = runCycles(NO_ISOLATION, 'abc', 'c', 2);
    expect(runCycles(isolation, 'abc', 'abc', 2).rounds).toEqual(nothing(12));
  });

  it('is forgotten when it is gone', () => {
    const { isolation } = runCycles(NO_ISOLATION, 'abc', 'c', 2);
    expect(isolatedAmong(keepIsolationOf(isolation, new Set(['a', 'b'])), ['a', 'b'])).toBeUndefined();
  });
});
