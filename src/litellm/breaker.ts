import { failed, type Gateway } from './gateway.ts';

/** Enough for the metrics of a busy gateway; what is longer is not read. */
const MAX_METRICS_BYTES = 1024 * 1024;

const STATE = /^litellm_redis_circuit_breaker_state\{([^}\n]{0,256})\} ([0-9.e+]{1,32})$/gm;

/**
 * Whether the gateway's own metrics show its Redis circuit breaker open, until a monotonic time at most. One
 * request with the API key, which also reads an open endpoint (LiteLLM serves it at `/metrics/`). Undefined
 * where the gateway does not show it, or not with this key.
 */
export async function readBreaker(gateway: Gateway, until: number, signal: AbortSignal): Promise<boolean | undefined> {
  const reply = await gateway.send(
    { method: 'GET', path: '/metrics/', authenticated: true, until, bodyLimit: MAX_METRICS_BYTES, question: 'metrics' },
    signal,
  );
  return failed(reply) ? undefined : breakerOpen(reply.body);
}

/**
 * What `litellm_redis_circuit_breaker_state` says, a count of breakers by state (and process): true when at
 * least one is open and none is closed, because it does not tell which of them guards the cache. Undefined
 * where the metric is missing (before 1.102, or without the Prometheus callback).
 */
export function breakerOpen(metrics: string): boolean | undefined {
  const counts = new Map<string, number>();
  for (const [, labels = '', value] of metrics.matchAll(STATE)) {
    const state = /(?:^|,)state="([a-z_]{1,16})"/.exec(labels)?.[1];
    if (state !== undefined) counts.set(state, (counts.get(state) ?? 0) + Number(value));
  }
  if (counts.size === 0) return undefined;
  return (counts.get('open') ?? 0) > 0 && (counts.get('closed') ?? 0) === 0;
}
