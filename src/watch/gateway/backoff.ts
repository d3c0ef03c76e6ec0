import type { Clock } from '../../schedule/clock.ts';

/** How far misses stretch the interval at most. */
const LONGEST_FACTOR = 8;

/** When the next pairs of a gateway are due. */
export interface Pace {
  /** By how much the interval is stretched now: 1, 2, 4 or 8. */
  readonly factor: number;
  /** The effective interval in milliseconds: stretched, or as many as the last pairs took when they outlasted one. */
  readonly interval: number;
  due(): boolean;
  /** Pairs ran, for so many milliseconds. When they missed and cost money, the next ones come later. */
  ran(stretch: boolean, milliseconds: number): void;
  /** Takes in whether Redis is usable; when it was not and now is, pairs are due. */
  notice(usable: boolean | undefined): void;
  /** Makes pairs due at the next tick. */
  hurry(): void;
}

/** A pace that starts without back-off. */
export function keepPace(interval: number, clock: Clock): Pace {
  let factor = 1;
  let outlasted = 1;
  let lastRun = Number.NEGATIVE_INFINITY;
  let wasUsable: boolean | undefined;
  return {
    get factor() {
      return factor;
    },
    get interval() {
      return Math.max(factor, outlasted) * interval;
    },
    // Ticks lie on a grid, so half an interval is enough to tell the next one from the one after.
    due: () => factor === 1 || clock.monotonic() - lastRun >= (factor - 0.5) * interval,
    ran(stretch, milliseconds) {
      factor = stretch ? Math.min(LONGEST_FACTOR, factor * 2) : 1;
      outlasted = Math.ceil(milliseconds / interval);
      lastRun = clock.monotonic();
    },
    notice(usable) {
      if (wasUsable === false && usable === true) lastRun = Number.NEGATIVE_INFINITY;
      wasUsable = usable ?? wasUsable;
    },
    hurry: () => {
      lastRun = Number.NEGATIVE_INFINITY;
    },
  };
}
