import { ERROR_PREFIX, type ErrorPrefix } from '../model/redis.ts';
import type { ServerCounters } from '../redis/replies/server-counters.ts';

/**
 * What a verdict compares: refusals by prefix, logins that were refused whatever the text, connections that were
 * turned away, what removes keys, namely evictions, expiries, calls of FLUSHALL and FLUSHDB, and calls of DEL and
 * its kin, calls of SET and its kin, and calls of PING.
 */
export const COUNTED = [
  ...ERROR_PREFIX,
  'logins',
  'rejected_connections',
  'evicted_keys',
  'expired_keys',
  'flushes',
  'deletes',
  'sets',
  'pings',
] as const;
export type Counted = (typeof COUNTED)[number];

/** By how much clients other than this daemon moved a server's counters over some time. */
export interface CounterDelta {
  seconds: number;
  by: Readonly<Partial<Record<Counted, number>>>;
}

/** What the counters moved by while pairs ran, and in the pause before, where that is known. */
export interface ObservationWindow {
  during: CounterDelta;
  pause?: CounterDelta | undefined;
}

/** By how much one counter increased while pairs ran, and the most that is explained without the gateway. */
export interface AnomalousIncrease {
  by: number;
  usual: number;
  /** The most that came in one pause, where that is more than `usual`: had it come at once, it could all be in this window. */
  inPause?: number | undefined;
  /** The seconds without pairs that `usual` rests on, where no good times are known. */
  pauseSeconds?: number | undefined;
  /** It moved in the bad windows before as well, so that a single one counts where none is usual. */
  steady?: true;
}

/** Less is chance, unless it comes in every bad round: an unrelated client is refused once. */
export const SMALLEST_INCREASE = 2;
/** So many bad windows one after the other, with none usual, are no chance. */
const STEADY_WINDOWS = 3;
/** So many good windows with their pauses hold every client that comes once a round. */
const MIN_GOOD_WINDOWS = 2;

/**
 * How much stronger a counter moved than it usually does: `(now + 1) / (most before + 1)`. Undefined where it does
 * not stand out: by less than two unless it is steady, or by no more than what comes at random exceeds its own most by chance, which
 * grows with the square root of it.
 */
export function ratioOf({ by, usual, steady }: Pick<AnomalousIncrease, 'by' | 'usual' | 'steady'>): number | undefined {
  const smallest = steady && usual === 0 ? 1 : SMALLEST_INCREASE;
  return by - usual < Math.max(smallest, 2 * (Math.sqrt(usual + 1) - 1)) ? undefined : (by + 1) / (usual + 1);
}

/** The same if everything counted in a pause had come at once, as one burst of a client. */
export function leastRatioOf({ by, usual, inPause = 0 }: Pick<AnomalousIncrease, 'by' | 'usual' | 'inPause'>): number {
  return (by + 1) / (Math.max(usual, inPause) + 1);
}

/** A server's counters at one moment, with what this daemon had caused by then. */
export interface CounterSnapshot {
  at: number;
  counters: ServerCounters;
  own: Readonly<Partial<Record<ErrorPrefix | 'logins', number>>>;
}

/**
 * How much others moved the counters between two snapshots (`at` is milliseconds); undefined when the
 * server restarted or its counters were reset in between, or what this daemon caused is counted anew.
 */
export function deltaBetween(before: CounterSnapshot, after: CounterSnapshot): CounterDelta | undefined {
  if (before.counters.runId !== after.counters.runId) return undefined;
  if (after.counters.runId === undefined && !isSameRun(before, after)) return undefined;
  // CONFIG RESETSTAT sets everything to 0, and some of it may have grown beyond what it was since.
  if ((after.counters.commands ?? 0) < (before.counters.commands ?? 0)) return undefined;
  const [earlier, later] = [countsOf(before), countsOf(after)];
  const by: Partial<Record<Counted, number>> = {};
  for (const name of COUNTED) {
    const [from, to] = [earlier[name], later[name]];
    if (from === undefined || to === undefined) continue;
    if (to < from) return undefined;
    const kind = name === 'logins' ? name : ERROR_PREFIX.find((known) => known === name);
    const own = kind === undefined ? 0 : (after.own[kind] ?? 0) - (before.own[kind] ?? 0);
    // A node of a cluster that was lost and found again is counted for anew.
    if (own < 0) return undefined;
    by[name] = Math.max(0, to - from - own);
  }
  return { seconds: (after.at - before.at) / 1000, by };
}

/** Seconds by which an uptime may differ from the time that has passed. */
const UPTIME_SLACK = 2;

/** Whether the uptime goes on where the run id is hidden, as behind a proxy that may lead to several servers; true where it is hidden, too. */
function isSameRun(before: CounterSnapshot, after: CounterSnapshot): boolean {
  const [from, to] = [before.counters.uptime, after.counters.uptime];
  if (from === undefined || to === undefined) return from === to;
  return Math.abs(to - from - (after.at - before.at) / 1000) <= UPTIME_SLACK;
}

function countsOf({ counters }: CounterSnapshot): Partial<Record<Counted, number | undefined>> {
  const { errors, logins, rejectedConnections, evictedKeys, expiredKeys, flushes, deletes, sets, pings } = counters;
  return {
    ...errors,
    logins,
    rejected_connections: rejectedConnections,
    evicted_keys: evictedKeys,
    expired_keys: expiredKeys,
    flushes,
    deletes,
    sets,
    pings,
  };
}

/** Refusals that one unrelated client causes at once: redis-cli retries once. */
const CLIENT_BURST = 2;

/** Counters of removed and written keys. One event is enough evidence when a probe key was lost, so no burst is subtracted. */
const REMOVAL = ['evicted_keys', 'expired_keys', 'flushes', 'deletes', 'sets'] as const satisfies readonly Counted[];

/**
 * Below this history length, in windows, a burst of an occasional unrelated client is allowed for; and a pause of so
 * many windows hardly puts all that came in it into one of them.
 */
const LONG_HISTORY_WINDOWS = 10;

/**
 * The increases of the counters that moved in a window, each beside what is usual for it:
 * - with good windows (`good`, those before the first bad pair): the most of any of them, what the pauses between them
 *   would put into a window of this length, and a burst while all of these are short;
 * - without: what moved in the pause before, if that lasted at least as long, or three times what that would put into a
 *   window of this length;
 * - without either: no result.
 * A counter that moved in bad windows just before as well (`again`: in how many of them) is moved by no single burst,
 * where enough good windows and their pauses are known: a client that comes in each round would be in them, too.
 */
export function increasesIn(
  { during, pause }: ObservationWindow,
  good: readonly ObservationWindow[],
  again: ReadonlyMap<Counted, number> = new Map(),
): Partial<Record<Counted, AnomalousIncrease>> {
  const increases: Partial<Record<Counted, AnomalousIncrease>> = {};
  const known = good.length > 0 ? sum(good.map((window) => window.during.seconds + (window.pause?.seconds ?? 0))) : (pause?.seconds ?? 0);
  const least = known < LONG_HISTORY_WINDOWS * during.seconds ? CLIENT_BURST : 0;
  const isKnown = good.length >= MIN_GOOD_WINDOWS;
  for (const name of COUNTED) {
    const by = during.by[name] ?? 0;
    if (by === 0) continue;
    if (good.length === 0 && (pause === undefined || pause.seconds < during.seconds)) continue;
    const seen = good.length > 0 ? usual(name, during.seconds, good) : inWindowOf(during.seconds, pause, name);
    const burst = REMOVAL.some((removal) => removal === name) || (isKnown && again.has(name)) ? 0 : least;
    const inPause = Math.max(0, ...[pause, ...good.map((window) => window.pause)].map((delta) => delta?.by[name] ?? 0));
    const most = Math.max(burst, seen);
    increases[name] = {
      by,
      usual: most,
      ...(inPause > most && { inPause }),
      ...(isKnown && (again.get(name) ?? 0) + 1 >= STEADY_WINDOWS && { steady: true as const }),
      ...(good.length === 0 ? { pauseSeconds: known } : {}),
    };
  }
  return increases;
}

function usual(name: Counted, seconds: number, good: readonly ObservationWindow[]): number {
  let most = 0;
  for (const { during, pause } of good) {
    most = Math.max(most, during.by[name] ?? 0);
    const inPause = pause?.by[name] ?? 0;
    if (pause === undefined || inPause === 0) continue;
    // Whatever moves the counter in pauses can do so in a window, too, and all at once.
    most = Math.max(
      most,
      CLIENT_BURST,
      pause.seconds > LONG_HISTORY_WINDOWS * seconds ? often(inPause, seconds, pause) : inWindowOf(seconds, pause, name),
    );
  }
  return most;
}

/** What a pause alone explains in a window of some seconds: all that moved in it, as it may come at once, and three times what comes in so many seconds. */
function inWindowOf(seconds: number, pause: CounterDelta | undefined, name: Counted): number {
  const inPause = pause?.by[name] ?? 0;
  return pause === undefined ? 0 : Math.max(inPause, often(inPause, seconds, pause));
}

/** Three times what comes in so many seconds by the pace of a pause: chance may bring as much. */
function often(inPause: number, seconds: number, pause: CounterDelta): number {
  return Math.ceil((3 * inPause * seconds) / pause.seconds);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
