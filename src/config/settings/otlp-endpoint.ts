import type { Environment, Overlaid } from './settings.ts';

const BASE = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const TRACES = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';
const BASE_PROTOCOL = 'OTEL_EXPORTER_OTLP_PROTOCOL';
const TRACES_PROTOCOL = 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL';

/**
 * Lays the endpoint of traces from the standard variables over a tree that has none. The one for traces alone beats the
 * general one. It is used as it is and has to end in `/v1/traces`. To the general one that path is appended (OpenTelemetry
 * protocol exporter specification, endpoint URLs for OTLP/HTTP). An address that is meant for gRPC is a fault: every export to
 * it would fail.
 */
export function otlpEndpoint({ tree, origins, faults, notes: before }: Overlaid, env: Environment): Overlaid {
  const traces = tree.traces ?? {};
  const notes = [...before, ...readBySdk(env)];
  const untouched = { tree, origins, faults, notes };
  if (typeof traces !== 'object' || Array.isArray(traces)) return untouched;
  if ('endpoint' in traces) return { ...untouched, notes: [...notes, ...hiddenByFile(env)] };
  if (env.OTEL_SDK_DISABLED === 'true' || env.OTEL_TRACES_EXPORTER === 'none') return untouched;
  const own = env[TRACES] ?? '';
  const endpoint = own === '' ? (env[BASE] ?? '') : own.replace(/\/v1\/traces\/?$/, '');
  if (endpoint === '') return untouched;
  if (own === endpoint) {
    const fault = { path: [TRACES], message: 'does not end in /v1/traces', suggestion: 'write the whole address' };
    return { ...untouched, faults: [...faults, fault] };
  }
  const protocol = env[TRACES_PROTOCOL] ? TRACES_PROTOCOL : BASE_PROTOCOL;
  if (env[protocol] === 'grpc') {
    const suggestion = 'set it to http/protobuf and the endpoint to the receiver of OTLP/HTTP, usually port 4318';
    return { ...untouched, faults: [...faults, { path: [protocol], message: 'is grpc, which is not spoken here', suggestion }] };
  }
  const origin = own === '' ? BASE : TRACES;
  return {
    tree: { ...tree, traces: { ...traces, endpoint } },
    origins: new Map([...origins, ['traces.endpoint', origin]]),
    faults,
    notes: [...notes, `${origin} gives traces.endpoint, which the file does not`],
  };
}

/** Variables that the OpenTelemetry packages read themselves, for what is sent to a receiver. */
const SDK =
  /^OTEL_(EXPORTER_OTLP_(TRACES_|METRICS_)?(HEADERS|COMPRESSION|CERTIFICATE|CLIENT_KEY|CLIENT_CERTIFICATE|INSECURE|TIMEOUT)|SERVICE_NAME|RESOURCE_ATTRIBUTES|BSP_\w+|SPAN_\w+|ATTRIBUTE_\w+)$/;

/** Their values can be secrets and are not told. */
function readBySdk(env: Environment): string[] {
  const names = Object.keys(env).filter((name) => SDK.test(name) && env[name] !== '');
  return names.sort().map((name) => `${name} is set: the OpenTelemetry packages read it beside the file`);
}

/** Variables that would count where the file had no endpoint of traces. */
function hiddenByFile(env: Environment): string[] {
  const endpoints = [BASE, TRACES].filter((name) => (env[name] ?? '') !== '');
  const switches = [
    ...(env.OTEL_SDK_DISABLED === 'true' ? ['OTEL_SDK_DISABLED'] : []),
    ...(env.OTEL_TRACES_EXPORTER === 'none' ? ['OTEL_TRACES_EXPORTER'] : []),
  ];
  return [...endpoints, ...switches].map((name) => `${name} has no effect: traces.endpoint of the file counts`);
}
