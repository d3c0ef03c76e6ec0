import type { Severity } from '../model/severity.ts';
import { compareVersions, parseVersion, type Version } from '../source/version.ts';

/** Behaviour of LiteLLM that began with a release, by that release (its release notes and source). */
export const RELEASES = {
  /** A pool that is made from host and port keeps `max_connections`. */
  host_keeps_pool_size: [1, 79, 0],
  /** Answers of the Responses API are cached. */
  responses_cached: [1, 81, 0],
  /** Answers of Anthropic's API are cached as such; before, those of a provider of another API as the chat call that asks it. */
  messages_cached: [1, 98, 0],
  /** A host in cache_params beats REDIS_URL; before, REDIS_URL silently beats host, port and password. */
  configured_host_wins: [1, 93, 0],
  /** The router reads `redis_db`. */
  router_reads_db: [1, 81, 9],
  /** A pool that is made from a url keeps `max_connections`. */
  url_keeps_pool_size: [1, 81, 14],
  /** Nodes of a cluster beat a url and keep host, port, db and password; REDIS_CLUSTER_NODES makes the cache a cluster client. */
  cluster_beats_url: [1, 82, 0],
  /** A circuit breaker stops asking Redis after five failures, and asks again 60 s after the last of them (REDIS_CIRCUIT_BREAKER_RECOVERY_TIMEOUT). */
  circuit_breaker: [1, 82, 0],
  /** The token of a service account of Google is fetched again for each connection of a cluster. */
  gcp_token_renewed: [1, 83, 3],
  /** The data servers behind Sentinels are not sent the password of the Sentinels. */
  sentinel_keeps_passwords_apart: [1, 84, 0],
  /** `ssl: false` switches TLS off; before, that it is there switches it on. */
  ssl_false_is_off: [1, 93, 0],
  /** A client behind Sentinel keeps its arguments: password, TLS, db, timeouts. Some release after 1.83.14. */
  sentinel_keeps_arguments: [1, 85, 0],
  /** Microsoft Entra ID instead of a password. */
  azure_identity: [1, 85, 0],
  /** A client of a cluster keeps its timeouts. Some release after 1.85.0. */
  cluster_keeps_timeouts: [1, 88, 0],
  /** `general_settings.coordination_redis`. */
  coordination_redis: [1, 93, 0],
  /** A pool that is made from a url keeps the arguments of the connection, timeouts among them. */
  url_keeps_arguments: [1, 96, 0],
  /** A semantic cache answers within the namespace of a request only. Some release after 1.93.0. */
  semantic_scope: [1, 104, 2],
  /** Texts become the type of the argument; a credential provider takes the place of user and password. Some release after 1.100.5. */
  arguments_typed: [1, 101, 0],
  /** Without any other, the coordination Redis is that of the environment. Some release after 1.100.5. */
  coordination_from_environment: [1, 101, 0],
  /** `type: valkey-semantic`. Some release after 1.89.0. */
  valkey_semantic: [1, 90, 0],
  /** A semantic cache in Redis makes its index with its first use; before, at the start. Some release after 1.90.0. */
  semantic_index_is_lazy: [1, 91, 0],
  /** `responses` in supported_call_types means `aresponses` as well. Some release after 1.104.2. */
  responses_cover: [1, 105, 0],
  /** `max_messages` is a parameter of the cache; before, redis-py refuses it. Some release after 1.104.2. */
  max_messages: [1, 105, 0],
  /** A client of a cluster without a size of its pool has none. Some release after 1.104.2. */
  cluster_drops_empty_pool: [1, 105, 0],
  /** A client without a usable socket_timeout has one of 5 s. Some release after 1.106.12. */
  timeout_always: [1, 108, 0],
  /** `type: disk` is gone, and stops the start. */
  no_disk_cache: [1, 109, 0],
  /**
   * The breaker is shared with a second client of Redis, a native one, which does not log in again after a refused login
   * and fails each call from then on: whichever of its calls comes first after 60 s keeps the breaker open.
   */
  breaker_stays_open: [1, 110, 0],
  /** A service account of Google that is no text, or an empty one, is none. Some release after 1.109.0. */
  gcp_needs_text: [1, 110, 0],
  /** IAM of Amazon ElastiCache instead of a password. Some release after 1.101.6. */
  aws_identity: [1, 102, 0],
} as const satisfies Record<string, Version>;

/** Whether a version has a behaviour; undefined when the version is not known or is not a version. */
export function hasBehaviour(version: string | undefined, behaviour: keyof typeof RELEASES): boolean | undefined {
  const own = parseVersion(version ?? '');
  return own && compareVersions(own, RELEASES[behaviour]) >= 0;
}

/** A span of LiteLLM releases with a defect that concerns the cache. */
export interface KnownBad {
  /** The first release that has it; undefined for every one before `fixed`. */
  since?: Version | undefined;
  /** The first release without it; undefined while none is known. */
  fixed?: Version | undefined;
  /** What it needs to matter; the rule knows how to tell. */
  when: 'always' | 'redis' | 'url_without_tls' | 'embeddings' | 'semantic' | 'cluster' | 'responses' | 'several_workers';
  severity: Severity;
  what: string;
  consequence: string;
  /** What to do where the newest release of its line may not be the way out. */
  fix?: string | undefined;
}

/** Defects by release, the worst first; where they are from: LiteLLM's release notes and issue tracker. */
export const KNOWN_BAD: readonly KnownBad[] = [
  {
    since: [1, 82, 7],
    fixed: [1, 82, 9],
    when: 'always',
    severity: 'critical',
    what: 'was uploaded to the package index by an attacker',
    consequence: 'The package steals credentials: every secret of the machine it ran on has to be changed.',
  },
  {
    since: [1, 93, 0],
    fixed: [1, 93, 1],
    when: 'url_without_tls',
    severity: 'high',
    what: 'cannot write through a redis:// url',
    consequence:
      'Writes fail with an unexpected argument ssl_check_hostname where redis-py 5.3 is installed, while the gateway stays healthy.',
    fix: 'use host and port instead of the url, or TLS, or 1.104.2, which was seen to work',
  },
  {
    since: [1, 110, 0],
    when: 'redis',
    severity: 'high',
    what: 'does not close its circuit breaker for Redis after a refused login',
    consequence:
      'A password that Redis refuses for seconds, as in a rotation, takes the cache away until the workers are restarted, while /cache/ping says healthy and Redis counts nothing.',
    fix: 'use 1.109.3, the last release without it; or keep the old and the new password valid together in each rotation, and restart the workers after any refused login',
  },
  {
    since: [1, 85, 1],
    fixed: [1, 86, 3],
    when: 'semantic',
    severity: 'high',
    what: 'filters the semantic cache by the hash of the whole request',
    consequence: 'A paraphrase never hits.',
  },
  {
    since: [1, 68, 0],
    fixed: [1, 74, 7],
    when: 'embeddings',
    severity: 'high',
    what: "fails on cached embeddings with KeyError: 'data'",
    consequence: 'A repeated embedding is an error instead of a hit.',
  },
  {
    fixed: [1, 77, 7],
    when: 'cluster',
    severity: 'high',
    what: 'sends keys of several slots of a cluster in one command',
    consequence: 'CROSSSLOT errors on rate limits and batches.',
  },
  {
    since: [1, 81, 0],
    fixed: [1, 83, 10],
    when: 'responses',
    severity: 'medium',
    what: 'leaves parameters of the Responses API out of the cache key',
    consequence: 'Two different requests can share an answer.',
  },
  {
    fixed: [1, 81, 14],
    when: 'redis',
    severity: 'low',
    what: 'loses connections of its pool',
    consequence:
      'Four leaks, the largest at each renewal of the client: connections grow until the pool or maxclients is full. Mended in 1.81.14.',
  },
  {
    fixed: [1, 82, 0],
    when: 'redis',
    severity: 'low',
    what: 'has no circuit breaker for Redis',
    consequence: 'While Redis hangs, every request waits for the socket timeout, several times in a row.',
  },
];
