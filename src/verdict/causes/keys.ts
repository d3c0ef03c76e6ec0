import type { Verdict } from '../../model/cache.ts';
import type { Counted } from '../growth.ts';
import type { RouteResult, Signals } from '../signals.ts';
import type { CauseRow } from './cause.ts';

/** A key that is gone again makes a miss, or a hit from memory without a key. */
const VERDICTS = ['memory_only', 'not_caching', 'partial', 'not_in_redis'] as const satisfies readonly Verdict[];

const LOST = 'The key of a pair was written and lost before the pair ended';

type Removal = 'evicted_keys' | 'flushes';

/**
 * Eviction of a key of the pairs: it vanished while keys were evicted, by nothing else that removes keys or
 * by more evictions than are usual. The probe's key lives too long to expire before it is looked for.
 */
const EVICTED: CauseRow = {
  cause: 'evicted',
  strength: 'own',
  verdicts: VERDICTS,
  proof: (signals, results) => {
    const count = removed('evicted_keys', signals, results);
    if (count === undefined || (signals.deltas?.deletes !== 0 && !isUnusual('evicted_keys', signals))) return undefined;
    return { sentence: `${LOST}; Redis evicted ${keys(count)} during the probes, and was not flushed.` };
  },
};

/** A flush between the write of a key and its look-up. */
const FLUSHED: CauseRow = {
  cause: 'flushed',
  strength: 'own',
  verdicts: VERDICTS,
  proof: (signals, results) => {
    const count = removed('flushes', signals, results);
    if (count === undefined || signals.deltas?.deletes !== 0) return undefined;
    return {
      sentence: `${LOST}; FLUSHALL or FLUSHDB ran ${count === 1 ? 'once' : `${count} times`} during the probes, and nothing was evicted.`,
    };
  },
};

/** Expiry of a key of the pairs before its duplicate could use it: no other removal, and more expiries than are usual. */
const TTL_TOO_SHORT: CauseRow = {
  cause: 'ttl_too_short',
  strength: 'own',
  verdicts: VERDICTS,
  proof: (signals, results) => {
    const { deltas } = signals;
    const only = deltas?.evicted_keys === 0 && deltas.flushes === 0 && deltas.deletes === 0;
    if (!results.some(({ lostAfterWrite }) => lostAfterWrite) || !only || !isUnusual('expired_keys', signals)) return undefined;
    const usual = signals.increases.expired_keys?.usual ?? 0;
    return {
      sentence: `${LOST}; ${keys(deltas.expired_keys ?? 0)} expired in Redis during the probes, normally ${usual === 0 ? 'none' : `0 to ${usual}`} in that time, and nothing was evicted, flushed or deleted.`,
    };
  },
};

/** How often one kind of removal happened, where a key vanished and the other kind did not happen: both at once prove nothing. */
function removed(removal: Removal, { deltas }: Signals, results: readonly RouteResult[]): number | undefined {
  const other = removal === 'flushes' ? 'evicted_keys' : 'flushes';
  const count = deltas?.[removal] ?? 0;
  const gone = results.filter((result) => result.lostAfterWrite).length;
  const needed = removal === 'flushes' ? 1 : gone;
  return gone > 0 && count >= needed && deltas?.[other] === 0 ? count : undefined;
}

function isUnusual(name: Counted, { increases }: Signals): boolean {
  const seen = increases[name];
  return seen !== undefined && seen.by > seen.usual;
}

function keys(count: number): string {
  return `${count} ${count === 1 ? 'key' : 'keys'}`;
}

/** The causes that a lost key of the pairs shows. */
export const LOST_KEYS: readonly CauseRow[] = [EVICTED, FLUSHED, TTL_TOO_SHORT];
