import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { type MetricProducer, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';

/** `endpoint` is the base address of an OTLP/HTTP receiver, `interval` milliseconds. */
export interface PushConfig {
  readonly endpoint: string;
  readonly interval: number;
}

const EXPORT_TIMEOUT_MS = 2_000;

/**
 * Pushes what `source` collects, beside `/metrics`. The source is the reader of `/metrics` itself, so that
 * both show the same series with the same names and values, the SDK's own included. Closing pushes once more.
 */
export function createPush({ endpoint, interval }: PushConfig, source: MetricProducer): { close(): Promise<void> } {
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/metrics`, timeoutMillis: EXPORT_TIMEOUT_MS }),
    exportIntervalMillis: interval,
    exportTimeoutMillis: Math.min(EXPORT_TIMEOUT_MS, interval),
  });
  reader.setMetricProducer(source);
  return { close: () => reader.shutdown() };
}
