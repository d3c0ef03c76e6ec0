import type { Cause } from '../model/cache.ts';
import type { ServerState } from '../redis/replies/server-state.ts';
import { seen } from './counted-words.ts';
import { type CauseRow, OUTAGE, reachesRedis } from './proof.ts';
import type { Finding, Signals } from './signals.ts';
import { standingOf } from './standing.ts';

/** A server that refuses writes for want of memory may be this much below its limit when it is looked at. */
const NEARLY_FULL = 0.9;

/** The counters that are the symptom of a condition. */
type Symptom = 'OOM' | 'READONLY' | 'MASTERDOWN' | 'LOADING' | 'MISCONF';

/**
 * Conditions of the server that prove a cause. Each counts only with its symptom in the same round, its refusal or a
 * key that was not written, and never while the gateway's credential is known to be refused: what is not let in
 * writes nothing on any server.
 */
export const CONDITIONS: readonly CauseRow[] = [
  condition('redis_out_of_memory', ['OOM'], (server, { moved }) => {
    const { memory, maxMemory, maxMemoryPolicy = '' } = server;
    if (memory === undefined || !maxMemory || maxMemoryPolicy.startsWith('allkeys')) return undefined;
    const isRefused = (moved?.OOM ?? 0) > 0;
    // What has a time to live makes room for what comes.
    const cannotEvict = maxMemoryPolicy === 'noeviction' || server.volatileKeys === 0 || (isRefused && moved?.evicted_keys === 0);
    if (!cannotEvict || memory < maxMemory * (isRefused ? NEARLY_FULL : 1)) return undefined;
    return `Redis is full: it uses ${megabytes(memory)} of ${megabytes(maxMemory)}, and its policy ${maxMemoryPolicy} finds nothing to evict.`;
  }),
  condition('redis_read_only', ['READONLY', 'MASTERDOWN'], ({ role, readOnly }) =>
    role === 'slave' && readOnly !== false ? 'Redis is a read-only replica.' : undefined,
  ),
  condition('redis_loading', ['LOADING'], (_, signals) =>
    signals.redisFailure === 'loading' && !reachesRedis(signals)
      ? 'Redis is loading its data set and refuses commands until it has read it.'
      : undefined,
  ),
  // Whether a failed save stops writes is a setting that INFO does not show: only the refusal tells.
  condition('redis_persistence_error', ['MISCONF'], ({ saveFailed }, { moved }) =>
    saveFailed && (moved?.MISCONF ?? 0) > 0 ? 'Redis could not save its data to disk.' : undefined,
  ),
];

function condition(
  cause: Cause,
  symptoms: readonly Symptom[],
  holds: (server: ServerState, signals: Signals) => string | undefined,
): CauseRow {
  return {
    cause,
    strength: 'state',
    verdicts: OUTAGE,
    proof: (signals, findings) => {
      const { server = {}, moved, refusedCredential } = signals;
      if (refusedCredential !== undefined && !reachesRedis(signals)) return undefined;
      const sentence = holds(server, signals);
      // A key that is there was written all the same.
      if (sentence === undefined || findings.some(({ key }) => key === 'present')) return undefined;
      const symptom = symptoms.find((name) => (moved?.[name] ?? 0) > 0);
      if (symptom !== undefined) return { sentence: `${sentence} ${seen(symptom, moved?.[symptom] ?? 0)} during the probes.` };
      return findings.some(isUnwritten) ? { sentence: `${sentence} No key of the probes was written.` } : undefined;
    },
  };
}

/** Whether the key of a pair was not written, as far as can be told: what was written and lost again was written. */
function isUnwritten(finding: Finding): boolean {
  const standing = standingOf(finding);
  const isUnused = standing === 'missing' || standing === 'elsewhere' || standing === 'served';
  return isUnused && finding.key !== 'other_database' && !finding.vanished;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
