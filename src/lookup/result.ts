import type { CacheType, GatewayFailure } from '../model/cache.ts';
import type { RedisFailure } from '../model/redis.ts';

/** Whether a request is in the cache. */
const LOOKUP_RESULT = ['in_cache', 'not_in_cache', 'cannot_tell'] as const;
type LookupResult = (typeof LOOKUP_RESULT)[number];

/**
 * Why it cannot be told: no target is configured for the gateway; the gateway does not answer; its cache is not in Redis; what Redis is asked is refused, or Redis does not answer; the
 * gateway refuses the request with the probe model, stores nothing for it, or stores it in another place; its namespace is not known; it makes the key
 * in another way; it does not say what is behind the model, or hides part of it; of the possible keys some are there; the provider is asked
 * through another API, with a key of its own; a log has lost the order of the fields; sending the request would cost more than may be spent.
 */
const LOOKUP_REASON = [
  'no_target',
  'gateway_unreachable',
  'cache_not_in_redis',
  'redis_unreachable',
  'redis_not_permitted',
  'request_refused',
  'not_stored',
  'stored_elsewhere',
  'namespace_unknown',
  'key_unknown',
  'model_unknown',
  'model_hidden',
  'keys_differ',
  'another_api',
  'order_unknown',
  'too_dear',
] as const;
export type LookupReason = (typeof LOOKUP_REASON)[number];

/** What of the request itself keeps a gateway from answering it with an entry that is there. */
const LOOKUP_REMARK = ['no_cache', 'max_age', 'caching_off'] as const;
export type LookupRemark = (typeof LOOKUP_REMARK)[number];

/** What was found; nothing of it holds a part of the request. */
export interface Lookup {
  readonly result: LookupResult;
  /** Undefined unless it cannot be told. */
  readonly reason?: LookupReason | undefined;
  /** What the gateway answered when it refused the request, which may hold words of it. */
  readonly words?: string | undefined;
  readonly failure?: GatewayFailure | RedisFailure | undefined;
  readonly cacheType?: CacheType | undefined;
  /** The release of the gateway, as it says. */
  readonly release?: string | undefined;
  readonly model: string;
  /** The namespace of the gateway; null for none, undefined while it is not known. */
  readonly namespace?: string | null | undefined;
  /** The names that were looked for, and how many of them are there. */
  readonly keys: readonly string[];
  readonly present: number;
  /** Inputs of a batch of embeddings, each of which has an entry of its own; 1 for any other request. */
  readonly parts: number;
  readonly partsPresent: number;
  /** Until the first of its entries expires; undefined where none is there, or none expires. */
  readonly ttlSeconds?: number | undefined;
  readonly remarks: readonly LookupRemark[];
}
