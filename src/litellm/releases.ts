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
