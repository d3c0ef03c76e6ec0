import type { Metric } from '../catalogue/sample.ts';
import type { Series } from '../catalogue/series.ts';
import { isSame } from '../config/diff.ts';
import type { GatewayConfig, TargetConfig } from '../config/effective.ts';
import type { LeaseState } from '../model/lease.ts';
import type { GatewayStatus, TargetStatus } from '../model/status.ts';
import type { OriginKeys } from '../origin/stamp.ts';
import { type Cluster, createCluster } from '../redis/connection/cluster.ts';
import { createTarget } from '../redis/connection/connect.ts';
import type { Target } from '../redis/connection/target.ts';
import type { Clock } from '../schedule/clock.ts';
import type { Scheduler } from '../schedule/scheduler.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Judged } from '../watch/gateway/judge.ts';
import { createOverheadMemory, type OverheadMemory } from '../watch/gateway/overhead.ts';
import { createGatewayWatch } from '../watch/gateway/watch.ts';
import { type CensusWatch, createCensusWatch } from '../watch/target/census.ts';
import { createClusterWatch } from '../watch/target/cluster/watch.ts';
import { createReuseWatch, type ReuseWatch } from '../watch/target/reuse/watch.ts';
import { createTargetWatch } from '../watch/target/watch.ts';
import { createMember, type Member } from './member.ts';

/** A sample that is older than this many intervals is withdrawn. */
const STALE_INTERVALS = 3;
/** The watch of a gateway withdraws what is too old for its effective interval; this is for one that no longer runs. */
const MAX_BACKOFF_FACTOR = 8;

/** More gateways than one exporter watches, those among them that were taken out and may come back. */
const MAX_MEMORIES = 10_000;

type CensusMember = Member<ReturnType<CensusWatch['status']>>;
type ReuseMember = Member<ReturnType<ReuseWatch['status']>>;
type GatewayMember = Member<GatewayStatus> & {
  inside(): { config: GatewayConfig; judged: Judged | undefined };
  namespace(): string | null | undefined;
};

/** The watches by the names of their entries, and the servers that watches of one target share. */
export interface Watches {
  shared: Map<string, Target | Cluster>;
  targets: Map<string, Member<TargetStatus>>;
  censuses: Map<string, CensusMember>;
  reuses: Map<string, ReuseMember>;
  gateways: Map<string, GatewayMember>;
}

/** What was built for a configuration and does not run yet. */
export interface Built extends Watches {
  opened: Series[];
}

/** What watches are built with. */
export interface BuilderOptions {
  telemetry: Telemetry;
  scheduler?: Scheduler | undefined;
  clock: Clock;
  /** Those that run: a new gateway takes its target from here unless that is new as well. */
  running: Watches;
  leaseState: (() => LeaseState | undefined) | undefined;
  originKeys: () => Promise<OriginKeys>;
  onRecovery: (target: string) => void;
  /** The gateways of a target, as the configuration names them now. */
  gatewaysOf: (target: string) => readonly string[];
  /** What is known of a target that runs. */
  statusOf: (target: string) => TargetStatus | undefined;
}

/** Builds watches, and starts none. */
export interface Builder {
  /** The watch of a target, and those of its census and of its reuse. */
  target(config: TargetConfig, built: Built): void;
  gateway(config: GatewayConfig, instance: string, built: Built): void;
}

/** No watches. */
export function noWatches(): Watches {
  return { shared: new Map(), targets: new Map(), censuses: new Map(), reuses: new Map(), gateways: new Map() };
}

/** Without a scheduler what it builds only runs when it is asked to. */
export function createBuilder(options: BuilderOptions): Builder {
  const { telemetry, scheduler, clock, running, leaseState, originKeys, onRecovery, gatewaysOf, statusOf } = options;
  const memories = new Map<string, { config: GatewayConfig; memory: OverheadMemory }>();
  const { log } = telemetry;
  const parts = { telemetry, scheduler };

  /** Every server that is talked to for a target. */
  function servers(): Target[] {
    return [...running.shared.values()].flatMap((target) => ('nodes' in target ? target.nodes.map((node) => node.target) : [target]));
  }

  function census(config: TargetConfig, target: Target | Cluster, series: Series, built: Built): void {
    if (config.census === undefined) return;
    const watch = createCensusWatch({ config: config.census, target, series, log, clock });
    built.censuses.set(config.name, createMember('census', watch, parts));
  }

  function reuse(config: TargetConfig, target: Target | Cluster, series: Series, built: Built): void {
    if (config.reuse === undefined) return;
    const { name, interval, reuse: settings } = config;
    const watched = () => gatewaysOf(name).filter((gateway) => settings.gateways?.includes(gateway) !== false);
    const watch = createReuseWatch({
      config: settings,
      interval,
      target,
      gateways: () => watched().map((gateway) => ({ gateway, namespace: running.gateways.get(gateway)?.namespace() })),
      facts: () => statusOf(name),
      series,
      log,
      clock,
    });
    built.reuses.set(name, createMember('reuse', watch, parts));
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

  return {
    target(config, built) {
      const owner = {
        kind: 'target' as const,
        name: config.name,
        staleAfter: STALE_INTERVALS * config.interval,
        lifetimes: config.census === undefined ? {} : { census: STALE_INTERVALS * config.census.interval },
      };
      const series = telemetry.store.openNext(owner);
      built.opened.push(series);
      const options = { config, series, log, clock, onRecovery: () => onRecovery(config.name), once: scheduler === undefined };
      if (config.cluster !== undefined) {
        const cluster = createCluster(config, servers);
        const openNode = (node: string) => telemetry.store.openNext({ ...owner, node });
        built.shared.set(config.name, cluster);
        built.targets.set(config.name, createMember('target', createClusterWatch({ ...options, cluster, openNode }), parts, series));
        census(config, cluster, series, built);
        reuse(config, cluster, series, built);
        return;
      }
      const target = createTarget(config, servers);
      const watch = createTargetWatch({ ...options, target });
      built.shared.set(config.name, target);
      built.targets.set(config.name, createMember('target', watch, parts, series));
      census(config, target, series, built);
      reuse(config, target, series, built);
    },
    gateway(config, instance, built) {
      const series = telemetry.store.openNext({
        kind: 'gateway',
        name: config.name,
        staleAfter: STALE_INTERVALS * MAX_BACKOFF_FACTOR * config.interval,
        isShown: (metric) => isGatewayMetricShown(metric, leaseState?.()),
      });
      built.opened.push(series);
      const { redis } = config;
      const target = redis === undefined ? undefined : (built.shared.get(redis) ?? running.shared.get(redis));
      const memory = memoryOf(config);
      const keys = config.origin === true ? originKeys : undefined;
      const watch = createGatewayWatch({ config, target, series, log, clock, lease: leaseState, memory, instance, originKeys: keys });
      const member = createMember('gateway', watch, parts, series);
      const inside = () => ({ config, judged: watch.judged() });
      built.gateways.set(config.name, Object.assign(member, { inside, namespace: watch.namespace }));
    },
  };
}

/** Without the lease only the lease metric is shown, and skipped pairs while the holder of the lease is unknown. */
function isGatewayMetricShown(metric: Metric, lease: LeaseState | undefined): boolean {
  if (lease === undefined || lease === 'held' || metric === 'llm.cache.probe.lease_held') return true;
  return lease === 'unknown' && metric === 'llm.cache.probe.skipped';
}
