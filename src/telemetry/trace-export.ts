import {
  type Attributes,
  type MeterProvider,
  type Tracer as OtelTracer,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { Resource } from '@opentelemetry/resources';
import { BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Mask } from '../masking/mask.ts';
import type { Details, Log } from '../model/tick.ts';
import { createExportLog } from './export-log.ts';
import type { ActiveSpan, Tracer } from './tracer.ts';

/** `endpoint` is the base address of an OTLP/HTTP receiver, `sampleRatio` the share of traces that are kept. */
export interface TraceExport {
  readonly endpoint: string;
  readonly sampleRatio: number;
  readonly resource: Resource;
  readonly meterProvider: MeterProvider;
  readonly scope: { name: string; version: string };
  readonly log: Log;
  /** Every text of a span goes through it. */
  readonly mask: Mask;
}

/** One export, with its retries; short, because the last one delays the end after SIGTERM. */
const EXPORT_TIMEOUT_MS = 2_000;
/** After that the SDK gives an export up by itself; longer, so that the exporter tells first why it failed. */
const SDK_TIMEOUT_MS = 2_200;
const BATCH_DELAY_MS = 2_000;

/**
 * A tracer that sends its spans as OTLP/HTTP JSON. Headers, compression and certificates come from
 * `OTEL_EXPORTER_OTLP_*`, which the exporter package reads itself. While the receiver is down the queue
 * holds 2048 spans and drops the rest.
 */
export function createExportingTracer({ endpoint, sampleRatio, resource, meterProvider, scope, log, mask }: TraceExport): Tracer {
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/(?<!\/)\/+$/, '')}/v1/traces`,
    timeoutMillis: EXPORT_TIMEOUT_MS,
    selfObsMeterProvider: meterProvider,
  });
  const logged = createExportLog(log, 'traces');
  const provider = new TracerProvider({
    resource,
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: {
          export: (spans, done) => exporter.export(spans, logged(done)),
          forceFlush: () => exporter.forceFlush(),
          shutdown: () => exporter.shutdown(),
        },
        scheduledDelayMillis: BATCH_DELAY_MS,
        exportTimeoutMillis: SDK_TIMEOUT_MS,
        selfObsMeterProvider: meterProvider,
      }),
    ],
    meterProvider,
  });
  const tracer = provider.getTracer(scope.name, scope.version);
  return {
    start: (name, details) =>
      activeSpan(tracer, tracer.startSpan(mask.text(name), { root: true, attributes: attributesOf(details, mask) }, ROOT_CONTEXT), mask),
    // How the last export went is in the log already.
    close: () => provider.shutdown().then(undefined, () => undefined),
  };
}

function activeSpan(tracer: OtelTracer, span: Span, mask: Mask): ActiveSpan {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return {
    traceId,
    headers: { traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}` },
    note: (details) => span.setAttributes(attributesOf(details, mask)),
    child: (name) => activeSpan(tracer, tracer.startSpan(name, {}, trace.setSpan(ROOT_CONTEXT, span)), mask),
    end(error) {
      if (error !== undefined) {
        const message = mask.text(error.message);
        span.setAttribute('error.type', error.type);
        span.addEvent('exception', { 'exception.type': error.type, 'exception.message': message });
        span.setStatus({ code: SpanStatusCode.ERROR, message });
      }
      span.end();
    },
  };
}

function attributesOf(details: Details, mask: Mask): Attributes {
  const attributes: Attributes = {};
  for (const [name, value] of Object.entries(details)) {
    if (value !== undefined) attributes[name] = mask.tree(typeof value === 'object' ? [...value] : value);
  }
  return attributes;
}
