import { diag } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { combinations, sample } from '../catalogue/sample.ts';
import type { Config } from '../config/effective.ts';
import { changingMask, type Mask } from '../masking/mask.ts';
import type { OriginRoute, OriginStatus } from '../model/origin.ts';
import type { Log, Task } from '../model/tick.ts';
import type { Clock } from '../schedule/clock.ts';
import type { Job } from '../schedule/job.ts';
import type { SchedulerReport } from '../schedule/scheduler.ts';
import { knownSecrets, secretsOfEnvironment } from '../source/known-secrets.ts';
import { Secret } from '../source/secret.ts';
import { createExporters, type Prepared } from './exporters.ts';
import { createLogger } from './logger.ts';
import { observeJob } from './observe-job.ts';
import { createMetricsPage, type MetricsPage } from './page/metrics-page.ts';
import { createTexts, type PartOwner } from './page/texts.ts';
import { createProcessMetrics } from './process-metrics.ts';
import { createProducer, joinProducers } from './producer.ts';
import { createResource } from './resource.ts';
import { logSdk } from './sdk-log.ts';
import { createStore, type Store } from './store.ts';

/** What telemetry starts from. `env` is that of the process, `out` takes the lines of the log, and `droppedLines` counts those that it could not write. */
export interface TelemetryOptions {
  readonly config: Pick<Config, 'log' | 'traces' | 'metrics'> & Partial<Pick<Config, 'http'>>;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly out: (text: string) => void;
  readonly droppedLines?: (() => number) | undefined;
}

/** Everything that the daemon says of itself and of what it watches. */
export interface Telemetry {
  readonly log: Log;
  /** Hides every secret of the configuration and of the environment; the log, the labels and the spans have gone through it. */
  readonly mask: Mask;
  readonly store: Store;
  /** Runs ticks of a job under a trace; the returned function never rejects. */
  observed(job: Job, task: Task): (signal: AbortSignal) => Promise<void>;
  readonly schedulerReport: SchedulerReport;
  /** The page for an `Accept` header; rejects when the collection fails. */
  metricsPage(accept: string | undefined): Promise<MetricsPage>;
  /** The part of the page that one owner has, and `probe_success` where it is given; undefined where there is no such owner. */
  metricsPart(accept: string | undefined, owner: PartOwner, success?: boolean): Promise<MetricsPage | undefined>;
  /** Tells how the last load of the configuration went; `at` is Unix milliseconds. */
  reloaded(load: { readonly successful: boolean; readonly at: number }): void;
  /** Counts the requests of the origin; `opened` has all its counters begin at 0. */
  readonly originRequests: { opened(): void; count(route: OriginRoute, status: OriginStatus): void };
  /** Takes over level, format and receivers of a new configuration. */
  reconfigure(config: TelemetryOptions['config']): Promise<void>;
  /** Builds what a new configuration asks for of receivers; `take` takes it over, with level and format of the log. */
  prepare(config: TelemetryOptions['config']): Promise<Prepared>;
  /** Sends what is left, in less than three seconds, and ends the measurement of the process. */
  close(): Promise<void>;
}

const SCOPE_NAME = 'litellm-cache-exporter';

/** Starts the log, the store and its reader, and what the configuration asks for of traces and pushes. */
export async function startTelemetry({ config, version, env, clock, out, droppedLines = () => 0 }: TelemetryOptions): Promise<Telemetry> {
  // What was seen under the configuration before may still be told.
  const configurations = [config];
  let loads = 0;
  const mask = changingMask(
    () => [...configurations.flatMap(knownSecrets), ...secretsOfEnvironment(env)],
    () => Secret.changes() + loads,
  );
  const logger = createLogger(config.log, out, clock, mask);
  const { log } = logger;
  logSdk(log, clock);

  const store = createStore(clock, mask.text);
  const series = store.open({ kind: 'exporter', name: 'self', staleAfter: Infinity });
  for (const labels of combinations('cache_exporter.job.missed', {})) series.add('cache_exporter.job.missed', labels, 0);
  const self = createProcessMetrics(series, version, clock, droppedLines);

  const scope = { name: SCOPE_NAME, version };
  const resource = createResource(version, env);
  const reader = new PrometheusExporter({ preventServerStart: true });
  const meterProvider = new MeterProvider({ resource, readers: [reader], sdkMetricsEnabled: true });
  const source = joinProducers(reader, createProducer(store, clock, scope, self.refresh));
  const page = createMetricsPage(createTexts(store, clock), async () => {
    self.refresh();
    const { resourceMetrics, errors } = await reader.collect();
    for (const error of errors) diag.error('a metric of the SDK', error);
    return resourceMetrics;
  });
  const outlets = createExporters({ resource, meterProvider, scope, reader: source, clock, log, mask });
  await (await outlets.prepare(config)).take();
  publishAddress(config);
  let lastSuccessAt: number | undefined;

  return {
    log,
    mask,
    store,
    observed: (job, task) => observeJob(job, task, { tracer: outlets.tracer, series, log, clock }),
    schedulerReport: {
      lag: (task, seconds) => series.observe('cache_exporter.job.lag', { task }, seconds, ''),
      missed: (task, reason) => series.add('cache_exporter.job.missed', { task, reason }),
    },
    metricsPage: page.whole,
    metricsPart: page.part,
    reloaded({ successful, at }) {
      if (successful) lastSuccessAt = at;
      const timestamp =
        lastSuccessAt === undefined ? [] : [sample('cache_exporter.config_last_reload_success.timestamp', {}, lastSuccessAt / 1000)];
      series.replace('config', [sample('cache_exporter.config_last_reload_successful', {}, successful ? 1 : 0), ...timestamp], at);
    },
    originRequests: {
      opened() {
        for (const labels of combinations('cache_exporter.origin.requests', {})) series.add('cache_exporter.origin.requests', labels, 0);
      },
      count: (route, status) => series.add('cache_exporter.origin.requests', { route, status }),
    },
    reconfigure: async (next) => (await prepare(next)).take(),
    prepare,
    async close() {
      await outlets.close();
      await meterProvider.shutdown();
      self.close();
      series.close();
    },
  };

  function publishAddress({ http }: TelemetryOptions['config']): void {
    const url = http?.external_url;
    series.replace('address', url === undefined ? [] : [sample('cache_exporter.external_url_info', { url }, 1)], clock.now());
  }

  async function prepare(next: TelemetryOptions['config']): Promise<Prepared> {
    const prepared = await outlets.prepare(next);
    return {
      take: async () => {
        configurations.splice(1);
        configurations.unshift(next);
        loads++;
        logger.reconfigure(next.log);
        await prepared.take();
        publishAddress(next);
      },
      drop: prepared.drop,
    };
  }
}
