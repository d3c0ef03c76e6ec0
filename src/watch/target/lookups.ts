import { type Sample, sample } from '../../catalogue/sample.ts';
import type { Info } from '../../redis/replies/info.ts';

interface Counts {
  hits: number;
  misses: number;
}

/** Key look-ups of others: what the server counts, without what this daemon looked up. */
export interface Lookups {
  /** `goesOn` says that the server's counters continue those of the reading before. */
  read(info: Info, goesOn: boolean): Sample[];
}

/**
 * Follows the look-ups of a server beside the daemon's own count. What it gives never decreases while the
 * server's counters do not, although a look-up can be counted there before it is counted here.
 */
export function createLookups(own: Counts): Lookups {
  let before: { raw: Counts; own: Counts; shown: Counts } | undefined;
  /** What this daemon had looked up when the server's counters began. */
  let base: Counts = { hits: 0, misses: 0 };

  return {
    read: (info, goesOn) => {
      const hits = info.count('stats', 'keyspace_hits');
      const misses = info.count('stats', 'keyspace_misses');
      if (hits === undefined || misses === undefined) return [];
      const beganAgain = before !== undefined && (!goesOn || hits < before.raw.hits || misses < before.raw.misses);
      if (before !== undefined && beganAgain) base = before.own;
      const least = before === undefined || beganAgain ? { hits: 0, misses: 0 } : before.shown;
      const shown = {
        hits: Math.max(least.hits, hits - own.hits + base.hits),
        misses: Math.max(least.misses, misses - own.misses + base.misses),
      };
      before = { raw: { hits, misses }, own: { hits: own.hits, misses: own.misses }, shown };
      return [sample('redis.keyspace.hits', {}, shown.hits), sample('redis.keyspace.misses', {}, shown.misses)];
    },
  };
}
