import type { CacheType, Verdict } from '../model/cache.ts';
import { ELSEWHERE } from './elsewhere.ts';
import { type CauseRow, counted, failing, fails, OUTAGE, reachesRedis, refused, repeated, state, uncachedCalls } from './proof.ts';
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

/**
 * Whether hits come from the memory of a worker where no pair can tell that from a Redis: completions, the one
 * route that a worker does not answer from memory, is not probed, and the gateway says that it cannot use its Redis.
 */
function hitsMemory(routes: Routes, { cachePing }: Signals): boolean {
  return routes.completions === undefined && cachePing === 503 && routes.some('served', 'elsewhere') && !routes.some('proven');
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

/** The causes in their order: the first row whose proof gives a sentence stands; none means `undetermined`. */
export const CAUSE_TABLE: readonly CauseRow[] = [
  {
    cause: 'gateway_timeout',
    verdicts: ['unreachable'],
    proof: ({ down }) => (down === 'timeout' ? 'The liveness endpoint did not answer in time.' : undefined),
  },
  { cause: 'gateway_error', verdicts: ['unreachable'], proof: ({ down }) => `The liveness endpoint fails: ${down}.` },
  {
    cause: 'semantic_or_key_collision',
    verdicts: ['wrong_answers'],
    proof: () =>
      'A prompt with a fresh 128-bit nonce was answered from the cache: its key leaves the prompt out, or similar prompts share answers.',
  },
  { cause: 'cache_disabled', verdicts: ['disabled'], proof: () => 'The gateway says that it has no cache.' },
  { cause: 'cache_local', verdicts: ['local'], proof: ({ cacheType }) => `The gateway says that its cache is of type ${cacheType}.` },

  failing('gateway_auth', ['auth'], 'The gateway refuses the API key of the probe.'),
  failing('probe_key_policy', ['policy'], 'The gateway does not let this API key set cache controls.'),
  failing('gateway_quota', ['quota'], 'A rate limit or budget of the gateway refuses the probe.'),
  failing('model_missing', ['model'], 'The gateway does not know the probe model, or this API key may not use it.'),
  {
    cause: 'redis_timeout',
    verdicts: ['not_measurable'],
    proof: ({ redisStalled }, findings) =>
      redisStalled && fails(findings, ['timeout'])
        ? 'The gateway did not answer in time, and Redis did not answer the exporter in time either, meanwhile or just before.'
        : undefined,
  },
  failing('gateway_timeout', ['timeout'], 'The gateway did not answer in time.'),
  failing('provider_error', ['provider'], 'The provider behind the probe model refuses or fails.'),
  failing(
    'gateway_error',
    ['status', 'protocol', 'closed', 'too_large', 'refused', 'dns', 'tls', 'unknown'],
    'The gateway gave no usable answer.',
  ),

  state('redis_unreachable', ['refused', 'dns', 'closed'], 'Redis cannot be reached by the exporter either'),
  state('redis_timeout', ['timeout'], 'Redis does not answer the exporter either'),
  state('redis_loading', ['loading'], 'Redis is loading its data set'),
  state('redis_max_clients', ['maxclients'], 'Redis turns the exporter away, too'),
  state('redis_cluster', ['clusterdown'], 'The Redis cluster is down'),
  {
    cause: 'redis_tls',
    verdicts: OUTAGE,
    // An exporter that never got through may be the only one whose TLS is not set up right.
    proof: (signals) =>
      signals.redisFailure === 'tls' && signals.usedBefore && !reachesRedis(signals)
        ? 'The exporter cannot agree on TLS with Redis any more either (tls).'
        : undefined,
  },
  EVICTED,
  FLUSHED,
  TTL_TOO_SHORT,
  {
    cause: 'redis_auth',
    verdicts: OUTAGE,
    proof: (signals) => {
      const refused = reachesRedis(signals) ? undefined : signals.refusedCredential;
      return refused && `Redis refuses the credential ${refused.credential} on a fresh connection (${refused.error}).`;
    },
  },
  refused('redis_auth'),
  refused('redis_permission'),
  counted('redis_auth', 'NOAUTH'),
  counted('redis_auth', 'WRONGPASS'),
  counted('redis_permission', 'NOPERM'),
  counted('redis_out_of_memory', 'OOM'),
  counted('redis_read_only', 'READONLY'),
  counted('redis_loading', 'LOADING'),
  counted('redis_persistence_error', 'MISCONF'),
  counted('redis_cluster', 'CLUSTERDOWN'),
  counted('redis_max_clients', 'rejected_connections'),
  repeated('redis_auth', 'NOAUTH'),
  repeated('redis_auth', 'WRONGPASS'),
  repeated('redis_max_clients', 'rejected_connections'),
  {
    cause: 'write_batching',
    verdicts: OUTAGE,
    proof: ({ flushSize }, findings) =>
      flushSize !== undefined && flushSize > 1 && findings.some(({ outcome }) => outcome === 'miss_not_written')
        ? `The gateway writes to Redis in batches of ${flushSize} (redis_flush_size).`
        : undefined,
  },
  { cause: 'call_type_not_cached', verdicts: OUTAGE, proof: uncachedCalls },
  {
    cause: 'breaker_open',
    verdicts: OUTAGE,
    proof: ({ breakerOpen }) =>
      breakerOpen ? 'The gateway shows in its /metrics that its circuit breaker is open: it does not ask Redis.' : undefined,
  },

  ...ELSEWHERE,
];
