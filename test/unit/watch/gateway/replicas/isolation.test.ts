import { describe, expect, it } from 'vitest';
import { watchApart } from '../../../../../src/watch/gateway/replicas/isolation.ts';
import { cycleOf } from '../../../../../src/watch/gateway/replicas/ordered-pairs.ts';

function replicas(names: string) {
  return [...names].map((name) => ({ name, host: name, port: 1 }));
}

/** What is said in each round of some cycles over replicas, of which these share no cache with others. */
function said(apart: ReturnType<typeof watchApart>, names: string, alone: string, cycles = 1): (string | undefined)[] {
  return Array.from({ length: cycles }, () => cycleOf(replicas(names))).flatMap((cycle) =>
    cycle.map(({ from, to }) => {
      apart.begin();
      apart.record([from.name, to.name], !alone.includes(from.name) && !alone.includes(to.name));
      return apart.of([from.name, to.name]);
    }),
  );
}

describe('a replica', () => {
  it('is apart from its second round on in which nothing was shared, in every round of a cycle', () => {
    const apart = watchApart();
    // ab, bc, ca, ac, ba, cb: c misses twice before ba shows that there is a cache to share.
    expect(said(apart, 'abc', 'c')).toEqual([undefined, undefined, undefined, undefined, undefined, 'current_pair']);
    expect(said(apart, 'abc', 'c', 3)).toEqual(
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

  it('is not apart while none shares a cache, and not any more in the first round in which it does', () => {
    const apart = watchApart();
    expect(new Set(said(apart, 'abc', 'abc', 3))).toEqual(new Set([undefined]));
    expect(new Set(said(apart, 'abc', '', 1))).toEqual(new Set([undefined]));
    said(apart, 'abc', 'c', 2);
    expect(said(apart, 'abc', '', 1)).toEqual(['another_replica', undefined, undefined, undefined, undefined, undefined]);
  });

  it('is not apart by a word that its round took back', () => {
    const apart = watchApart();
    said(apart, 'abc', 'c', 2);
    apart.begin();
    apart.record(['b', 'c'], false);
    expect(apart.of(['b', 'c'])).toBe('current_pair');
    apart.record(['b', 'c'], true);
    expect(apart.of(['b', 'c'])).toBeUndefined();
  });

  it('is not apart any more when two others do not share a cache either, as in an outage', () => {
    const apart = watchApart();
    said(apart, 'abc', 'c', 2);
    expect(said(apart, 'abc', 'abc', 2)).toEqual(Array.from({ length: 12 }, () => undefined));
  });

  it('is forgotten when it is gone', () => {
    const apart = watchApart();
    said(apart, 'abc', 'c', 2);
    apart.forgetAllBut(new Set(['a', 'b']));
    expect(apart.of(['a', 'b'])).toBeUndefined();
  });
});
