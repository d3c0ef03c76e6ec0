import type { Fault } from './problem.ts';
import type { Environment } from './settings.ts';

const BASE = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const TRACES = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';

/**
 * Takes the endpoint of traces from the standard variables where the tree has none. The one for traces
 * alone beats the general one and is used as it is, hence has to end in `/v1/traces`; to the general one
 * that path is appended (OpenTelemetry protocol exporter specification, endpoint URLs for OTLP/HTTP).
 */
export function otlpEndpoint(tree: Record<string, unknown>, env: Environment): { tree: Record<string, unknown>; faults: Fault[] } {
  const traces = tree.traces ?? {};
  if (typeof traces !== 'object' || Array.isArray(traces) || 'endpoint' in traces) return { tree, faults: [] };
  if (env.OTEL_SDK_DISABLED === 'true' || env.OTEL_TRACES_EXPORTER === 'none') return { tree, faults: [] };
  const own = env[TRACES] ?? '';
  const endpoint = own === '' ? (env[BASE] ?? '') : own.replace(/\/v1\/traces\/?$/, '');
  if (endpoint === '') return { tree, faults: [] };
  if (own === endpoint)
    return { tree, faults: [{ path: [TRACES], message: 'does not end in /v1/traces', suggestion: 'write the whole address' }] };
  return { tree: { ...tree, traces: { ...traces, endpoint } }, faults: [] };
}
