import type {
  BreakerReading,
  CacheMark,
  CacheType,
  Cause,
  GatewayFailure,
  NotAsked,
  Outcome,
  Question,
  Route,
  Sharing,
  TenantResult,
  Verdict,
} from './cache.ts';
import type { Census } from './census.ts';
import type { FidelityResult, FidelityShape, NotJudged } from './fidelity.ts';
import type { LeaseState } from './lease.ts';
import type { AclReason, AuthState, NodeRole, NodeState, RedisFailure } from './redis.ts';
import type { Reuse } from './reuse.ts';

/** One credential of a target, as the last canary left it. Times are Unix milliseconds. */
export interface CredentialStatus {
  credential: string;
  state: AuthState;
  error?: RedisFailure | undefined;
  lastSuccessAt?: number | undefined;
  lastFailureAt?: number | undefined;
}

/**
 * A client other than this daemon that a Redis server refused, as its ACL LOG tells. What clients write is cut
 * and made harmless.
 */
export interface RefusedClient {
  reason: AclReason;
  /** A configured user, or the beginning and the length of another name, which can be a mistyped password. */
  user: string;
  /** IP address without port, or `unix socket`. */
  address?: string | undefined;
  library?: string | undefined;
  /** The command, the shape of a key (`{api_key:…}:tokens`), `key` or `channel`; never the name of one. */
  what: string;
  count: number;
  /** The last time, Unix milliseconds. */
  at: number;
}

/** Connections that may have sent commands without a password: Redis does not record who did. */
export interface NoauthCandidate {
  address?: string | undefined;
  library?: string | undefined;
  connections: number;
}

/** One node of a target that is a cluster. What nobody tells is undefined. */
export interface NodeStatus {
  /** `host:port`. */
  name: string;
  role?: NodeRole | undefined;
  /** What the other nodes think of it. */
  state?: NodeState | undefined;
  /** How many slots it has. */
  slots: number;
  /** Undefined until it was tried. */
  up?: boolean | undefined;
  failure?: RedisFailure | undefined;
  keys?: number | undefined;
  usedMemoryBytes?: number | undefined;
}

/** What the daemon knows of one Redis target now. Times are Unix milliseconds, durations seconds. */
export interface TargetStatus {
  name: string;
  /** The list that it comes from; absent for an entry of the configuration file. */
  source?: string;
  /** Where it is, without any secret. */
  address: string;
  /** Undefined until it has been tried. */
  up?: boolean | undefined;
  failure?: RedisFailure | undefined;
  /** One sentence for people, without any secret. */
  detail?: string | undefined;
  version?: string | undefined;
  role?: string | undefined;
  keys?: number | undefined;
  usedMemoryBytes?: number | undefined;
  maxMemoryBytes?: number | undefined;
  maxMemoryPolicy?: string | undefined;
  /** Keys that the server evicted since it started. */
  evictedKeys?: number | undefined;
  lastScrapeAt?: number | undefined;
  scrapeSeconds?: number | undefined;
  /** Unauthenticated commands are refused. */
  authRequired?: boolean | undefined;
  credentials: CredentialStatus[];
  /** Refusals of others that the server counted since this daemon watches it; undefined where it does not show its counters. */
  rejectionsOfOthers: { WRONGPASS?: number | undefined; NOAUTH?: number | undefined; NOPERM?: number | undefined };
  /** What cannot be seen of this server and why, one sentence each, without any secret. */
  unseen?: string[] | undefined;
  /** Whether the cluster serves all slots, by the word of its nodes; undefined where there is none. */
  clusterOk?: boolean | undefined;
  /** The nodes of a target that is a cluster; what else is here is of the masters together. */
  nodes?: NodeStatus[] | undefined;
  /** What keeps a cluster from being watched whole, one sentence each, without any secret. */
  problems?: string[] | undefined;
  /** The master that the Sentinels named last, `host:port`. */
  master?: string | undefined;
  /** Whether a Sentinel answered at the last attempt; undefined without Sentinels. */
  sentinelUp?: boolean | undefined;
  /** What a Sentinel says of all of them, as far as it tells, and the failovers since this daemon watches; undefined without Sentinels. */
  sentinels?: { known?: number | undefined; quorumOk?: boolean | undefined; replicas?: number | undefined; failovers: number } | undefined;
  /** The last census, where one is configured and could be taken. */
  census?: Census | undefined;
  /** Why there is no census although one is configured, one sentence without any secret. */
  censusDetail?: string | undefined;
  /** What another time to live would bring; absent where that is not configured. */
  reuse?: Reuse | undefined;
  /** Who was refused in the last hour, the latest first. */
  refused?: RefusedClient[] | undefined;
  /** When others were last refused because they sent no password, and who that may have been. There are no candidates when the clients could not be listed. */
  noauth?: { at: number; candidates?: NoauthCandidate[] | undefined } | undefined;
  traceId?: string | undefined;
}

/** One pair, as the page and `probe` show it. */
export interface PairStatus {
  route: Route;
  model: string;
  outcome: Outcome;
  at: number;
  firstSeconds?: number;
  duplicateSeconds?: number;
  writeLagSeconds?: number;
  ttlSeconds?: number;
  /** `duplicate hit in 2 ms, key in Redis`: one line of evidence. */
  evidence: string;
  traceId: string;
}

/** What the last pair showed whose first request went to one replica and whose duplicate went to another. */
export interface ReplicaStatus {
  /** `host:port`. */
  from: string;
  to: string;
  outcome: Outcome;
  at: number;
}

/** What is known of an ordered pair of tenants: the first one asked, the second one sent the same request. */
export interface TenantStatus {
  from: string;
  to: string;
  result: TenantResult;
  /** The routes that showed it. */
  routes: readonly Route[];
  /** Why it is not known, where the last trial told; without any secret. */
  detail?: string | undefined;
  /** When it was tried last, Unix milliseconds. */
  at: number;
  traceId: string;
}

/** Whether the tenants of a gateway get each other's answers from its cache. */
export interface TenantsStatus {
  /** What the configuration says that it should be; undefined where it does not. */
  expected?: Sharing | undefined;
  /** The ordered pairs that were tried. */
  pairs: readonly TenantStatus[];
  /** How many ordered pairs there are. */
  all: number;
  /** Why none was tried when it was its turn; undefined when one was. */
  notAsked?: NotAsked | undefined;
}

/** What is known of one shape of answers: whether a hit gives it back as it was. Times are Unix milliseconds. */
export interface ShapeStatus {
  shape: FidelityShape;
  result: FidelityResult;
  /** Where the answer from the cache differs: JSON pointers into the answer of the origin, ten at most, those first that a program acts on. */
  parts: readonly string[];
  /** Why it is `unknown`. */
  why?: NotJudged | undefined;
  /** Of a request that was refused, or not answered. */
  failure?: GatewayFailure | undefined;
  status?: number | undefined;
  /** The configuration accepts whatever it shows. */
  accepted?: true;
  /** The last try that showed something. */
  at?: number;
  /** Since when each try has shown this. */
  since?: number;
  traceId?: string;
}

/** What the cache of a gateway does to answers. */
export interface FidelityStatus {
  shapes: readonly ShapeStatus[];
  /** Why no shape was tried in the last round in which one was due; absent when one was. */
  notAsked?: NotAsked;
}

/** One pair of the past. */
export interface PairRecord {
  at: number;
  /** Undefined for a negative control that passed. */
  outcome?: Outcome | undefined;
  firstSeconds: number;
  duplicateSeconds?: number | undefined;
  /** What the answer to the duplicate says of the cache. */
  duplicate?: CacheMark | undefined;
  traceId: string;
}

/** One pair of the past that did not go well, with what was made of it. */
export interface FailureRecord {
  at: number;
  route: Route;
  outcome: Outcome;
  verdict: Verdict;
  cause: Cause;
  evidence: string;
  traceId: string;
}

/** The verdict, or only its cause, became another one. */
export interface VerdictChange {
  at: number;
  from: Verdict;
  to: Verdict;
  cause: Cause;
  evidence: string;
  traceId: string;
}

/** The past of a gateway, bounded, the newest last. A list that grew is another list: one that was handed out never changes. */
export interface GatewayHistory {
  pairs: readonly { route: Route; records: readonly PairRecord[] }[];
  failures: readonly FailureRecord[];
  changes: readonly VerdictChange[];
}

/** What a gateway is asked beside the two requests of a pair. */
export interface OverheadStatus {
  /** The share of its time that this may take, from 0 to 1. */
  share: number;
  /** What it has taken since the exporter started. */
  spentSeconds: number;
  /** Questions that are not asked any more, because one took over 500 ms or ran into a limit. */
  notAskedAgain: { question: Question; why: 'slow' | 'limit' }[];
}

/** What the daemon knows of one gateway now. */
export interface GatewayStatus {
  name: string;
  /** The list that it comes from; absent for an entry of the configuration file. */
  source?: string;
  url: string;
  redisTarget?: string;
  verdict: Verdict;
  cause: Cause;
  /** The verdict is not `working`, but it is what `expect` in the configuration says. */
  asExpected?: boolean;
  /** One sentence that says what the cause rests on. */
  evidence: string;
  /** What the verdict `working` does not rest on, in a few words beside it: `not verified in the watched Redis`. */
  doubt?: string | undefined;
  /** Since the verdict left or regained `working`, Unix milliseconds. */
  since?: number;
  up?: boolean;
  ready?: boolean;
  version?: string;
  cacheType?: CacheType;
  /** The status of `GET /cache/ping`, a hint only. */
  cachePing?: number;
  /** Why `/cache/ping` was not asked in the last tick; absent when it was. */
  cachePingNotAsked?: NotAsked;
  /** Absent until they were asked for. */
  metrics?: MetricsAnswer;
  /** Absent until the gateway was asked anything. */
  overhead?: OverheadStatus;
  /** What keeps the content of answers from telling hits, a sentence each; absent where the models of the gateway do not lead to the origin. */
  origin?: { problems: readonly string[] };
  pairs: PairStatus[];
  /** The ordered pairs of replicas that were tried last, 64 at most; absent without `addresses`. */
  replicas?: ReplicaStatus[];
  /** Absent without `tenants`. */
  tenants?: TenantsStatus;
  /** Absent where no shapes are tried: the models of the gateway do not lead to the origin. */
  fidelity?: FidelityStatus;
  speedup?: { point: number; lower: number; upper: number; pairs: number };
  costUsd: number;
  /**
   * How many other exporters have probed through the same Redis and namespace in the last five minutes, or three
   * intervals where these are longer; undefined where their keys are not seen. Those that do not tell who they are
   * count as one.
   */
  otherExporters?: number | undefined;
  /** Who probes, where several exporters share a lease; without one it is absent. */
  lease?: LeaseState | undefined;
  lastRunAt?: number;
  history?: GatewayHistory;
}

/**
 * What the metrics of a gateway answered when they were asked for last. `status` is the HTTP status of a failure; `absent`: there are none beside its
 * API, as on every gateway without a Prometheus callback.
 */
export type MetricsAnswer = { url: string } & (
  | { breaker: BreakerReading }
  | { absent: true }
  | { failure: GatewayFailure; status?: number | undefined }
);

/** What the daemon knows of a list of targets that it reads. Times are Unix milliseconds; no text holds an address of the list or a secret. */
export interface SourceStatus {
  name: string;
  from: 'file_sd' | 'http_sd';
  kind: 'gateway' | 'redis';
  class: string;
  /** How many entries of it are watched. */
  entries: number;
  /** How many of its targets are left out, because something is wrong with them. */
  refused: number;
  /** How many entries are watched although the list no longer has them, until it says so again. */
  heldBack: number;
  /** The last time that the whole list could be read; undefined until then. */
  lastSuccessAt?: number;
  /** Why it could not be read the last time; undefined when it could. */
  failure?: string;
  /** What is wrong with its targets, or else is to be known, a sentence each; the first of many. */
  problems: readonly string[];
}

/** Everything that the page, the JSON interface and `probe` show. */
export interface Status {
  version: string;
  startedAt: number;
  now: number;
  ready: boolean;
  configReload: { successful: boolean; at: number; problems: string[]; notes?: readonly string[] | undefined };
  targets: TargetStatus[];
  gateways: GatewayStatus[];
  /** Absent without `discovery`. */
  sources?: readonly SourceStatus[];
}
