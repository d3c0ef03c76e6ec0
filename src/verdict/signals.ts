import type {
  CacheType,
  CallType,
  ContentDoubt,
  GatewayFailure,
  NonceOwner,
  Outcome,
  PairRequest,
  Route,
  Sharing,
} from '../model/cache.ts';
import type { RedisFailure } from '../model/redis.ts';
import type { ShapeStatus, TenantStatus } from '../model/status.ts';
import type { KeyState } from '../redis/probe-keys/lookup.ts';
import type { ServerState } from '../redis/replies/server-state.ts';
import type { AnomalousIncrease, Counted } from './growth.ts';
import type { Repetition } from './repetition.ts';

/** The latest pair of a route. */
export interface RouteResult {
  route: Route;
  outcome: Outcome;
  key: KeyState;
  /** The key was written to the watched server and lost before the pair ended; that of a duplicate that missed may have come after it. */
  lostAfterWrite?: boolean | undefined;
  /** First request and duplicate went to different replicas: the duplicate cannot come from the memory of the first. */
  crossReplica?: boolean | undefined;
  failure?: GatewayFailure | undefined;
  /** The HTTP status of the request that failed; undefined where there was no answer. */
  status?: number | undefined;
  /** The duplicate hit and did not carry the name of its key: see ROUTES for what that proves. */
  unmarked?: boolean | undefined;
  /** Where the answer of the duplicate is not the one that was stored: JSON pointers into its body, at most ten. */
  differs?: readonly string[] | undefined;
  /** Whose prompt it is that an answer of this pair belongs to, where the origin gave it to another one. */
  otherOwner?: NonceOwner | undefined;
  /** Which of the two answers that is. */
  otherRequest?: PairRequest | undefined;
  /** Why the content of the answers proves less than it should. */
  doubt?: ContentDoubt | undefined;
}

/** Refusals of the gateway. `tie` says by what they are known to be its own: the key of a pair, its address, or the user of its credential. */
export interface GatewayRefusal {
  cause: 'redis_auth' | 'redis_permission';
  count: number;
  tie: { address: string } | { credential: string } | 'key';
}

/** A credential of the gateway's and what Redis answers to it: one of the failures, or that it has no password and so refuses any. */
export interface RefusedCredential {
  credential: string;
  error: RedisFailure | 'no password configured';
}

/** Rounds one after the other in which the gateway could have used its Redis and left it alone. */
export interface Silence {
  rounds: number;
  /** The end of the first of them, Unix milliseconds, and the seconds from there to the end of the last one by a clock that nobody sets. */
  since: number;
  seconds: number;
  /** Redis refused a login before; otherwise it was away, or is not known to have done more. */
  wasLoginRefused: boolean;
  /** How it is known that Redis would let the gateway in: it answers the PING behind `/cache/ping`, or accepts this credential of the gateway's. */
  reach: 'ping' | { credential: string };
}

/** Everything beside the pairs that a verdict rests on. */
export interface Signals {
  /** Why the liveness endpoint fails; undefined when it answers. */
  down: GatewayFailure | undefined;
  /** What to do about that, where more is known than the class tells. */
  downAdvice?: string | undefined;
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
  /** The target did not answer the daemon in time while the pairs ran or just before, even if it does now. */
  redisStalled: boolean;
  /** A credential other than the exporter's that the target refuses. */
  refusedCredential: RefusedCredential | undefined;
  /** A credential other than the exporter's that the target accepts, while it refuses none; undefined where none is known. */
  acceptedCredential?: string | undefined;
  /** The condition of the target just after the pairs; undefined when it could not be read. */
  server?: ServerState | undefined;
  /** By how much others moved the counters of the target while the pairs ran, whatever is usual; undefined when that is not known. */
  deltas: Readonly<Partial<Record<Counted, number>>> | undefined;
  /** The daemon has used this target before. */
  usedBefore: boolean;
  /** Refusals that ACL LOG has more of since just before the pairs, and that are the gateway's. */
  refusals: readonly GatewayRefusal[];
  /** The gateway's own `/metrics` shows that its circuit breaker keeps it from Redis; undefined when it was not asked or does not tell. */
  breakerOpen: boolean | undefined;
  /** The gateway leaves the target alone, which is known to be its Redis and would let it in; undefined where it does not, or not for long, or that is not known. */
  silence?: Silence | undefined;
  /** What the target did while `/cache/ping` was asked several times; undefined when it was not. */
  atPings: Repetition | undefined;
  /** Counters of the target that others moved by more than they do without the pairs. */
  increases: Readonly<Partial<Record<Counted, AnomalousIncrease>>>;
  /**
   * What is known of the replicas beside the pairs between them: whether one of the two whose pairs these are, or only
   * another one, does not share the cache of the rest; and those that read another cache, as pairs of their own showed.
   * Undefined without replicas.
   */
  replicas:
    | { isolated: 'current_pair' | 'another_replica' | undefined; readsOtherCache: readonly { name: string; result: RouteResult }[] }
    | undefined;
  /** Which tenants get each other's answers from the cache, and what the configuration says that it should be. Undefined without tenants. */
  tenants?: { expected: Sharing | undefined; pairs: readonly Pick<TenantStatus, 'from' | 'to' | 'result' | 'routes'>[] } | undefined;
  /** Shapes of answers that the cache gives back wrongly, and where; those that the configuration accepts are not among them. */
  wrongShapes?: readonly Pick<ShapeStatus, 'shape' | 'parts'>[] | undefined;
  /** The server tells of every probe key that is written to it, and shares the keys with no other; of a cluster all masters do. */
  seesEveryWrite: boolean;
  /** In ten rounds one after the other pairs hit, their keys could not be looked up, and nothing at all was written to the target meanwhile. */
  writesUnwatched?: boolean | undefined;
}
