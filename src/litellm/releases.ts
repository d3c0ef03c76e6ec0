/** Behaviour of LiteLLM that began with a release, by that release (its release notes and source). */
export const RELEASES = {
  /** Answers of the Responses API are cached. */
  responses_cached: [1, 81, 0],
  /** A host in cache_params beats REDIS_URL; before, REDIS_URL silently beats host, port and password. */
  configured_host_wins: [1, 93, 0],
  /** The router reads `redis_db`. */
  router_reads_db: [1, 81, 9],
  /** A pool that is made from a url keeps `max_connections`. */
  url_keeps_pool_size: [1, 81, 14],
  /** Nodes of a cluster beat a url and keep host, port, db and password; REDIS_CLUSTER_NODES makes the cache a cluster client. */
  cluster_beats_url: [1, 82, 0],
  /** A circuit breaker stops asking Redis after five failures. */
  circuit_breaker: [1, 82, 0],
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
  /** A service account of Google that is no text, or an empty one, is none. Some release after 1.109.0. */
  gcp_needs_text: [1, 110, 0],
  /** IAM of Amazon ElastiCache instead of a password. Some release after 1.101.6. */
  aws_identity: [1, 102, 0],
} as const satisfies Record<string, readonly [number, number, number]>;

/** Whether a version has a behaviour; undefined when the version is not known or is not a version. */
export function hasBehaviour(version: string | undefined, behaviour: keyof typeof RELEASES): boolean | undefined {
  const numbers = /^v?(\d+)\.(\d+)\.(\d+)/
    .exec(version ?? '')
    ?.slice(1)
    .map(Number);
  if (numbers === undefined) return undefined;
  const since = RELEASES[behaviour];
  for (const [index, least] of since.entries()) {
    const own = numbers[index] ?? 0;
    if (own !== least) return own > least;
  }
  return true;
}
