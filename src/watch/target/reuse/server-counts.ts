import type { ReuseCounters } from '../../../redis/reuse-counters.ts';
import type { ServerCounts } from '../../../reuse/curve.ts';

/** What the servers of a target have counted together in the time that was listened to. */
export interface ServerCountsSoFar {
  /** Takes in a reading of all servers, undefined for one that did not answer; `isGap` says that not all was listened to since the last one. */
  take(read: readonly (ReuseCounters | undefined)[], isGap: boolean): void;
  total(): ServerCounts;
}

const NAMES = ['sets', 'hits', 'misses'] as const;

/** Nothing was counted. */
export function createServerCounts(): ServerCountsSoFar {
  let before: readonly (ReuseCounters | undefined)[] | undefined;
  const sums = { sets: 0, hits: 0, misses: 0 };
  const isKnown = { sets: true, hits: true, misses: true };

  return {
    take(read, isGap) {
      if (!isGap && before !== undefined && before.length === read.length)
        for (const name of NAMES) {
          const rises = read.map((counters, index) => riseOf(before?.[index]?.[name], counters?.[name]));
          if (rises.includes(undefined)) isKnown[name] = false;
          else sums[name] += rises.reduce<number>((sum, rise) => sum + (rise ?? 0), 0);
        }
      before = read;
    },
    total: () => ({
      writes: isKnown.sets ? sums.sets : undefined,
      hits: isKnown.hits ? sums.hits : undefined,
      misses: isKnown.misses ? sums.misses : undefined,
    }),
  };
}

/** Undefined where a counter is not told, or began again. Look-ups of the exporter may be counted a moment before or after those of the server. */
function riseOf(before: number | undefined, after: number | undefined): number | undefined {
  if (before === undefined || after === undefined || after < before - SLACK) return undefined;
  return Math.max(0, after - before);
}

const SLACK = 1_000;
