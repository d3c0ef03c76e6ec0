import type { CacheType, Verdict } from '../model/cache.ts';
import type { RedisFailure } from '../model/redis.ts';
import { COUNTED_CAUSES, PROTECTED_MODE, REPEATED_CAUSES } from './counters.ts';
import { ELSEWHERE } from './elsewhere.ts';
import { GATEWAY_FAILURE_PROSE } from './pair-words.ts';
import { away, type CauseRow, failing, fails, OUTAGE, proven, REFUSED_CREDENTIAL, reachesRedis, refused, UNCACHED_CALLS } from './proof.ts';
import { CONDITIONS } from './server-condition.ts';
import type { Signals } from './signals.ts';
import type { Routes } from './standing.ts';
import { EVICTED, FLUSHED, TTL_TOO_SHORT } from './vanishing.ts';

interface VerdictRow {
  verdict: Verdict;
  holds(routes: Routes, signals: Signals): boolean;
}

/** Cache types that are Redis. */
const IN_REDIS: readonly CacheType[] = ['redis', 'redis-semantic', 'valkey-semantic', 'other', 'unknown'];

/** Whether a cache of this type is in Redis, or may be: its gateway is judged by pairs. */
export function isRedis(type: CacheType): boolean {
  return IN_REDIS.includes(type);
}

/** Failures of a Redis that is not there. One that is slow for the exporter may answer the gateway. */
const GONE: readonly RedisFailure[] = ['refused', 'dns', 'closed'];

/**
 * Whether hits come from the memory of a worker where no pair can tell that from a Redis: completions, the one
 * route that a worker does not answer from memory, is not probed, and the gateway says that it cannot use its Redis.
 * Where it was not asked, a Redis that the exporter has used before and that is gone tells the same, and so does a
 * refused credential of the gateway when the keys of its hits are not in Redis.
 */
function hitsMemory(routes: Routes, { cachePing, redisFailure, refusedCredential, usedBefore }: Signals): boolean {
  if (routes.completions !== undefined || routes.some('proven')) return false;
  if (cachePing !== undefined) return cachePing === 503 && routes.some('served', 'elsewhere');
  const isGone = usedBefore && redisFailure !== undefined && GONE.includes(redisFailure);
  return (isGone && routes.some('served', 'elsewhere')) || (refusedCredential !== undefined && routes.some('elsewhere'));
}

/** The verdicts in their order: the first row that holds stands. The last row always holds. */
export const VERDICT_TABLE: readonly VerdictRow[] = [
  { verdict: 'unreachable', holds: (_, { down }) => down !== undefined },
  { verdict: 'unknown', holds: (routes, { fresh }) => !fresh || routes.none() },
  { verdict: 'wrong_answers', holds: (routes) => routes.some('wrong') },
  { verdict: 'disabled', holds: (_, { cacheType }) => cacheType === 'none' },
  { verdict: 'local', holds: (_, { cacheType }) => !isRedis(cacheType) },
  { verdict: 'not_measurable', holds: (routes) => routes.some('error') },
  {
    verdict: 'working',
    holds: (routes, signals) =>
      !routes.some('missing', 'elsewhere') && signals.replicas?.apart === undefined && !hitsMemory(routes, signals),
  },
  // A replica that does not share the cache of the others is so in every round, whichever has its turn.
  { verdict: 'partial', holds: (_, { replicas }) => replicas?.apart === 'these' },
  { verdict: 'partial', holds: (routes, { replicas }) => replicas?.apart === 'others' && !routes.some('missing', 'elsewhere') },
  // A route that Redis serves, and one that it does not. While completions misses, another route's key in
  // Redis only counts when the completions key was never written: otherwise reading is broken for all.
  { verdict: 'partial', holds: (routes) => routes.some('proven') && routes.completions !== 'missing' },
  { verdict: 'partial', holds: (routes) => routes.some('proven') && routes.completionsUnwritten },
  {
    verdict: 'partial',
    holds: (routes, signals) =>
      routes.completions === undefined && routes.some('served') && routes.some('missing') && !hitsMemory(routes, signals),
  },
  {
    verdict: 'not_in_redis',
    holds: (routes, signals) => (routes.completions === 'elsewhere' || !routes.some('missing')) && !hitsMemory(routes, signals),
  },
  { verdict: 'memory_only', holds: (routes) => routes.some('proven', 'served', 'elsewhere') },
  { verdict: 'not_caching', holds: () => true },
];

/**
 * The causes, each with what proves it and how much that weighs: the strongest of those that are proven stands, and
 * `undetermined` where several are equally strong or none is proven (design in strength.ts).
 */
export const CAUSE_TABLE: readonly CauseRow[] = [
  {
    cause: 'gateway_timeout',
    strength: 'state',
    verdicts: ['unreachable'],
    proof: ({ down }) => proven(down === 'timeout' && 'The liveness endpoint did not answer in time.'),
  },
  {
    cause: 'gateway_error',
    strength: 'state',
    verdicts: ['unreachable'],
    proof: ({ down, downAdvice }) =>
      proven(
        down !== undefined &&
          down !== 'timeout' &&
          `The liveness endpoint fails: ${GATEWAY_FAILURE_PROSE[down]}${downAdvice === undefined ? '' : `: ${downAdvice}`}.`,
      ),
  },
  {
    cause: 'semantic_or_key_collision',
    strength: 'state',
    verdicts: ['wrong_answers'],
    proof: () =>
      proven(
        'A prompt with a fresh 128-bit nonce was answered from the cache: its key leaves the prompt out, or similar prompts share answers.',
      ),
  },
  { cause: 'cache_disabled', strength: 'state', verdicts: ['disabled'], proof: () => proven('The gateway says that it has no cache.') },
  {
    cause: 'cache_local',
    strength: 'state',
    verdicts: ['local'],
    proof: ({ cacheType }) => proven(`The gateway says that its cache is of type ${cacheType}.`),
  },

  failing('gateway_auth', 'state', ['auth'], 'The gateway refuses the API key of the probe.'),
  failing('probe_key_policy', 'state', ['policy'], 'The gateway does not let this API key set cache controls.'),
  failing('gateway_quota', 'state', ['quota'], 'A rate limit or budget of the gateway refuses the probe.'),
  failing('model_missing', 'state', ['model'], 'The gateway does not know the probe model, or this API key may not use it.'),
  failing('provider_error', 'state', ['provider'], 'The provider behind the probe model refuses or fails.'),
  {
    cause: 'redis_timeout',
    strength: 'own',
    verdicts: ['not_measurable'],
    proof: ({ redisStalled }, findings) =>
      proven(
        redisStalled &&
          fails(findings, ['timeout']) &&
          'The gateway did not answer in time, and Redis did not answer the exporter in time either, meanwhile or just before.',
      ),
  },
  failing('gateway_timeout', 'counter', ['timeout'], 'The gateway did not answer in time.'),
  failing(
    'gateway_error',
    'symptom',
    ['status', 'protocol', 'closed', 'too_large', 'refused', 'dns', 'tls', 'unknown'],
    'The gateway gave no usable answer',
  ),

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
  ...CONDITIONS,
  EVICTED,
  FLUSHED,
  TTL_TOO_SHORT,
  REFUSED_CREDENTIAL,
  refused('redis_auth'),
  refused('redis_permission'),
  ...REPEATED_CAUSES,
  ...COUNTED_CAUSES,
  PROTECTED_MODE,
  {
    cause: 'write_batching',
    strength: 'state',
    verdicts: OUTAGE,
    proof: ({ flushSize, refusedCredential }, findings) =>
      proven(
        flushSize !== undefined &&
          flushSize > 1 &&
          refusedCredential === undefined &&
          findings.some(({ outcome }) => outcome === 'miss_not_written') &&
          `The gateway writes to Redis in batches of ${flushSize} (redis_flush_size).`,
      ),
  },
  ...UNCACHED_CALLS,
  {
    cause: 'breaker_open',
    strength: 'symptom',
    verdicts: OUTAGE,
    proof: ({ breakerOpen }) =>
      proven(breakerOpen && 'The gateway shows in its /metrics that its circuit breaker is open: it does not ask Redis.'),
  },

  ...ELSEWHERE,
];
