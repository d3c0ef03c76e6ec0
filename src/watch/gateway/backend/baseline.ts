import {
  type AnomalousIncrease,
  COUNTED,
  type Counted,
  type CounterDelta,
  type CounterSnapshot,
  deltaBetween,
  increasesIn,
  type ObservationWindow,
} from '../../../verdict/growth.ts';

const WINDOWS = 10;

/** What a server's counters did while pairs ran in good times, to tell what a bad pair caused from what goes on anyway. */
export interface Baseline {
  /**
   * The rise between two snapshots around pairs, beside that of the pause since the last ones. Before there
   * were good times it is that of as many pauses as it takes to be as long, because a short interval leaves
   * less time between its pairs than they take.
   */
  window(before: CounterSnapshot | undefined, after: CounterSnapshot | undefined): ObservationWindow | undefined;
  /** The growth in a window in which a pair was bad. */
  increases(window: ObservationWindow): Partial<Record<Counted, AnomalousIncrease>>;
  /** Whether there is enough to compare a window with. */
  suffices(window: ObservationWindow): boolean;
  /** Adds a window in which every pair was good. */
  keep(window: ObservationWindow): void;
  /** Passes over a window in which every pair was good and something else went wrong or was mended. */
  leaveOut(): void;
}

/** A baseline of the last ten good windows. */
export function keepBaseline(): Baseline {
  const good: ObservationWindow[] = [];
  const pauses: CounterDelta[] = [];
  let afterBad = false;
  let last: CounterSnapshot | undefined;
  return {
    window(before, after) {
      const pause = last === undefined || before === undefined ? undefined : deltaBetween(last, before);
      if (pause === undefined) pauses.length = 0;
      else pauses.unshift(pause);
      pauses.splice(WINDOWS);
      last = after;
      const during = before === undefined || after === undefined ? undefined : deltaBetween(before, after);
      return during && { during, pause: good.length > 0 ? pause : together(pauses, during.seconds) };
    },
    increases(window) {
      afterBad = true;
      return increasesIn(window, good);
    },
    suffices: ({ during, pause }) => good.length > 0 || (pause !== undefined && pause.seconds >= during.seconds),
    keep(window) {
      // In the pause after a bad pair everybody else met what was wrong, too.
      good.push(afterBad ? { during: window.during } : window);
      afterBad = false;
      if (good.length > WINDOWS) good.shift();
    },
    leaveOut() {
      afterBad = true;
    },
  };
}

/** The first of the pauses that together last some seconds, as one; all of them when they last less. */
function together(pauses: readonly CounterDelta[], seconds: number): CounterDelta | undefined {
  let sum: CounterDelta | undefined;
  for (const pause of pauses) {
    if (sum !== undefined && sum.seconds >= seconds) break;
    sum = sum === undefined ? pause : added(sum, pause);
  }
  return sum;
}

function added(one: CounterDelta, other: CounterDelta): CounterDelta {
  const by: Partial<Record<Counted, number>> = { ...one.by };
  for (const name of COUNTED) if (other.by[name] !== undefined) by[name] = (by[name] ?? 0) + other.by[name];
  return { seconds: one.seconds + other.seconds, by };
}
