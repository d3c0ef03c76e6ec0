import { hostname } from 'node:os';
import { sample } from '../catalogue/sample.ts';
import { difference } from '../config/diff.ts';
import type { Config, GatewayConfig } from '../config/effective.ts';
import { createSharedLease } from '../lease/shared.ts';
import type { LeaseState } from '../model/lease.ts';
import type { GatewayStatus, TargetStatus } from '../model/status.ts';
import { createOriginKeyring } from '../origin/keys.ts';
import type { OriginKeys } from '../origin/stamp.ts';
import type { Cluster } from '../redis/connection/cluster.ts';
import type { Target } from '../redis/connection/target.ts';
import { instanceOf } from '../redis/probe-keys/names.ts';
import type { Clock } from '../schedule/clock.ts';
import type { Scheduler } from '../schedule/scheduler.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Judged } from '../watch/gateway/judge.ts';
import { type Built, createBuilder, noWatches } from './build.ts';
import { removeMembers, runMembers } from './member.ts';

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
  /** One gateway; undefined for an unknown name. */
  gateway(name: string): GatewayStatus | undefined;
  /** Brings what the metrics say of the lease up to this moment; to be called before they are read. */
  publishLease(): void;
  /** The keys of the origin as they are now; rejects where they cannot be read, or no origin is configured. */
  originKeys(): Promise<OriginKeys>;
  /** The way to a target; undefined for an unknown name. */
  target(name: string): Target | Cluster | undefined;
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
  const running = noWatches();
  const { shared, targets, censuses, reuses, gateways } = running;
  const lease = scheduler && createSharedLease({ scheduler, log: telemetry.log, clock, env, onChange: leaseChanged });
  const keyring = createOriginKeyring(clock);
  const leaseState = lease?.state;
  const originKeys = keyring.read;
  const onRecovery = targetRecovered;
  const builder = createBuilder({ telemetry, scheduler, clock, running, leaseState, originKeys, onRecovery, gatewaysOf, statusOf });
  let current: Config | undefined;
  let publishedLease: LeaseState | undefined;

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

  function gatewaysOf(target: string): string[] {
    return (current?.gateways ?? []).flatMap(({ name, redis }) => (redis === target ? [name] : []));
  }

  /** What is known of a target, without its reuse. */
  function statusOf(name: string): TargetStatus | undefined {
    const entry = targets.get(name);
    return entry && { ...entry.status(), ...censuses.get(name)?.status() };
  }

  /** The targets of gateways: without its target a gateway's keys are not looked up. */
  function targetsOf(names: readonly string[]): string[] {
    return (current?.gateways ?? []).flatMap(({ name, redis }) => (names.includes(name) && redis !== undefined ? [redis] : []));
  }

  /** Census and reuse write into the series of their target, which go with that. */
  async function removeTargets(names: readonly string[]): Promise<void> {
    await removeMembers(censuses, names);
    await removeMembers(reuses, names);
    await removeMembers(targets, names);
  }

  /** Builds what a change adds; nothing of it runs. */
  function build(next: Config, { targets: newTargets, gateways: newGateways }: Wanted, built: Built): void {
    for (const config of next.redis) if (newTargets.has(config.name)) builder.target(config, built);
    const instance = instanceOf([hostname(), ...next.http.listen]);
    for (const config of next.gateways) if (newGateways.has(config.name)) builder.gateway(config, instance, built);
  }

  async function prepare(next: Config): Promise<{ take(): Promise<void>; drop(): Promise<void> }> {
    const change = difference(current ?? { ...next, redis: [], gateways: [] }, next);
    const built: Built = { opened: [], ...noWatches() };
    const drop = async () => {
      const entries = [...built.gateways.values(), ...built.censuses.values(), ...built.reuses.values(), ...built.targets.values()];
      await Promise.all(entries.map((entry) => entry.remove()));
      for (const series of built.opened) series.close();
    };
    let takeLease: (() => Promise<void>) | undefined;
    try {
      const wanted = {
        targets: new Set([...change.targets.added, ...change.targets.changed]),
        gateways: new Set([...change.gateways.added, ...change.gateways.changed]),
      };
      build(next, wanted, built);
      takeLease = lease?.prepare(next);
    } catch (error) {
      await drop();
      throw error;
    }
    const take = async () => {
      await removeMembers(gateways, [...change.gateways.removed, ...change.gateways.changed]);
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
      await runMembers(targets, [...names, ...targetsOf(names)], signal);
      await runMembers(censuses, names, signal);
      await runMembers(gateways, names, signal);
      await runMembers(reuses, [...names, ...targetsOf(names)], signal);
    },
    targets: () =>
      [...targets].map(([name, entry]) => ({ ...entry.status(), ...censuses.get(name)?.status(), ...reuses.get(name)?.status() })),
    gateways: () => [...gateways.values()].map((entry) => entry.status()),
    gateway: (name) => gateways.get(name)?.status(),
    publishLease: () => {
      if (lease?.state() !== publishedLease) publishLease();
    },
    originKeys: keyring.read,
    target: (name) => shared.get(name),
    details: (gateway) => gateways.get(gateway)?.inside(),
    async close() {
      await removeMembers(gateways, [...gateways.keys()]);
      await lease?.close();
      await removeTargets([...targets.keys()]);
    },
  };
}

/** Names of the entries for which there is something to build. */
interface Wanted {
  targets: ReadonlySet<string>;
  gateways: ReadonlySet<string>;
}
