import { type Counted, type Growth, growthIn, type Moment, riseBetween, type Window } from '../verdict/growth.ts';

const WINDOWS = 10;

/** What a server's counters did while pairs ran in good times, to tell what a bad pair caused from what goes on anyway. */
export interface Baseline {
  /** The rise between two moments around pairs, beside that of the pause since the last ones. */
  window(before: Moment | undefined, after: Moment | undefined): Window | undefined;
  growth(window: Window): Partial<Record<Counted, Growth>>;
  /** Whether there is enough to compare a window with. */
  suffices(window: Window): boolean;
  /** Adds a window in which every pair was good. */
  keep(window: Window): void;
}

/** A baseline of the last ten good windows. */
export function keepBaseline(): Baseline {
  const good: Window[] = [];
  let last: Moment | undefined;
  return {
    window(before, after) {
      const pause = last === undefined || before === undefined ? undefined : riseBetween(last, before);
      last = after;
      const during = before === undefined || after === undefined ? undefined : riseBetween(before, after);
      return during && { during, pause };
    },
    growth: (window) => growthIn(window, good),
    suffices: ({ during, pause }) => good.length > 0 || (pause !== undefined && pause.seconds >= during.seconds),
    keep(window) {
      good.push(window);
      if (good.length > WINDOWS) good.shift();
    },
  };
}
