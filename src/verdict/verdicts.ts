import type { CacheType, Verdict } from '../model/cache.ts';
import type { RedisFailure } from '../model/redis.ts';
import type { Routes } from './route-state.ts';
import type { Signals } from './signals.ts';

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
 * Whether hits come from the memory of a worker where no pair can tell that from a Redis: no route that a worker does
 * not answer from memory is probed, and the gateway says that it cannot use its Redis.
 * Where it was not asked, a Redis that the exporter has used before and that is gone tells the same, and so does a
 * refused credential of the gateway when the keys of its hits are not in Redis.
 */
function hitsMemory(routes: Routes, { cachePing, redisFailure, refusedCredential, usedBefore }: Signals): boolean {
  if (routes.reading !== undefined || routes.some('proven')) return false;
  if (cachePing !== undefined) return cachePing === 503 && routes.some('served', 'unwatched');
  const isGone = usedBefore && redisFailure !== undefined && GONE.includes(redisFailure);
  return (isGone && routes.some('served', 'unwatched')) || (refusedCredential !== undefined && routes.some('unwatched'));
}

/** The verdicts in their order: the first row that holds wins. The last row always holds. */
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
      !routes.some('missing', 'unwatched') && signals.replicas?.isolated === undefined && !hitsMemory(routes, signals),
  },
  // A replica that does not share the cache of the others is so in every round, whichever has its turn.
  { verdict: 'partial', holds: (_, { replicas }) => replicas?.isolated === 'current_pair' },
  { verdict: 'partial', holds: (routes, { replicas }) => replicas?.isolated === 'another_replica' && !routes.some('missing', 'unwatched') },
  // A route that Redis serves, and one that it does not. While a route that has to read from Redis misses, another
  // route's key there only counts when its own was never written: otherwise reading is broken for all.
  { verdict: 'partial', holds: (routes) => routes.some('proven') && routes.reading !== 'missing' },
  { verdict: 'partial', holds: (routes) => routes.some('proven') && routes.readingUnwritten },
  {
    verdict: 'partial',
    holds: (routes, signals) =>
      routes.reading === undefined && routes.some('served') && routes.some('missing') && !hitsMemory(routes, signals),
  },
  {
    verdict: 'not_in_redis',
    holds: (routes, signals) => (routes.reading === 'unwatched' || !routes.some('missing')) && !hitsMemory(routes, signals),
  },
  { verdict: 'memory_only', holds: (routes) => routes.some('proven', 'served', 'unwatched') },
  { verdict: 'not_caching', holds: () => true },
];
