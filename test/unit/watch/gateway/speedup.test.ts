import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lowerRank, medianSpeedup } from '../../../../src/watch/gateway/speedup.ts';

/** P(B(n, 1/2) < k), summed term by term. */
function below(n: number, k: number): number {
  let sum = 0;
  for (let i = 0, term = 0.5 ** n; i < k; term *= (n - i) / (i + 1), i++) sum += term;
  return sum;
}

describe('the median speed-up', () => {
  it('has bounds from six pairs on, at the ranks of the table of order statistics', () => {
    const ranks = [5, 6, 8, 9, 10, 20, 50].map((n) => [n, lowerRank(n), lowerRank(n) === 0 ? 0 : n + 1 - lowerRank(n)]);
    expect(ranks).toEqual([
      [5, 0, 0],
      [6, 1, 6],
      [8, 1, 8],
      [9, 2, 8],
      [10, 2, 9],
      [20, 6, 15],
      [50, 18, 33],
    ]);
  });

  it('has the narrowest bounds that hold with 95 %', () => {
    for (let n = 6; n <= 50; n++) {
      const rank = lowerRank(n);
      expect(2 * below(n, rank), `n = ${n}`).toBeLessThanOrEqual(0.05);
      expect(2 * below(n, rank + 1), `n = ${n}`).toBeGreaterThan(0.05);
    }
  });

  it('is the middle of the ratios', () => {
    expect(medianSpeedup([9, 1, 5, 7, 3, 11])).toEqual({ point: 6, lower: 1, upper: 11, pairs: 6 });
    expect(medianSpeedup([9, 1, 5, 7, 3, 11, 100])).toEqual({ point: 7, lower: 1, upper: 100, pairs: 7 });
    expect(medianSpeedup([1, 2, 3, 4, 5])).toBeUndefined();
    expect(medianSpeedup([])).toBeUndefined();
  });

  it('lies between its bounds and does not depend on the order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 6, maxLength: 50 }), (ratios) => {
        const { point = 0, lower = 0, upper = 0 } = medianSpeedup(ratios) ?? {};
        expect(lower).toBeLessThanOrEqual(point);
        expect(point).toBeLessThanOrEqual(upper);
        expect(medianSpeedup([...ratios].reverse())).toEqual(medianSpeedup(ratios));
      }),
    );
  });
});
