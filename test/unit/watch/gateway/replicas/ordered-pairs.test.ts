import { describe, expect, it } from 'vitest';
import type { Replica } from '../../../../../src/litellm/replicas.ts';
import type { Outcome } from '../../../../../src/model/cache.ts';
import {
  beginRound,
  coverage,
  currentPair,
  cycleOf,
  keepReplicas,
  latest,
  NO_ORDERED_PAIRS,
  nextTurn,
  type OrderedPairs,
  recordResult,
  turnsLeft,
} from '../../../../../src/watch/gateway/replicas/ordered-pairs.ts';

function replicas(names: string): Replica[] {
  return [...names].map((name, index) => ({ name, host: name, port: index }));
}

/** Some rounds, each of the next pair. */
function rounds(
  count: number,
  before: OrderedPairs,
  among: readonly Replica[],
  outcome: (from: string, to: string) => Outcome,
  at = (turn: number) => turn,
): OrderedPairs {
  let pairs = before;
  for (let turn = 0; turn < count; turn++) {
    const begun = beginRound(nextTurn(pairs, among, true));
    const pair = currentPair(begun);
    if (pair === undefined) throw new Error('there is a pair of these replicas');
    const result = { route: 'completions', outcome: outcome(pair.from.name, pair.to.name), key: 'unknown' } as const;
    pairs = recordResult(begun, pair, result, at(turn));
  }
  return pairs;
}

const works = (): Outcome => 'ok';
const abc = replicas('abc');

describe('the ordered pairs of replicas', () => {
  it('are all pairs of different ones, each replica early on both sides', () => {
    expect(cycleOf(abc).map(({ from, to }) => from.name + to.name)).toEqual(['ab', 'bc', 'ca', 'ac', 'ba', 'cb']);
    expect(cycleOf(replicas('a')).map(({ from, to }) => from.name + to.name)).toEqual(['aa']);
    expect(cycleOf([])).toEqual([]);
  });

  it('come in turn, and stay while a turn was not used', () => {
    const names = Array.from({ length: 7 }, (_, index) => currentPair(rounds(index + 1, NO_ORDERED_PAIRS, abc, works)));
    expect(names.map((pair) => `${pair?.from.name}${pair?.to.name}`)).toEqual(['bc', 'ca', 'ac', 'ba', 'cb', 'ab', 'bc']);
    const same = nextTurn(rounds(7, NO_ORDERED_PAIRS, abc, works), abc, false);
    expect(currentPair(same)).toEqual({ from: abc[1], to: abc[2] });
    expect(turnsLeft(same)).toBe(4);
  });
});

describe('the coverage', () => {
  it('is not known before each pair had its turn, and then the share of those that share a cache', () => {
    const withoutC = (from: string, to: string): Outcome => (from === 'c' || to === 'c' ? 'miss_key_present' : 'hit_unverified');
    for (let turns = 1; turns <= 5; turns++) expect(coverage(rounds(turns, NO_ORDERED_PAIRS, abc, withoutC))).toBeUndefined();
    const all = rounds(6, NO_ORDERED_PAIRS, abc, withoutC);
    expect(coverage(all)).toBe(2 / 6);
    expect(coverage(rounds(6, all, abc, works))).toBe(1);
  });

  it('takes a hit of any route as proof, and only in its own round', () => {
    const begun = beginRound(nextTurn(NO_ORDERED_PAIRS, replicas('ab'), false));
    const pair = currentPair(begun);
    if (pair === undefined) throw new Error('two replicas make a pair');
    const hit = recordResult(begun, pair, { route: 'chat', outcome: 'hit_unverified', key: 'unknown', crossReplica: true }, 1);
    const missed = recordResult(hit, pair, { route: 'completions', outcome: 'miss_not_written', key: 'absent' }, 1);
    expect(latest(missed)).toEqual([{ from: 'a', to: 'b', outcome: 'hit_unverified', at: 1 }]);
    const next = recordResult(beginRound(missed), pair, { route: 'completions', outcome: 'miss_not_written', key: 'absent' }, 2);
    expect(latest(next)).toEqual([{ from: 'a', to: 'b', outcome: 'miss_not_written', at: 2 }]);
  });

  it('forgets a replica that is gone, and what one showed while it was alone', () => {
    const six = rounds(6, NO_ORDERED_PAIRS, abc, works);
    const two = nextTurn(keepReplicas(six, replicas('ab')), replicas('ab'), false);
    expect(latest(two).map(({ from, to }) => from + to)).toEqual(['ab', 'ba']);
    expect(coverage(two)).toBe(1);
    const one = rounds(1, keepReplicas(two, replicas('a')), replicas('a'), works);
    expect(latest(one).map(({ from, to }) => from + to)).toEqual(['aa']);
    expect(coverage(one)).toBe(1);
    expect(latest(keepReplicas(one, replicas('ab')))).toEqual([]);
  });

  it('keeps 64 pairs at most', () => {
    const first = rounds(56, NO_ORDERED_PAIRS, replicas('abcdefgh'), works);
    const both = rounds(56, first, replicas('hijklmno'), works);
    expect(latest(both)).toHaveLength(64);
    expect(coverage(both)).toBe(1);
  });
});
