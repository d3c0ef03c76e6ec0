import type { MeterProvider } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { MetricProducer } from '@opentelemetry/sdk-metrics';
import type { Config } from '../config/effective.ts';
import type { Log } from '../model/tick.ts';
import type { Clock } from '../schedule/clock.ts';
import { createIdTracer, type Tracer } from './tracer.ts';

/** What the outlets are made with; `reader` is that of `/metrics`. */
export interface OutletOptions {
  readonly resource: Resource;
  readonly meterProvider: MeterProvider;
  readonly scope: { name: string; version: string };
  readonly reader: MetricProducer;
  readonly clock: Clock;
  readonly log: Log;
}

type Receivers = Pick<Config, 'traces' | 'metrics'>;

/** Where telemetry leaves on the daemon's own initiative: traces, and metrics where they are pushed. */
export interface Outlets {
  /** The tracer of now; a tick keeps the one that it started with. */
  tracer(): Tracer;
  /** Makes the outlets what the configuration says; one that did not change stays. */
  apply(config: Receivers): Promise<void>;
  close(): Promise<void>;
}

/** The most that an outlet may take to send what is left. */
const CLOSE_WITHIN_MS = 2_500;

/** Outlets that lead nowhere until a configuration is applied. The packages that send are loaded when they are needed. */
export function createOutlets({ resource, meterProvider, scope, reader, clock, log }: OutletOptions): Outlets {
  const ids = createIdTracer();
  let traces = { wanted: '', tracer: ids };
  let push: { wanted: string; close(): Promise<void> } = { wanted: '', close: async () => undefined };

  async function applyTraces({ endpoint, sample_ratio }: Receivers['traces']): Promise<void> {
    const wanted = endpoint === undefined ? '' : `${endpoint} ${sample_ratio}`;
    if (wanted === traces.wanted) return;
    const before = traces.tracer;
    if (endpoint === undefined) traces = { wanted, tracer: ids };
    else {
      const { createExportingTracer } = await import('./trace-export.ts');
      traces = { wanted, tracer: createExportingTracer({ endpoint, sampleRatio: sample_ratio, resource, meterProvider, scope, log }) };
    }
    await bounded(before.close());
  }

  async function applyPush({ otlp }: Receivers['metrics']): Promise<void> {
    const wanted = otlp === undefined ? '' : `${otlp.endpoint} ${otlp.interval}`;
    if (wanted === push.wanted) return;
    const before = push;
    if (otlp === undefined) push = { wanted, close: async () => undefined };
    else {
      const { createPush } = await import('./push.ts');
      push = { wanted, ...createPush(otlp, reader, log) };
    }
    await bounded(before.close());
  }

  function bounded(closing: Promise<void>): Promise<void> {
    const done = new AbortController();
    const limit = clock.sleep(CLOSE_WITHIN_MS, done.signal).then(undefined, () => undefined);
    return Promise.race([closing.finally(() => done.abort()), limit]);
  }

  return {
    tracer: () => traces.tracer,
    apply: async (config) => {
      await Promise.all([applyTraces(config.traces), applyPush(config.metrics)]);
    },
    close: async () => {
      await Promise.all([bounded(traces.tracer.close()), bounded(push.close())]);
    },
  };
}
