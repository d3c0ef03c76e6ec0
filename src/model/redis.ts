/** Why a conversation with a Redis server failed. Closed: every error of the client library is mapped to one of these. */
export const REDIS_FAILURE = [
  'dns',
  'refused',
  'timeout',
  'tls',
  'wrongpass',
  'noauth',
  'noperm',
  'loading',
  'maxclients',
  'readonly',
  'masterdown',
  'clusterdown',
  'not_redis',
  'secret_unreadable',
  'protocol',
  'closed',
  'unknown',
] as const;
export type RedisFailure = (typeof REDIS_FAILURE)[number];

/** Why the bytes of a peer were not taken in as a reply: too much of it, lists too deep in lists, or no reply at all. */
export const REPLY_REFUSAL = ['length', 'depth', 'type'] as const;
export type ReplyRefusal = (typeof REPLY_REFUSAL)[number];

/**
 * Whether a credential opens a fresh connection. `disabled`: there is nothing to check, because no
 * password is configured for it and the server asks for none. `unknown`: not tried, or the server
 * could not be asked (refused, timed out, loading).
 */
export const AUTH_STATE = ['ok', 'failed', 'unknown', 'disabled'] as const;
export type AuthState = (typeof AUTH_STATE)[number];

/** Refusals that a Redis server counts by error prefix and that concern access. */
export const REJECTION = ['WRONGPASS', 'NOAUTH', 'NOPERM'] as const;
export type Rejection = (typeof REJECTION)[number];

/** What a node of a cluster answers to a command that it cannot serve: the key is on another node, is on its way there, or the cluster is down. */
export const REDIRECTION = ['MOVED', 'ASK', 'CLUSTERDOWN'] as const;

/** Who caused a refusal: this exporter or another client. */
export const ORIGIN = ['own', 'others'] as const;

/** Why an entry is in ACL LOG; `other` for reasons of later versions. */
export const ACL_REASON = ['auth', 'command', 'key', 'channel', 'other'] as const;
export type AclReason = (typeof ACL_REASON)[number];

/** The name that connections of every exporter give themselves, so that no exporter takes another for an intruder. */
export const CLIENT_NAME = 'litellm-cache-exporter';

/** The credential name that means the daemon's own. */
export const EXPORTER_CREDENTIAL = 'exporter';

/**
 * Commands that get a series of their own; the rest is summed in `other`. They are those of a response
 * cache, of LiteLLM's rate limiter and of authentication. Names are those of INFO commandstats; a
 * subcommand (`client|list`) counts for its command.
 */
export const COMMAND = [
  'get',
  'set',
  'setex',
  'mget',
  'del',
  'unlink',
  'exists',
  'expire',
  'ttl',
  'pttl',
  'incrby',
  'incrbyfloat',
  'eval',
  'evalsha',
  'scan',
  'ping',
  'info',
  'auth',
  'hello',
  'client',
  'other',
] as const;
export type Command = (typeof COMMAND)[number];

/** Error prefixes of INFO errorstats that get a series of their own; the rest is summed in `other`. */
export const ERROR_PREFIX = [
  'WRONGPASS',
  'NOAUTH',
  'NOPERM',
  'OOM',
  'MISCONF',
  'LOADING',
  'READONLY',
  'MASTERDOWN',
  'CLUSTERDOWN',
  'MOVED',
  'ASK',
  'BUSY',
  'NOSCRIPT',
  'WRONGTYPE',
  'EXECABORT',
  'NOREPLICAS',
  'ERRORSTATS_DISABLED',
  'ERR',
  'other',
] as const;
export type ErrorPrefix = (typeof ERROR_PREFIX)[number];

/** Which server speaks the protocol of Redis. */
export const SERVER = ['redis', 'valkey', 'other'] as const;
export type Server = (typeof SERVER)[number];

/** Values of `role` in INFO replication. */
export const ROLE = ['master', 'slave', 'sentinel', 'other'] as const;

/** Values of `redis_mode` (Valkey 9: `server_mode`) in INFO server. */
export const MODE = ['standalone', 'sentinel', 'cluster', 'other'] as const;
export type Mode = (typeof MODE)[number];

/** What a node of a cluster is there for. */
export const NODE_ROLE = ['master', 'replica'] as const;
export type NodeRole = (typeof NODE_ROLE)[number];

/** How a node of a cluster is in the eyes of the others: `pfail` may have failed, `fail` has (CLUSTER NODES). */
export const NODE_STATE = ['ok', 'pfail', 'fail'] as const;
export type NodeState = (typeof NODE_STATE)[number];

/** The slots of a cluster, as CLUSTER INFO counts them. */
export const CLUSTER_SLOTS = ['assigned', 'ok', 'pfail', 'fail'] as const;
export type ClusterSlots = (typeof CLUSTER_SLOTS)[number];

/** Values of `maxmemory_policy` in INFO memory. */
export const MAXMEMORY_POLICY = [
  'noeviction',
  'allkeys-lru',
  'allkeys-lfu',
  'allkeys-lrm',
  'allkeys-random',
  'volatile-lru',
  'volatile-lfu',
  'volatile-lrm',
  'volatile-random',
  'volatile-ttl',
  'other',
] as const;

/** Events of LATENCY LATEST that get a series of their own. */
export const LATENCY_EVENT = [
  'command',
  'fast-command',
  'fork',
  'aof-fsync-always',
  'aof-write',
  'aof-write-pending-fsync',
  'aof-write-active-child',
  'aof-write-alone',
  'aof-fstat',
  'aof-rename',
  'aof-rewrite-diff-write',
  'rdb-unlink-temp-file',
  'active-defrag-cycle',
  'expire-cycle',
  'eviction-cycle',
  'eviction-del',
  'other',
] as const;
export type LatencyEvent = (typeof LATENCY_EVENT)[number];
