import type { Verdict } from '../model/cache.ts';
import type { Counted } from './growth.ts';
import type { CauseRow } from './proof.ts';
import type { Finding, Signals } from './signals.ts';

/** A key that is gone again makes a miss, or a hit from memory without a key. */
const VERDICTS = ['memory_only', 'not_caching', 'partial', 'not_in_redis'] as const satisfies readonly Verdict[];

const LOST = 'The key of a pair was written and lost before the pair ended';

type Removal = 'evicted_keys' | 'flushes';

/**
 * Eviction of a key of the pairs: it vanished while keys were evicted, by nothing else that removes keys or
 * by more evictions than are usual. The probe's key lives too long to expire before it is looked for.
 */
export const EVICTED: CauseRow = {
  cause: 'evicted',
  strength: 'own',
  verdicts: VERDICTS,
  proof: (signals, findings) => {
    const count = removed('evicted_keys', signals, findings);
    if (count === undefined || (signals.moved?.deletes !== 0 && !isUnusual('evicted_keys', signals))) return undefined;
    return { sentence: `${LOST}; Redis evicted ${keys(count)} during the probes, and was not flushed.` };
  },
};

/** A flush between the write of a key and its look-up. */
export const FLUSHED: CauseRow = {
  cause: 'flushed',
  strength: 'own',
  verdicts: VERDICTS,
  proof: (signals, findings) => {
    const count = removed('flushes', signals, findings);
    if (count === undefined || signals.moved?.deletes !== 0) return undefined;
    return {
      sentence: `${LOST}; FLUSHALL or FLUSHDB ran ${count === 1 ? 'once' : `${count} times`} during the probes, and nothing was evicted.`,
    };
  },
};

/** Expiry of a key of the pairs before its duplicate could use it: no other removal, and more expiries than are usual. */
export const TTL_TOO_SHORT: CauseRow = {
  cause: 'ttl_too_short',
  strength: 'own',
  verdicts: VERDICTS,
  proof: (signals, findings) => {
    const { moved } = signals;
    const only = moved?.evicted_keys === 0 && moved.flushes === 0 && moved.deletes === 0;
    if (!findings.some(({ vanished }) => vanished) || !only || !isUnusual('expired_keys', signals)) return undefined;
    const usual = signals.growth.expired_keys?.usual ?? 0;
    return {
      sentence: `${LOST}; ${keys(moved.expired_keys ?? 0)} expired in Redis during the probes, normally ${usual === 0 ? 'none' : `0 to ${usual}`} in that time, and nothing was evicted, flushed or deleted.`,
    };
  },
};

/** How often one kind of removal happened, where a key vanished and the other kind did not happen: both at once prove nothing. */
function removed(removal: Removal, { moved }: Signals, findings: readonly Finding[]): number | undefined {
  const other = removal === 'flushes' ? 'evicted_keys' : 'flushes';
  const count = moved?.[removal] ?? 0;
  const gone = findings.filter((finding) => finding.vanished).length;
  const needed = removal === 'flushes' ? 1 : gone;
  return gone > 0 && count >= needed && moved?.[other] === 0 ? count : undefined;
}

function isUnusual(name: Counted, { growth }: Signals): boolean {
  const seen = growth[name];
  return seen !== undefined && seen.by > seen.usual;
}

function keys(count: number): string {
  return `${count} ${count === 1 ? 'key' : 'keys'}`;
}
