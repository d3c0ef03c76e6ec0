import type { LabelsOf, Metric } from '../../src/catalogue/sample.ts';
import type { TargetConfig } from '../../src/config/effective.ts';
import type { Details, Log, Tick } from '../../src/model/tick.ts';
import { type Cluster, createCluster } from '../../src/redis/connection/cluster.ts';
import { createTarget } from '../../src/redis/connection/connect.ts';
import { RedisError } from '../../src/redis/connection/failure.ts';
import type { Target } from '../../src/redis/connection/target.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import type { Job } from '../../src/schedule/job.ts';
import { Secret } from '../../src/source/secret.ts';
import type { HistogramPoint, NumberPoint } from '../../src/telemetry/points.ts';
import { createStore } from '../../src/telemetry/store.ts';
import { type CensusWatch, createCensusWatch } from '../../src/watch/target/census.ts';
import { type ClusterWatchOptions, createClusterWatch } from '../../src/watch/target/cluster/watch.ts';
import { createTargetWatch, type ServerWatch, type TargetWatch, type TargetWatchOptions } from '../../src/watch/target/watch.ts';
import { addressOf } from './redis-address.ts';

interface LogLine extends Details {
  level: string;
  sentence: string;
}

/** A target watch whose ticks run when told to, with its samples and log at hand. */
export interface WatchedTarget<T = Target, W = ServerWatch> {
  target: T;
  watch: W;
  log: LogLine[];
  /** Names of the steps of the last tick. */
  steps: string[];
  recoveries: number;
  /** One tick that ends after so many milliseconds (the timeout of the target unless said) or by the signal; gives the RedisError with which it failed, undefined when it did not. */
  tick(end?: number | AbortSignal): Promise<RedisError | undefined>;
  /** One tick of the census, as `tick`; only with `census` in the configuration. */
  census(end?: number | AbortSignal): Promise<RedisError | undefined>;
  censusStatus(): ReturnType<CensusWatch['status']> | undefined;
  /** The value of a number series that is shown now. */
  value<N extends Metric>(metric: N, labels: LabelsOf<N>): number | undefined;
  /** The shown series of a metric: values by their labels, written `a=b,c=d`. */
  series(metric: Metric): Record<string, number>;
  histogram<N extends Metric<'histogram'>>(metric: N, labels: LabelsOf<N>): HistogramPoint['value'] | undefined;
  /** The names of all metrics that are shown now. */
  metrics(): Metric[];
}

/** A target of a test: no canaries, an interval of ten seconds, a timeout of half of it, so that no tick is cut short. */
export function targetConfig(
  url: string | undefined,
  rest: Partial<Omit<TargetConfig, 'password'>> & { password?: string | Secret } = {},
): TargetConfig {
  const { password, ...others } = rest;
  return {
    name: 'cache',
    address: url === undefined ? undefined : addressOf(url),
    interval: 10_000,
    timeout: 5_000,
    canaries: [],
    max_series: 5_000,
    ...(password !== undefined && { password: typeof password === 'string' ? Secret.of(password) : password }),
    ...others,
  };
}

/** `siblings` are the targets of the same process. */
export function watchTarget(config: TargetConfig, siblings?: () => Iterable<Target>): WatchedTarget {
  const target = createTarget(config, siblings);
  return watchWith(config, target, (options) => createTargetWatch({ ...options, target }));
}

/** The same of a cluster, of which `nodes` are named. */
export function watchCluster(nodes: readonly string[], rest: Parameters<typeof targetConfig>[1] = {}): WatchedTarget<Cluster, TargetWatch> {
  const config = targetConfig(undefined, { ...rest, cluster: { nodes: [...nodes] } });
  const cluster: Cluster = createCluster(config, () => cluster.nodes.map(({ target }) => target));
  return watchWith(config, cluster, ({ openNode, ...options }) => createClusterWatch({ ...options, cluster, openNode }));
}

type Parts = Omit<TargetWatchOptions, 'target'> & Pick<ClusterWatchOptions, 'openNode'>;

function watchWith<T extends Target | Cluster, W extends TargetWatch>(
  config: TargetConfig,
  target: T,
  create: (parts: Parts) => W,
): WatchedTarget<T, W> {
  const store = createStore(systemClock);
  const owner = {
    kind: 'target',
    name: config.name,
    staleAfter: 3 * config.interval,
    lifetimes: { census: 3 * (config.census?.interval ?? 0) },
  } as const;
  const series = store.open(owner);
  const openNode = (node: string) => store.open({ ...owner, node });
  const lines: LogLine[] = [];
  const note = (level: string) => (details: Details, sentence: string) => void lines.push({ ...details, level, sentence });
  const log: Log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
  const census = config.census && createCensusWatch({ config: config.census, target, series, log, clock: systemClock });
  const onRecovery = () => {
    watched.recoveries += 1;
  };
  const watched: WatchedTarget<T, W> = {
    target,
    watch: create({ config, series, openNode, log, clock: systemClock, onRecovery }),
    log: lines,
    steps: [],
    recoveries: 0,
    tick: (end = config.timeout) => runOnce(watched.watch.job, end),
    census: async (end) => census && runOnce(census.job, end ?? census.job.timeout),
    censusStatus: () => census?.status(),
    value: (metric, labels) => {
      const value = points(metric).find(({ attributes }) => matches(attributes, labels))?.value;
      return typeof value === 'number' ? value : undefined;
    },
    series: (metric) =>
      Object.fromEntries(
        points(metric).map(({ attributes, value }) => [
          Object.entries(attributes)
            .filter(([name]) => name !== 'redis_target')
            .map(([name, text]) => `${name}=${text}`)
            .join(','),
          Number(value),
        ]),
      ),
    histogram: (metric, labels) => {
      const value = points(metric).find(({ attributes }) => matches(attributes, labels))?.value;
      return typeof value === 'number' ? undefined : value;
    },
    metrics: () => [...store.read(Date.now())].filter(({ points: shown }) => shown.length > 0).map(({ metric }) => metric),
  };

  async function runOnce(job: Job, end: number | AbortSignal): Promise<RedisError | undefined> {
    watched.steps = [];
    const tick: Tick = {
      signal: typeof end === 'number' ? AbortSignal.timeout(end) : end,
      traceId: '0af7651916cd43dd8448eb211c80319c',
      step: (name, run) => {
        watched.steps.push(name);
        return run({}, () => undefined);
      },
      note: () => undefined,
    };
    try {
      await job.run(tick);
      return undefined;
    } catch (error) {
      if (error instanceof RedisError) return error;
      throw error;
    }
  }

  function points(metric: Metric): readonly { attributes: object; value: number | HistogramPoint['value'] }[] {
    return [...store.read(Date.now())]
      .filter((family) => family.metric === metric)
      .flatMap((family): readonly (NumberPoint | HistogramPoint)[] => family.points);
  }
  return watched;
}

function matches(attributes: object, labels: object): boolean {
  const shown = new Map<string, unknown>(Object.entries(attributes));
  return Object.entries(labels).every(([name, value]) => (shown.get(name) ?? '') === value);
}
