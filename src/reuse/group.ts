import type { Distribution } from '../catalogue/sample.ts';
import { KEY_LOSS, type KeyLoss, REUSE_SECONDS } from '../model/reuse.ts';
import type { KeyEvent, KnownKey } from './transition.ts';
import { createWhatIf, type KeyRequests, SAME_TIME_MS, type Sums } from './what-if.ts';

/** A key of the sample as it is remembered. */
export interface TrackedKey extends KnownKey {
  readonly writtenAt: number;
  readonly lost: { at: number; why: KeyLoss } | undefined;
  readonly requests: KeyRequests;
}

/** What was counted of the keys of one namespace, as counted: not times the sample. */
export interface GroupCounts {
  first: number;
  again: number;
  /** In seconds, by how the key was lost between two writes. */
  intervals: Readonly<Record<KeyLoss, Distribution>>;
  sums: Readonly<Sums>;
  /** Writes again in a time in which the key would still have lived, had it not been lost. */
  early: Readonly<Record<KeyLoss, number>>;
  /** The time to live that most writes had, in seconds; undefined while none had one. */
  ttlSeconds: number | undefined;
  /** Writes with that, or nearly, and all whose time to live was seen. */
  ttlShare: number | undefined;
}

/** Counts what happens to the keys of one namespace. */
export interface Group {
  /** What is known of a key after an event; undefined where nothing is. */
  take(known: TrackedKey | undefined, event: KeyEvent): TrackedKey | undefined;
  counts(): GroupCounts;
}

/** Different times to live that are counted; more are those of requests that choose their own. */
const MAX_TTLS = 100;

/** Nothing was counted yet. `random` is for the requests that the cache answered. */
export function createGroup(random: () => number): Group {
  const whatIf = createWhatIf(random);
  const intervals = Object.fromEntries(
    KEY_LOSS.map((lost) => [lost, { counts: new Array<number>(REUSE_SECONDS.length + 1).fill(0), sum: 0 }]),
  );
  const early: Record<KeyLoss, number> = { expired: 0, evicted: 0, deleted: 0, flushed: 0, alive: 0, unknown: 0 };
  const ttls = new Map<number, number>();
  let [first, again] = [0, 0];

  function observe(lost: KeyLoss, seconds: number): void {
    const interval = intervals[lost];
    if (interval === undefined) return;
    const bucket = REUSE_SECONDS.findIndex((bound) => seconds <= bound);
    const index = bucket < 0 ? REUSE_SECONDS.length : bucket;
    interval.counts[index] = (interval.counts[index] ?? 0) + 1;
    interval.sum += seconds;
  }

  function written(known: TrackedKey | undefined, at: number, until: number | undefined): TrackedKey {
    if (until !== undefined && Number.isFinite(until)) countTtl(Math.max(1, Math.round((until - at) / 1_000)));
    const requests = known === undefined ? whatIf.first(at) : rewritten(known, at);
    if (known === undefined) first += 1;
    else again += 1;
    return { writtenAt: at, until: until ?? Number.POSITIVE_INFINITY, isLost: false, isSeen: true, lost: undefined, requests };
  }

  function rewritten({ isSeen, isLost, lost, writtenAt, until, requests }: TrackedKey, at: number): KeyRequests {
    if (!isSeen) whatIf.unseen(requests, at);
    else {
      const why = isLost ? (lost?.why ?? 'unknown') : 'alive';
      observe(why, Math.max(0, at - writtenAt) / 1_000);
      if (at < until) early[why] += 1;
      if (why === 'alive') whatIf.alive(requests, at, at - writtenAt > SAME_TIME_MS);
      else whatIf.again(requests, Math.min(at, lost?.at ?? at), at);
    }
    return requests;
  }

  function countTtl(seconds: number): void {
    if (ttls.has(seconds) || ttls.size < MAX_TTLS) ttls.set(seconds, (ttls.get(seconds) ?? 0) + 1);
  }

  return {
    take(known, event) {
      if (event.is === 'written') return written(known, event.at, event.until);
      return known === undefined ? undefined : { ...known, isLost: true, lost: { at: event.at, why: event.why } };
    },
    counts() {
      const [most] = [...ttls].sort((a, b) => b[1] - a[1]);
      const all = [...ttls.values()].reduce((sum, count) => sum + count, 0);
      const near = [...ttls].reduce((sum, [ttl, count]) => sum + (most !== undefined && isNear(ttl, most[0]) ? count : 0), 0);
      return {
        first,
        again,
        intervals: {
          expired: intervals.expired ?? NO_INTERVALS,
          evicted: intervals.evicted ?? NO_INTERVALS,
          deleted: intervals.deleted ?? NO_INTERVALS,
          flushed: intervals.flushed ?? NO_INTERVALS,
          alive: intervals.alive ?? NO_INTERVALS,
          unknown: intervals.unknown ?? NO_INTERVALS,
        },
        sums: whatIf.sums,
        early,
        ttlSeconds: most?.[0],
        ttlShare: all === 0 ? undefined : near / all,
      };
    },
  };
}

const NO_INTERVALS: Distribution = { counts: [], sum: 0 };

/** A time to live is seen a little after the write, and rounded. */
function isNear(ttl: number, most: number): boolean {
  return Math.abs(ttl - most) <= Math.max(1, most / 20);
}
