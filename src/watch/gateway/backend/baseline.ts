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
  /** The last ten windows in which every pair was good. */
  readonly good: readonly ObservationWindow[];
  /** What moved in the pauses between pairs, the latest first. */
  readonly pauses: readonly CounterDelta[];
  /** A bad round is not followed by a pause that others had without trouble. */
  readonly afterBad: boolean;
  /** The counters when they were read last. */
  readonly last: CounterSnapshot | undefined;
  /** In how many bad windows running a counter moved, up to the last one and up to the one before it. */
  readonly moved: ReadonlyMap<Counted, number>;
  readonly movedBefore: ReadonlyMap<Counted, number>;
}

/** Nothing was seen yet. */
export const NO_BASELINE: Baseline = { good: [], pauses: [], afterBad: false, last: undefined, moved: new Map(), movedBefore: new Map() };

/**
 * Takes in the counters before and after pairs. The window is what moved while they ran, beside what moved in the pause
 * since the last ones. Without a good window yet, that is the sum of earlier pauses until they last as long as the round,
 * because a short interval leaves less time between its pairs than they take.
 */
export function observe(
  baseline: Baseline,
  before: CounterSnapshot | undefined,
  after: CounterSnapshot | undefined,
): { baseline: Baseline; window: ObservationWindow | undefined } {
  const { last, good } = baseline;
  const pause = last === undefined || before === undefined ? undefined : deltaBetween(last, before);
  const pauses = pause === undefined ? [] : [pause, ...baseline.pauses].slice(0, WINDOWS);
  const during = before === undefined || after === undefined ? undefined : deltaBetween(before, after);
  const window = during && { during, pause: good.length > 0 ? pause : together(pauses, during.seconds) };
  return { baseline: { ...baseline, pauses, last: after }, window };
}

/** By how much more than usual the counters moved in a window in which a pair was bad. */
export function increasesBeside({ good, movedBefore }: Baseline, window: ObservationWindow): Partial<Record<Counted, AnomalousIncrease>> {
  return increasesIn(window, good, movedBefore);
}

/** Whether there is enough to compare a window with. */
export function suffices({ good }: Baseline, { during, pause }: ObservationWindow): boolean {
  return good.length > 0 || (pause !== undefined && pause.seconds >= during.seconds);
}

/** Adds a window in which every pair was good. The pause after a bad round is not representative: it is left out. */
export function withGood(baseline: Baseline, window: ObservationWindow): Baseline {
  const good = [...baseline.good, baseline.afterBad ? { during: window.during } : window].slice(-WINDOWS);
  return { ...baseline, good, afterBad: false, moved: new Map(), movedBefore: new Map() };
}

/** Takes in a window in which a pair was bad. */
export function withBad(baseline: Baseline, { during }: ObservationWindow): Baseline {
  const moved = new Map(COUNTED.flatMap((name) => ((during.by[name] ?? 0) > 0 ? [[name, (baseline.moved.get(name) ?? 0) + 1]] : [])));
  return { ...baseline, afterBad: true, moved, movedBefore: baseline.moved };
}

/** Passes over a window in which every pair was good and something else went wrong or was mended. */
export function passedOver(baseline: Baseline): Baseline {
  return { ...baseline, afterBad: true, moved: new Map(), movedBefore: new Map() };
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
