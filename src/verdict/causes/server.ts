import type { Cause } from '../../model/cache.ts';
import type { RedisFailure } from '../../model/redis.ts';
import type { ServerState } from '../../redis/replies/server-state.ts';
import { seen } from '../counted-words.ts';
import { redisFailureProse } from '../pair-words.ts';
import { routeStateOf } from '../route-state.ts';
import type { RouteResult, Signals } from '../signals.ts';
import { type CauseRow, OUTAGE, proven, reachesRedis } from './cause.ts';

/** A full server that refuses writes can show a memory below its limit a moment later: down to this share of it. */
const NEARLY_FULL = 0.9;

/** The counters that are the symptom of a condition. */
type Symptom = 'OOM' | 'READONLY' | 'MASTERDOWN' | 'LOADING' | 'MISCONF';

/** The causes that the exporter meets itself: what keeps it from the target keeps the gateway from it, unless that shows otherwise. */
export const EXPORTER_AWAY: readonly CauseRow[] = [
  away('redis_unreachable', ['refused', 'dns', 'closed'], 'The exporter cannot reach Redis either'),
  away('redis_timeout', ['timeout'], 'Redis does not answer the exporter in time either'),
  away('redis_max_clients', ['maxclients'], 'Redis turns the exporter away, too: it has reached its limit of clients'),
  away('redis_cluster', ['clusterdown'], 'The Redis cluster is down'),
  away('redis_read_only', ['readonly', 'masterdown'], 'Redis is a replica and refuses the exporter, too'),
  {
    cause: 'redis_tls',
    strength: 'state',
    verdicts: OUTAGE,
    // An exporter that never got through may be the only one whose TLS is not set up right.
    proof: (signals) =>
      proven(
        signals.redisFailure === 'tls' &&
          signals.usedBefore &&
          !reachesRedis(signals) &&
          'The exporter cannot agree on TLS with Redis any more either.',
      ),
  },
];

/**
 * Conditions of the server that prove a cause. Each counts only with its symptom in the same round, its refusal or a
 * key that was not written, and never while the gateway's credential is known to be refused: what is not let in
 * writes nothing on any server.
 */
export const CONDITIONS: readonly CauseRow[] = [
  condition('redis_out_of_memory', ['OOM'], (server, { deltas }) => {
    const { memory, maxMemory, maxMemoryPolicy = '' } = server;
    if (memory === undefined || !maxMemory || maxMemoryPolicy.startsWith('allkeys')) return undefined;
    const isRefused = (deltas?.OOM ?? 0) > 0;
    // What has a time to live makes room for what comes.
    const cannotEvict = maxMemoryPolicy === 'noeviction' || server.volatileKeys === 0 || (isRefused && deltas?.evicted_keys === 0);
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
  condition('redis_persistence_error', ['MISCONF'], ({ saveFailed }, { deltas }) =>
    saveFailed && (deltas?.MISCONF ?? 0) > 0 ? 'Redis could not save its data to disk.' : undefined,
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
    proof: (signals, results) => {
      const { server = {}, deltas, refusedCredential } = signals;
      if (refusedCredential !== undefined && !reachesRedis(signals)) return undefined;
      const sentence = holds(server, signals);
      // A key that is there was written all the same.
      if (sentence === undefined || results.some(({ key }) => key === 'present')) return undefined;
      const symptom = symptoms.find((name) => (deltas?.[name] ?? 0) > 0);
      if (symptom !== undefined) return { sentence: `${sentence} ${seen(symptom, deltas?.[symptom] ?? 0)} during the probes.` };
      return results.some(isUnwritten) ? { sentence: `${sentence} No key of the probes was written.` } : undefined;
    },
  };
}

/** Whether the key of a pair was not written, as far as can be told: what was written and lost again was written. */
function isUnwritten(result: RouteResult): boolean {
  const routeState = routeStateOf(result);
  const isUnused = routeState === 'missing' || routeState === 'unwatched' || routeState === 'served';
  return isUnused && result.key !== 'other_database' && !result.lostAfterWrite;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** A cause that the daemon's own failure to use Redis proves, unless the gateway can use it. */
function away(cause: Cause, failures: readonly RedisFailure[], sentence: string): CauseRow {
  return {
    cause,
    strength: 'state',
    verdicts: OUTAGE,
    proof: (signals) => {
      const { redisFailure: failure } = signals;
      if (failure === undefined || !failures.includes(failure) || reachesRedis(signals)) return undefined;
      return { sentence: `${sentence}${redisFailureProse(failure)}.` };
    },
  };
}
