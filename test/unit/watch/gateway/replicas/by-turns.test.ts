import { describe, expect, it } from 'vitest';
import { NOTHING_SEEN, seenAfter, type Turn } from '../../../../../src/watch/gateway/replicas/by-turns.ts';

/** What each of these rounds brought; a dot is a round in which nothing was told. */
function turnsOf(rounds: string): Turn[] {
  let seen = NOTHING_SEEN;
  return [...rounds].map((name) => {
    const after = seenAfter(seen, name === '.' ? undefined : name);
    seen = after.seen;
    return after.turn;
  });
}

/** The numbers of the rounds, from 0, that brought anything but the same. */
function changes(rounds: string): (readonly [number, Turn])[] {
  return turnsOf(rounds).flatMap((turn, round) => (turn === 'same' ? [] : [[round, turn] as const]));
}

describe('what answers behind one address', () => {
  it('is new once each where several answer by turns, however long one has its turn', () => {
    expect(changes('aaaa')).toEqual([]);
    expect(changes('abababab')).toEqual([[1, 'new']]);
    expect(changes('aab.b.aabbbab')).toEqual([[2, 'new']]);
    expect(changes('abcabcbca')).toEqual([
      [1, 'new'],
      [2, 'new'],
    ]);
    expect(changes(`ab${'a'.repeat(29)}b`)).toEqual([[1, 'new']]);
  });

  it('is new again after it was away for thirty rounds, as after an upgrade that was taken back', () => {
    expect(changes(`a${'b'.repeat(40)}a`)).toEqual([
      [1, 'new'],
      [41, 'new'],
    ]);
  });

  it('is over, once, thirty rounds after the last of those by turns was seen', () => {
    expect(changes(`abab${'b'.repeat(60)}`)).toEqual([
      [1, 'new'],
      [32, 'over'],
    ]);
    // After a plain upgrade nothing was mixed.
    expect(changes(`a${'b'.repeat(60)}`)).toEqual([[1, 'new']]);
  });

  it('is remembered of few, whatever is told', () => {
    let seen = NOTHING_SEEN;
    for (let release = 0; release < 1_000; release++) {
      const after = seenAfter(seen, `1.${release}.0`);
      expect(after.turn).toBe(release === 0 ? 'same' : 'new');
      seen = after.seen;
    }
    expect(seen.others.length).toBeLessThanOrEqual(4);
    for (const name of ['1.999.0', '1.998.0', '1.999.0']) seen = seenAfter(seen, name).seen;
    expect([seen.last, seen.others.map(({ name }) => name).slice(0, 2)]).toEqual(['1.999.0', ['1.998.0', '1.997.0']]);
  });
});
