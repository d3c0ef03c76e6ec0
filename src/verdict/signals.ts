import type { CallType } from '../litellm/cache-ping.ts';
import type { CacheType, GatewayFailure, Outcome, Route } from '../model/cache.ts';
import type { RedisFailure } from '../model/redis.ts';
import type { KeyState } from '../redis/key-watch.ts';
import type { Counted, Growth } from './growth.ts';

/** The latest pair of a route. */
export interface Finding {
  route: Route;
  outcome: Outcome;
  key: KeyState;
  /** First request and duplicate went to different replicas: the duplicate cannot come from the memory of the first. */
  across?: boolean | undefined;
  failure?: GatewayFailure | undefined;
}

/** Everything beside the pairs that a verdict rests on. */
export interface Signals {
  /** Why the liveness endpoint fails; undefined when it answers. */
  down: GatewayFailure | undefined;
  /** Every configured route has a pair that is not older than three effective intervals. */
  fresh: boolean;
  cacheType: CacheType;
  /** What the configuration says that the gateway's cache should be. */
  expected: 'redis' | 'local' | 'none';
  version: string | undefined;
  callTypes: readonly CallType[] | undefined;
  flushSize: number | undefined;
  /** The status of `/cache/ping`: a hint for people, never a proof. */
  cachePing: number | undefined;
  /** Why the daemon itself cannot use the target; undefined when it can, or none is configured. */
  redisFailure: RedisFailure | undefined;
  /** A credential other than the exporter's that the target refuses. */
  refusedCredential: { credential: string; error: 'wrongpass' | 'noauth' } | undefined;
  /** Counters of the target that others moved while the pairs ran. */
  growth: Readonly<Partial<Record<Counted, Growth>>>;
  /** The server tells of every probe key that is written to it, and is no part of a cluster. */
  seesEveryWrite: boolean;
}
