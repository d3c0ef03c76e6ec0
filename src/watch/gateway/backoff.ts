/** How far misses stretch the interval at most. */
const LONGEST_FACTOR = 8;

/** When the next pairs of a gateway are due. Times are milliseconds, moments those of the monotonic clock. */
export interface Backoff {
  readonly interval: number;
  /** By how much misses stretch the interval now: 1, 2, 4 or 8. */
  readonly factor: number;
  /** How many intervals the last pairs took, rounded up. */
  readonly outlasted: number;
  readonly lastRun: number;
  /** Whether Redis was usable when that was last known. */
  readonly wasUsable: boolean | undefined;
}

/** No back-off: pairs are due at once. */
export function createBackoff(interval: number): Backoff {
  return { interval, factor: 1, outlasted: 1, lastRun: Number.NEGATIVE_INFINITY, wasUsable: undefined };
}

/** The interval in milliseconds that pairs really have: stretched, or as many as the last ones took when they outlasted one. */
export function effectiveInterval({ interval, factor, outlasted }: Backoff): number {
  return Math.max(factor, outlasted) * interval;
}

/** Whether pairs are due. Ticks lie on a grid, so half an interval is enough to tell the next one from the one after. */
export function isDue({ factor, interval, lastRun }: Backoff, now: number): boolean {
  return factor === 1 || now - lastRun >= (factor - 0.5) * interval;
}

/** Pairs ran, for so many milliseconds. When they missed and cost money (`stretch`), the next ones come later. */
export function recordRun(backoff: Backoff, stretch: boolean, milliseconds: number, now: number): Backoff {
  return {
    ...backoff,
    factor: stretch ? Math.min(LONGEST_FACTOR, backoff.factor * 2) : 1,
    outlasted: Math.ceil(milliseconds / backoff.interval),
    lastRun: now,
  };
}

/** Takes in whether Redis is usable (undefined when that is not known); when it was not and now is, pairs are due. */
export function recordUsable(backoff: Backoff, usable: boolean | undefined): Backoff {
  const known = { ...backoff, wasUsable: usable ?? backoff.wasUsable };
  return backoff.wasUsable === false && usable === true ? runNow(known) : known;
}

/** Makes pairs due at the next tick. */
export function runNow(backoff: Backoff): Backoff {
  return { ...backoff, lastRun: Number.NEGATIVE_INFINITY };
}
