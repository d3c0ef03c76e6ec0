import { describe, expect, it } from 'vitest';
import { ownOf } from '../../../../src/redis/connection/target.ts';

describe('what the exporter caused on some servers', () => {
  it('is the sum of each count, and nothing without a server', () => {
    const nothing = ownOf([]);
    expect(Object.values(nothing).every((count) => count === 0)).toBe(true);
    const counts = Object.fromEntries(Object.keys(nothing).map((name, index) => [name, index + 1]));
    const own = { ...nothing, ...counts };
    expect(ownOf([{ own }, { own }])).toEqual(Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, 2 * count])));
    expect(ownOf([])).not.toBe(ownOf([]));
  });
});
