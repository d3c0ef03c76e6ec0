/** Behaviour of LiteLLM that began with a release, by that release (its release notes and source). */
export const RELEASES = {
  /** Answers of the Responses API are cached. */
  responses_cached: [1, 81, 0],
  /** A host in cache_params beats REDIS_URL; before, REDIS_URL silently beats host, port and password. */
  configured_host_wins: [1, 93, 0],
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
