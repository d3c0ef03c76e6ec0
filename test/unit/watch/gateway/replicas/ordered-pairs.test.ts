import { describe, expect, it } from 'vitest';
import type { Replica } from '../../../../../src/litellm/replicas.ts';
import type { Outcome } from '../../../../../src/model/cache.ts';
import { cycleOf, keepOrdered, type OrderedPairs } from '../../../../../src/watch/gateway/replicas/ordered-pairs.ts';

function replicas(names: string): Replica[] {
  return [...names].map((name, index) => ({ name, host: name, port: index }));
}

/** One round of the next pair; gives the names of its replicas. */
function round(ordered: OrderedPairs, among: readonly Replica[], outcome: (from: string, to: string) => Outcome, at = 0): string {
  const pair = ordered.next(among, true);
  if (pair === undefined) return '';
  ordered.begin();
  ordered.record(pair, { route: 'completions', outcome: outcome(pair.from.name, pair.to.name), key: 'unknown' }, at);
  return pair.from.name + pair.to.name;
}

const works = (): Outcome => 'ok';

describe('the ordered pairs of replicas', () => {
  it('are all pairs of different ones, each replica early on both sides', () => {
    expect(cycleOf(replicas('abc')).map(({ from, to }) => from.name + to.name)).toEqual(['ab', 'bc', 'ca', 'ac', 'ba', 'cb']);
    expect(cycleOf(replicas('a')).map(({ from, to }) => from.name + to.name)).toEqual(['aa']);
    expect(cycleOf([])).toEqual([]);
  });

  it('come in turn, and stay while a turn was not used', () => {
    const ordered = keepOrdered();
    const abc = replicas('abc');
    const names = Array.from({ length: 7 }, () => round(ordered, abc, works));
    expect(names).toEqual(['bc', 'ca', 'ac', 'ba', 'cb', 'ab', 'bc']);
    expect(ordered.next(abc, false)).toEqual({ from: abc[1], to: abc[2] });
    expect(ordered.turnsLeft()).toBe(4);
  });
});

describe('the coverage', () => {
  it('is not known before each pair had its turn, and then the share of those that share a cache', () => {
    const ordered = keepOrdered();
    const abc = replicas('abc');
    const withoutC = (from: string, to: string): Outcome => (from === 'c' || to === 'c' ? 'miss_key_present' : 'hit_unverified');
    for (let turn = 0; turn < 5; turn++) {
      round(ordered, abc, withoutC);
      expect(ordered.coverage()).toBeUndefined();
    }
    round(ordered, abc, withoutC);
    expect(ordered.coverage()).toBe(2 / 6);
    for (let turn = 0; turn < 6; turn++) round(ordered, abc, works);
    expect(ordered.coverage()).toBe(1);
  });

  it('takes a hit of any route as proof, and only in its own round', () => {
    const ordered = keepOrdered();
    const [pair] = cycleOf(replicas('ab'));
    if (pair === undefined) throw new Error('two replicas make a pair');
    ordered.next(replicas('ab'), false);
    ordered.begin();
    ordered.record(pair, { route: 'chat', outcome: 'hit_unverified', key: 'unknown', crossReplica: true }, 1);
    ordered.record(pair, { route: 'completions', outcome: 'miss_not_written', key: 'absent' }, 1);
    expect(ordered.latest()).toEqual([{ from: 'a', to: 'b', outcome: 'hit_unverified', at: 1 }]);
    ordered.begin();
    ordered.record(pair, { route: 'completions', outcome: 'miss_not_written', key: 'absent' }, 2);
    expect(ordered.latest()).toEqual([{ from: 'a', to: 'b', outcome: 'miss_not_written', at: 2 }]);
  });

  it('forgets a replica that is gone, and what one said of itself while it was alone', () => {
    const ordered = keepOrdered();
    for (let turn = 0; turn < 6; turn++) round(ordered, replicas('abc'), works);
    ordered.forgetAllBut(replicas('ab'));
    ordered.next(replicas('ab'), false);
    expect(ordered.latest().map(({ from, to }) => from + to)).toEqual(['ab', 'ba']);
    expect(ordered.coverage()).toBe(1);
    ordered.forgetAllBut(replicas('a'));
    expect(round(ordered, replicas('a'), works)).toBe('aa');
    expect(ordered.coverage()).toBe(1);
    ordered.forgetAllBut(replicas('ab'));
    expect(ordered.latest()).toEqual([]);
  });

  it('keeps 64 pairs at most', () => {
    const ordered = keepOrdered();
    for (const set of ['abcdefgh', 'hijklmno']) for (let turn = 0; turn < 56; turn++) round(ordered, replicas(set), works, turn);
    expect(ordered.latest()).toHaveLength(64);
    expect(ordered.coverage()).toBe(1);
  });
});
