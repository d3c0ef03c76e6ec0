/** How many of the last pairs that hit the median is taken over. */
export const SPEEDUP_WINDOW = 50;

/** The median of the last speed-ups, with bounds between which it lies with 95 %. */
export interface Speedup {
  point: number;
  lower: number;
  upper: number;
  pairs: number;
}

/**
 * The median of ratios and the order statistics that enclose the true median with at least 95 %, whatever
 * the distribution: the k-th smallest and k-th largest, k the largest with 2 P(B(n, 1/2) < k) <= 5 %.
 * Undefined below six ratios, where no such pair exists.
 */
export function medianSpeedup(ratios: readonly number[]): Speedup | undefined {
  const sorted = [...ratios].sort((a, b) => a - b);
  const rank = lowerRank(sorted.length);
  const [lower, upper] = [sorted[rank - 1], sorted[sorted.length - rank]];
  const [left, right] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  if (rank === 0 || lower === undefined || upper === undefined || left === undefined || right === undefined) return undefined;
  return { point: (left + right) / 2, lower, upper, pairs: sorted.length };
}

/** The rank of the lower bound among n values, from 1; 0 when there is none. */
export function lowerRank(n: number): number {
  let [rank, term, below] = [0, 0.5 ** n, 0];
  // `below` is P(B(n, 1/2) <= rank): the next rank still fits while twice that is at most 5 %.
  while (2 * (below + term) <= 0.05 && rank < n) {
    below += term;
    term *= (n - rank) / (rank + 1);
    rank += 1;
  }
  return rank;
}
