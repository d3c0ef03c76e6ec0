import type { LabelsOf, Metric } from '../../src/catalogue/sample.ts';
import type { GatewayConfig } from '../../src/config/effective.ts';
import type { LeaseState } from '../../src/model/lease.ts';
import type { GatewayStatus } from '../../src/model/status.ts';
import type { Details, Log, Tick } from '../../src/model/tick.ts';
import type { OriginKeys } from '../../src/origin/stamp.ts';
import type { Cluster } from '../../src/redis/connection/cluster.ts';
import type { Target } from '../../src/redis/connection/target.ts';
import { type Clock, systemClock } from '../../src/schedule/clock.ts';
import { Secret } from '../../src/source/secret.ts';
import type { HistogramPoint } from '../../src/telemetry/points.ts';
import { createStore } from '../../src/telemetry/store.ts';
import type { OverheadMemory } from '../../src/watch/gateway/overhead.ts';
import { createGatewayWatch, type GatewayWatch } from '../../src/watch/gateway/watch.ts';
import { eventually } from './eventually.ts';
import type { WatchedTarget } from './target.ts';

/** A gateway watch whose ticks run when told to, with what it says at hand. */
export interface WatchedGateway {
  watch: GatewayWatch;
  log: (Details & { level: string; sentence: string })[];
  /** Names and notes of the steps of the last tick. */
  steps: { name: string; notes: Details }[];
  /** One tick; gives the status after it. */
  tick(): Promise<GatewayStatus>;
  /** The value of a number series that is shown now; `at` is Unix milliseconds. */
  value<N extends Metric>(metric: N, labels: LabelsOf<N>, at?: number): number | undefined;
  /** How many observations a histogram has. */
  count<N extends Metric<'histogram'>>(metric: N, labels: Partial<LabelsOf<N>>): number;
  /** How many series a metric shows now. */
  shown(metric: Metric): number;
}

/** A gateway of a test: completions and chat, a long interval, so that no tick is cut short. */
export function gatewayConfig(url: string, rest: Partial<Omit<GatewayConfig, 'api_key'>> & { api_key?: string } = {}): GatewayConfig {
  const { api_key, ...others } = rest;
  return {
    name: 'litellm',
    url,
    model: 'cache-probe',
    routes: ['completions', 'chat'],
    interval: 60_000,
    timeout: 10_000,
    ttl: 120_000,
    expect: { cache: 'redis' },
    daily_budget_usd: 1,
    price_per_pair_usd: 0,
    overhead: 1,
    cache_ping: 'auto',
    ...(api_key === undefined ? {} : { api_key: Secret.of(api_key) }),
    ...others,
  };
}

export function watchGateway(
  config: GatewayConfig,
  target?: Target | Cluster,
  clock: Clock = systemClock,
  lease?: () => LeaseState,
  memory?: OverheadMemory,
  instance?: string,
  originKeys?: () => Promise<OriginKeys>,
): WatchedGateway {
  const store = createStore(clock);
  const series = store.open({ kind: 'gateway', name: config.name, staleAfter: 3 * config.interval });
  const lines: WatchedGateway['log'] = [];
  const line = (level: string) => (details: Details, sentence: string) => void lines.push({ ...details, level, sentence });
  const log: Log = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
  const points = (metric: Metric, at: number) =>
    [...store.read(at)]
      .filter((family) => family.metric === metric)
      .flatMap((family): readonly { attributes: object; value: number | HistogramPoint['value'] }[] => family.points);
  const watched: WatchedGateway = {
    watch: createGatewayWatch({ config, target, series, log, clock, lease, memory, instance, originKeys }),
    log: lines,
    steps: [],
    async tick() {
      watched.steps = [];
      const tick: Tick = {
        signal: AbortSignal.timeout(watched.watch.job.timeout),
        traceId: '0af7651916cd43dd8448eb211c80319c',
        step: (name, run) => {
          const step = { name, notes: {} };
          watched.steps.push(step);
          const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
          return run(headers, (notes) => Object.assign(step.notes, notes));
        },
        note: () => undefined,
      };
      await watched.watch.job.run(tick);
      return watched.watch.status();
    },
    value: (metric, labels, at = clock.now()) => {
      const value = points(metric, at).find(({ attributes }) => matches(attributes, labels))?.value;
      return typeof value === 'number' ? value : undefined;
    },
    count: (metric, labels) =>
      points(metric, clock.now())
        .filter(({ attributes }) => matches(attributes, labels))
        .reduce((sum, { value }) => sum + (typeof value === 'number' ? 0 : value.count), 0),
    shown: (metric) => points(metric, clock.now()).length,
  };
  return watched;
}

/** The watch of a target, where there is one, and that of a gateway behind it: ticks of both in turn. */
export function inTurn(watched: Pick<WatchedTarget, 'tick'> | undefined, probed: WatchedGateway) {
  const tick = async (): Promise<GatewayStatus> => {
    await watched?.tick();
    return probed.tick();
  };
  return {
    tick,
    /** Ticks until the gateway has a verdict; gives the status with it. */
    becomes: (verdict: GatewayStatus['verdict']) =>
      eventually(async () => {
        const status = await tick();
        return status.verdict === verdict && status;
      }, 30_000),
  };
}

function matches(attributes: object, labels: object): boolean {
  const shown = new Map<string, unknown>(Object.entries(attributes));
  return Object.entries(labels).every(([name, value]) => (shown.get(name) ?? '') === value);
}
