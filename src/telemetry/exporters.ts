import type { MeterProvider } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { MetricProducer } from '@opentelemetry/sdk-metrics';
import type { Config } from '../config/effective.ts';
import type { Mask } from '../masking/mask.ts';
import type { Log } from '../model/tick.ts';
import type { Clock } from '../schedule/clock.ts';
import { createIdTracer, type Tracer } from './tracer.ts';

/** What the outlets are made with; `reader` collects what is on `/metrics`. */
export interface ExporterOptions {
  readonly resource: Resource;
  readonly meterProvider: MeterProvider;
  readonly scope: { name: string; version: string };
  readonly reader: MetricProducer;
  readonly clock: Clock;
  readonly log: Log;
  readonly mask: Mask;
}

type Receivers = Pick<Config, 'traces' | 'metrics'>;

/** What was built for another configuration: either it takes the place of what is in use, or it is thrown away. */
export interface Prepared {
  take(): Promise<void>;
  drop(): Promise<void>;
}

/** Where telemetry leaves on the daemon's own initiative: traces, and metrics where they are pushed. */
export interface Exporters {
  /** The tracer of now; a tick keeps the one that it started with. */
  tracer(): Tracer;
  /** Builds the outlets that a configuration asks for; one that did not change stays. Nothing is replaced before `take`. */
  prepare(config: Receivers): Promise<Prepared>;
  close(): Promise<void>;
}

/** The most that an outlet may take to send what is left. */
const MAX_CLOSE_MS = 2_500;

/** Outlets that lead nowhere until a configuration is applied. The packages that send are loaded when they are needed. */
export function createExporters({ resource, meterProvider, scope, reader, clock, log, mask }: ExporterOptions): Exporters {
  const ids = createIdTracer();
  let traces = { wanted: '', tracer: ids };
  let push: { wanted: string; close(): Promise<void> } = { wanted: '', close: async () => undefined };

  async function tracesFor({ endpoint, sample_ratio }: Receivers['traces']): Promise<typeof traces> {
    const wanted = endpoint === undefined ? '' : `${endpoint} ${sample_ratio}`;
    if (wanted === traces.wanted) return traces;
    if (endpoint === undefined) return { wanted, tracer: ids };
    const { createExportingTracer } = await import('./trace-export.ts');
    return { wanted, tracer: createExportingTracer({ endpoint, sampleRatio: sample_ratio, resource, meterProvider, scope, log, mask }) };
  }

  async function pushFor({ otlp }: Receivers['metrics']): Promise<typeof push> {
    const wanted = otlp === undefined ? '' : `${otlp.endpoint} ${otlp.interval}`;
    if (wanted === push.wanted) return push;
    if (otlp === undefined) return { wanted, close: async () => undefined };
    const { createPush } = await import('./push.ts');
    return { wanted, ...createPush(otlp, reader, log) };
  }

  function bounded(closing: Promise<void>): Promise<void> {
    const done = new AbortController();
    const limit = clock.sleep(MAX_CLOSE_MS, done.signal).then(undefined, () => undefined);
    return Promise.race([closing.then(undefined, () => undefined).finally(() => done.abort()), limit]);
  }

  return {
    tracer: () => traces.tracer,
    prepare: async (config) => {
      const nextTraces = await tracesFor(config.traces);
      const nextPush = await pushFor(config.metrics).catch(async (error: unknown) => {
        if (nextTraces !== traces) await bounded(nextTraces.tracer.close());
        throw error;
      });
      const [tracesBefore, pushBefore] = [traces, push];
      return {
        take: async () => {
          [traces, push] = [nextTraces, nextPush];
          await Promise.all([
            tracesBefore !== nextTraces && bounded(tracesBefore.tracer.close()),
            pushBefore !== nextPush && bounded(pushBefore.close()),
          ]);
        },
        drop: async () => {
          await Promise.all([
            tracesBefore !== nextTraces && bounded(nextTraces.tracer.close()),
            pushBefore !== nextPush && bounded(nextPush.close()),
          ]);
        },
      };
    },
    close: async () => {
      await Promise.all([bounded(traces.tracer.close()), bounded(push.close())]);
    },
  };
}
