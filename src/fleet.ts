import { hostname } from 'node:os';
import { type Metric, sample } from './catalogue/sample.ts';
import type { Series } from './catalogue/series.ts';
import { difference, isSame } from './config/diff.ts';
import type { Config, GatewayConfig, TargetConfig } from './config/effective.ts';
import { createSharedLease } from './lease/shared.ts';
import type { LeaseState } from './model/lease.ts';
import type { GatewayStatus, TargetStatus } from './model/status.ts';
import type { Task } from './model/tick.ts';
import { createOriginKeyring } from './origin/keys.ts';
import type { OriginKeys } from './origin/stamp.ts';
import { type Cluster, createCluster } from './redis/connection/cluster.ts';
import { createTarget } from './redis/connection/connect.ts';
import type { Target } from './redis/connection/target.ts';
import { instanceOf } from './redis/probe-keys/names.ts';
import type { Clock } from './schedule/clock.ts';
import type { Job } from './schedule/job.ts';
import type { Scheduled, Scheduler } from './schedule/scheduler.ts';
import { within } from './schedule/within.ts';
import type { Telemetry } from './telemetry/telemetry.ts';
import type { Judged } from './watch/gateway/judge.ts';
import { createOverheadMemory, type OverheadMemory } from './watch/gateway/overhead.ts';
import { createGatewayWatch } from './watch/gateway/watch.ts';
import { type CensusWatch, createCensusWatch } from './watch/target/census.ts';
import { createClusterWatch } from './watch/target/cluster/watch.ts';
import { createReuseWatch, type ReuseWatch } from './watch/target/reuse/watch.ts';
import { createTargetWatch } from './watch/target/watch.ts';

/** A sample that is older than this many intervals is withdrawn. */
const STALE_INTERVALS = 3;
/** The watch of a gateway withdraws what is too old for its effective interval; this is for one that no longer runs. */
const MAX_BACKOFF_FACTOR = 8;

/** More gateways than one exporter watches, those among them that were taken out and may come back. */
const MAX_MEMORIES = 10_000;

interface Member<S> {
  readonly job: Job;
  /** On the schedule since it was started. */
  readonly scheduled: Scheduled | undefined;
  readonly series: Series | undefined;
  run(signal: AbortSignal): Promise<void>;
  /** Puts it on the schedule. */
  start(): void;
  status(): S;
  /** Takes it off the schedule, aborts and awaits its tick, closes its connections and drops its series. */
  remove(): Promise<void>;
}

/** What was built for a configuration and does not run yet. */
interface Built {
  opened: Series[];
  shared: Map<string, Target | Cluster>;
  targets: Map<string, Member<TargetStatus>>;
  censuses: Map<string, Member<ReturnType<CensusWatch['status']>>>;
  reuses: Map<string, Member<ReturnType<ReuseWatch['status']>>>;
  gateways: Map<string, GatewayMember>;
}

type GatewayMember = Member<GatewayStatus> & { inside(): ReturnType<Fleet['details']>; namespace(): string | null | undefined };

/** The watches that run: one for each target, census and gateway of the configuration. */
export interface Fleet {
  /**
   * Makes the fleet what the configuration says: entries that did not change are not touched. What is new is
   * built before anything is removed; when that fails the fleet stays as it was, and the error is thrown.
   */
  apply(config: Config): Promise<void>;
  /** The first half of `apply`: builds what is new. `take` removes what it replaces and starts it; `drop` throws it away. */
  prepare(config: Config): Promise<{ take(): Promise<void>; drop(): Promise<void> }>;
  /** Runs every job once, targets before censuses before gateways before reuse; where names are given only those, and the targets of gateways among them. */
  runOnce(names: readonly string[], signal: AbortSignal): Promise<void>;
  targets(): TargetStatus[];
  gateways(): GatewayStatus[];
  /** Brings what the metrics say of the lease up to this moment; to be called before they are read. */
  publishLease(): void;
  /** The keys of the origin as they are now; rejects where they cannot be read, or no origin is configured. */
  originKeys(): Promise<OriginKeys>;
  /** What is known of a gateway beside its status; undefined for an unknown name. */
  details(gateway: string): { config: GatewayConfig; judged: Judged | undefined } | undefined;
  close(): Promise<void>;
}

export interface FleetOptions {
  telemetry: Telemetry;
  /** Without it jobs only run when `runOnce` asks for them, whatever the state of the lease. */
  scheduler?: Scheduler;
  clock: Clock;
  env: Readonly<Record<string, string | undefined>>;
}

/** A fleet of nothing, until `apply`. */
export function createFleet({ telemetry, scheduler, clock, env }: FleetOptions): Fleet {
  const shared = new Map<string, Target | Cluster>();
  const targets = new Map<string, Member<TargetStatus>>();
  const censuses = new Map<string, Member<ReturnType<CensusWatch['status']>>>();
  const reuses = new Map<string, Member<ReturnType<ReuseWatch['status']>>>();
  const gateways = new Map<string, GatewayMember>();
  const lease = scheduler && createSharedLease({ scheduler, log: telemetry.log, clock, env, onChange: leaseChanged });
  const memories = new Map<string, { config: GatewayConfig; memory: OverheadMemory }>();
  const keyring = createOriginKeyring(clock);
  let current: Config | undefined;
  let publishedLease: LeaseState | undefined;

  function member<S>(task: Task, watch: { job: Job; status(): S; close?(): Promise<void> }, series?: Series): Member<S> {
    const run = telemetry.observed(watch.job, task);
    let scheduled: Scheduled | undefined;
    return {
      job: watch.job,
      get scheduled() {
        return scheduled;
      },
      series,
      run,
      start: () => {
        scheduled ??= scheduler?.add(watch.job, task, run);
      },
      status: watch.status,
      remove: async () => {
        await scheduled?.stop();
        await watch.close?.();
        series?.close();
      },
    };
  }

  /** Every server that is talked to for a target. */
  function servers(): Target[] {
    return [...shared.values()].flatMap((target) => ('nodes' in target ? target.nodes.map((node) => node.target) : [target]));
  }

  function buildTarget(config: TargetConfig, built: Built): void {
    const owner = {
      kind: 'target' as const,
      name: config.name,
      staleAfter: STALE_INTERVALS * config.interval,
      lifetimes: config.census === undefined ? {} : { census: STALE_INTERVALS * config.census.interval },
    };
    const series = telemetry.store.openNext(owner);
    built.opened.push(series);
    const { log } = telemetry;
    const onRecovery = () => targetRecovered(config.name);
    const options = { config, series, log, clock, onRecovery, once: scheduler === undefined };
    if (config.cluster !== undefined) {
      const cluster = createCluster(config, servers);
      const openNode = (node: string) => telemetry.store.openNext({ ...owner, node });
      built.shared.set(config.name, cluster);
      built.targets.set(config.name, member('target', createClusterWatch({ ...options, cluster, openNode }), series));
      buildCensus(config, cluster, series, built);
      buildReuse(config, cluster, series, built);
      return;
    }
    const target = createTarget(config, servers);
    const watch = createTargetWatch({ ...options, target });
    built.shared.set(config.name, target);
    built.targets.set(config.name, member('target', watch, series));
    buildCensus(config, target, series, built);
    buildReuse(config, target, series, built);
  }

  function buildCensus(config: TargetConfig, target: Target | Cluster, series: Series, built: Built): void {
    if (config.census === undefined) return;
    const census = createCensusWatch({ config: config.census, target, series, log: telemetry.log, clock });
    built.censuses.set(config.name, member('census', census));
  }

  function buildReuse(config: TargetConfig, target: Target | Cluster, series: Series, built: Built): void {
    if (config.reuse === undefined) return;
    const { log } = telemetry;
    const { name, reuse, interval } = config;
    const watched = () => gatewaysOf(name).filter((gateway) => reuse.gateways?.includes(gateway) !== false);
    const watch = createReuseWatch({
      config: reuse,
      interval,
      target,
      gateways: () => watched().map((gateway) => ({ gateway, namespace: gateways.get(gateway)?.namespace() })),
      facts: () => statusOfTarget(name),
      series,
      log,
      clock,
    });
    built.reuses.set(name, member('reuse', watch));
  }

  function gatewaysOf(target: string): string[] {
    return (current?.gateways ?? []).flatMap(({ name, redis }) => (redis === target ? [name] : []));
  }

  /** What is known of a target, without its reuse. */
  function statusOfTarget(name: string): TargetStatus | undefined {
    const entry = targets.get(name);
    return entry && { ...entry.status(), ...censuses.get(name)?.status() };
  }

  function buildGateway(config: GatewayConfig, instance: string, built: Built): void {
    const series = telemetry.store.openNext({
      kind: 'gateway',
      name: config.name,
      staleAfter: STALE_INTERVALS * MAX_BACKOFF_FACTOR * config.interval,
      isShown: (metric) => isGatewayMetricShown(metric, lease?.state()),
    });
    built.opened.push(series);
    const target = config.redis === undefined ? undefined : (built.shared.get(config.redis) ?? shared.get(config.redis));
    const { log } = telemetry;
    const memory = memoryOf(config);
    const originKeys = config.origin === true ? keyring.read : undefined;
    const watch = createGatewayWatch({ config, target, series, log, clock, lease: lease?.state, memory, instance, originKeys });
    built.gateways.set(
      config.name,
      Object.assign(member('gateway', watch, series), {
        inside: () => ({ config, judged: watch.judged() }),
        namespace: watch.namespace,
      }),
    );
  }

  /** What is known of what a gateway cannot bear stays with its entry, whatever else is loaded again. */
  function memoryOf(config: GatewayConfig): OverheadMemory {
    const known = memories.get(config.name);
    const kept = known !== undefined && isSame(known.config, config) ? known : { config, memory: createOverheadMemory() };
    memories.delete(config.name);
    memories.set(config.name, kept);
    const [oldest] = memories.keys();
    if (memories.size > MAX_MEMORIES && oldest !== undefined) memories.delete(oldest);
    return kept.memory;
  }

  /** What the lease metric says has to be true at each scrape, not only after the next tick of a gateway or of the lease. */
  function publishLease(): void {
    const state = lease?.state();
    publishedLease = state;
    const samples = state === undefined ? [] : [sample('llm.cache.probe.lease_held', {}, state === 'held' ? 1 : 0)];
    for (const { series } of gateways.values()) series?.replace('lease', samples, clock.now());
  }

  function leaseChanged(): void {
    publishLease();
    if (lease?.state() === 'held') for (const { scheduled } of gateways.values()) scheduled?.runSoon();
  }

  /** A target that recovered is worth a census and a pair at once: the verdict heals without waiting for the grid. */
  function targetRecovered(target: string): void {
    censuses.get(target)?.scheduled?.runSoon();
    for (const gateway of current?.gateways ?? []) {
      if (gateway.redis === target) gateways.get(gateway.name)?.scheduled?.runSoon();
    }
  }

  /** The targets of gateways: without its target a gateway's keys are not looked up. */
  function targetsOf(names: readonly string[]): string[] {
    return (current?.gateways ?? []).flatMap(({ name, redis }) => (names.includes(name) && redis !== undefined ? [redis] : []));
  }

  /** Census and reuse write into the series of their target, which go with that. */
  async function removeTargets(names: readonly string[]): Promise<void> {
    await remove(censuses, names);
    await remove(reuses, names);
    await remove(targets, names);
  }

  async function prepare(next: Config): Promise<{ take(): Promise<void>; drop(): Promise<void> }> {
    const change = difference(current ?? { ...next, redis: [], gateways: [] }, next);
    const isNew = (list: { added: readonly string[]; changed: readonly string[] }, name: string) =>
      list.added.includes(name) || list.changed.includes(name) || current === undefined;
    const built: Built = { opened: [], shared: new Map(), targets: new Map(), censuses: new Map(), reuses: new Map(), gateways: new Map() };
    const drop = async () => {
      const entries = [...built.gateways.values(), ...built.censuses.values(), ...built.reuses.values(), ...built.targets.values()];
      await Promise.all(entries.map((entry) => entry.remove()));
      for (const series of built.opened) series.close();
    };
    let takeLease: (() => Promise<void>) | undefined;
    try {
      for (const config of next.redis) if (isNew(change.targets, config.name)) buildTarget(config, built);
      const instance = instanceOf([hostname(), ...next.http.listen]);
      for (const config of next.gateways) if (isNew(change.gateways, config.name)) buildGateway(config, instance, built);
      takeLease = lease?.prepare(next);
    } catch (error) {
      await drop();
      throw error;
    }
    const take = async () => {
      await remove(gateways, [...change.gateways.removed, ...change.gateways.changed]);
      await removeTargets([...change.targets.removed, ...change.targets.changed]);
      await takeLease?.();
      for (const name of change.targets.removed) shared.delete(name);
      for (const [name, target] of built.shared) shared.set(name, target);
      for (const [name, entry] of built.targets) targets.set(name, entry);
      for (const [name, entry] of built.censuses) censuses.set(name, entry);
      for (const [name, entry] of built.reuses) reuses.set(name, entry);
      for (const [name, entry] of built.gateways) gateways.set(name, entry);
      current = next;
      keyring.use(next.origin?.api_key);
      for (const entries of [built.targets, built.censuses, built.gateways, built.reuses])
        for (const entry of entries.values()) entry.start();
      publishLease();
    };
    return { take, drop };
  }

  return {
    prepare,
    async apply(next) {
      await (await prepare(next)).take();
    },
    async runOnce(names, signal) {
      await runAll(targets, [...names, ...targetsOf(names)], signal);
      await runAll(censuses, names, signal);
      await runAll(gateways, names, signal);
      await runAll(reuses, [...names, ...targetsOf(names)], signal);
    },
    targets: () =>
      [...targets].map(([name, entry]) => ({ ...entry.status(), ...censuses.get(name)?.status(), ...reuses.get(name)?.status() })),
    gateways: () => [...gateways.values()].map((entry) => entry.status()),
    publishLease: () => {
      if (lease?.state() !== publishedLease) publishLease();
    },
    originKeys: keyring.read,
    details: (gateway) => gateways.get(gateway)?.inside(),
    async close() {
      await remove(gateways, [...gateways.keys()]);
      await lease?.close();
      await removeTargets([...targets.keys()]);
    },
  };
}

/** Without the lease only the lease metric is shown, and skipped pairs while the holder of the lease is unknown. */
function isGatewayMetricShown(metric: Metric, lease: LeaseState | undefined): boolean {
  if (lease === undefined || lease === 'held' || metric === 'llm.cache.probe.lease_held') return true;
  return lease === 'unknown' && metric === 'llm.cache.probe.skipped';
}

async function remove<S>(members: Map<string, Member<S>>, names: readonly string[]): Promise<void> {
  await Promise.all(
    names.map(async (name) => {
      // What cannot be closed properly is gone all the same: half a change would be worse.
      await members
        .get(name)
        ?.remove()
        .then(undefined, () => undefined);
      members.delete(name);
    }),
  );
}

async function runAll<S>(members: Map<string, Member<S>>, names: readonly string[], signal: AbortSignal): Promise<void> {
  const wanted = [...members].filter(([name]) => names.length === 0 || names.includes(name));
  await Promise.all(wanted.map(([, { job, run }]) => run(within(signal, job.timeout))));
}
