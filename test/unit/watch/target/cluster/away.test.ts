import { describe, expect, it } from 'vitest';
import { createAway } from '../../../../../src/watch/target/cluster/away.ts';

describe('how long a node has been away', () => {
  it('is counted in ticks one after the other', () => {
    const away = createAway();
    for (const [isRead, ticks] of [
      [false, 1],
      [false, 2],
      [true, 0],
      [false, 1],
    ] as const) {
      away.note('a', isRead);
      expect(away.ticks('a')).toBe(ticks);
    }
    expect(away.ticks('b')).toBe(0);
  });

  it('is kept of a thousand nodes at most, however many a tick names', () => {
    const away = createAway();
    const names = Array.from({ length: 5_000 }, (_, at) => `10.0.${at >> 8}.${at & 255}:6379`);
    for (const name of names) away.note(name, false);
    expect(names.filter((name) => away.ticks(name) > 0)).toEqual(names.slice(-1_000));
  });
});
