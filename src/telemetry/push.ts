import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { type MetricProducer, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { Log } from '../model/tick.ts';
import { createExportLog } from './export-log.ts';

/** `endpoint` is the base address of an OTLP/HTTP receiver, `interval` milliseconds. */
export interface PushConfig {
  readonly endpoint: string;
  readonly interval: number;
}

const EXPORT_TIMEOUT_MS = 2_000;
const SDK_TIMEOUT_MS = 2_200;

/**
 * Pushes what `source` collects, beside `/metrics`. The source collects all that is on `/metrics`, so that
 * both show the same series with the same names and values, the SDK's own included. Closing pushes once more.
 */
export function createPush({ endpoint, interval }: PushConfig, source: MetricProducer, log: Log): { close(): Promise<void> } {
  const timeoutMillis = Math.min(EXPORT_TIMEOUT_MS, 0.8 * interval);
  const exporter = new OTLPMetricExporter({ url: `${endpoint.replace(/(?<!\/)\/+$/, '')}/v1/metrics`, timeoutMillis });
  const logged = createExportLog(log, 'metrics');
  const reader = new PeriodicExportingMetricReader({
    exporter: {
      export: (metrics, done) => exporter.export(metrics, logged(done)),
      forceFlush: () => exporter.forceFlush(),
      shutdown: () => exporter.shutdown(),
    },
    exportIntervalMillis: interval,
    // Longer than the exporter itself takes, so that it tells first why it failed.
    exportTimeoutMillis: Math.min(SDK_TIMEOUT_MS, interval),
  });
  reader.setMetricProducer(source);
  return { close: () => reader.shutdown() };
}
