import type { Config } from './config/effective.ts';
import type { Loaded } from './config/load.ts';
import { createDiscovery } from './discovery/discovery.ts';
import { createFleet } from './fleet/fleet.ts';
import { createOriginServer } from './http/origin/server.ts';
import { debugText } from './http/page/debug-text.ts';
import { startHttp } from './http/server/server.ts';
import type { GatewayStatus, Status } from './model/status.ts';
import type { Clock } from './schedule/clock.ts';
import { createScheduler } from './schedule/scheduler.ts';
import { problemText } from './source/problem.ts';
import { startTelemetry } from './telemetry/telemetry.ts';

/** A list that takes longer to be read at a reload is taken over later, milliseconds. */
const MAX_FIRST_READ_MS = 15_000;
/** At the start nothing waits for a list for longer. */
const MAX_START_WAIT_MS = 500;

export interface DaemonOptions {
  config: Config;
  /** Which variables and flags change what the file says. */
  notes?: readonly string[] | undefined;
  /** Reads the configuration again from where it came. */
  load: () => Promise<Loaded>;
  version: string;
  env: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  /** Takes the lines of the log. */
  out: (text: string) => void;
  /** How many lines could not be written. */
  droppedLines?: (() => number) | undefined;
}

/** A running exporter. */
export interface Daemon {
  readonly addresses: readonly string[];
  /** Where it answers as the origin, `host:port` each. */
  originAddresses(): readonly string[];
  /** Loads the configuration again; returns its problems as sentences, none when it was taken over. */
  reload(): Promise<string[]>;
  close(): Promise<void>;
}

/**
 * Starts everything: telemetry, the watches on their grid, the HTTP server. Throws ListenError when an
 * address cannot be had, before any probe was sent.
 */
export async function startDaemon({
  config,
  notes: atStart = [],
  load,
  version,
  env,
  clock,
  out,
  droppedLines,
}: DaemonOptions): Promise<Daemon> {
  const telemetry = await startTelemetry({ config, version, env, clock, out, droppedLines });
  const scheduler = createScheduler({ clock, report: telemetry.schedulerReport });
  const fleet = createFleet({ telemetry, scheduler, clock, env });
  const origin = createOriginServer({ keys: fleet.originKeys, clock, log: telemetry.log, ...telemetry.originRequests });
  const discovery = createDiscovery({
    clock,
    log: telemetry.log,
    openSeries: (source) => telemetry.store.openNext({ kind: 'exporter', name: `discovery ${source}`, staleAfter: Infinity }),
    onChange: () => void queued(applyDiscovered),
  });
  const startedAt = clock.now();
  let inForce = config;
  let lastReload = { successful: true, at: startedAt, problems: [] as string[] };
  let notes = atStart;
  let changing: Promise<unknown> = Promise.resolve();
  let closing = false;
  let tracesUrl = config.traces.ui_url;
  let started = false;

  function missing(): string[] {
    return [
      ...(started ? [] : ['the watches have not been started yet']),
      ...discovery.untried().map((source) => `the list of ${source} has not been read yet`),
      ...fleet
        .targets()
        .filter((target) => target.up === undefined)
        .map((target) => `target ${target.name} has not been tried yet`),
      ...fleet
        .gateways()
        .filter(({ lastRunAt, up, lease = 'held' }) => lastRunAt === undefined && up === undefined && lease === 'held')
        .map((gateway) => `gateway ${gateway.name} has not been tried yet`),
    ];
  }

  function status(): Status {
    const sources = discovery.statuses();
    return discovery.withSources({
      version,
      startedAt,
      now: clock.now(),
      ready: missing().length === 0,
      configReload: { ...lastReload, notes },
      targets: fleet.targets(),
      gateways: fleet.gateways(),
      ...(sources.length > 0 && { sources }),
    });
  }

  /** A forgotten variable changes what is watched, so every load logs it. */
  function logNotes(): void {
    for (const note of notes) telemetry.log.warn({ note }, 'The environment or a flag changes the configuration file');
  }

  /** Takes a configuration over, or leaves everything as it was and throws. */
  async function apply(next: Config): Promise<void> {
    const lists = await discovery.prepare(next, MAX_FIRST_READ_MS);
    await applyAll(next, lists.merged.config).catch(async (error: unknown) => {
      await lists.drop();
      throw error;
    });
    inForce = next;
    await lists.take();
  }

  /** Takes over a configuration and what its lists give, or leaves everything as it was and throws. */
  async function applyAll(next: Config, watched: Config): Promise<void> {
    const outlets = await telemetry.prepare(watched);
    const listeners = await origin.prepare(next.origin).catch(async (error: unknown) => {
      await outlets.drop();
      throw error;
    });
    const watches = await fleet.prepare(watched).catch(async (error: unknown) => {
      await Promise.all([outlets.drop(), listeners.drop()]);
      throw error;
    });
    await outlets.take();
    await watches.take();
    await listeners.take();
  }

  /** Takes over what the lists give now. Never rejects. */
  async function applyDiscovered(): Promise<void> {
    if (closing) return;
    const merged = discovery.merged(inForce);
    try {
      await applyAll(inForce, merged.config);
      discovery.settle(merged);
      telemetry.log.info(
        { targets: merged.config.redis.length, gateways: merged.config.gateways.length },
        'What the lists of targets give was taken over',
      );
    } catch (error) {
      const text = telemetry.mask.text(error instanceof Error ? error.message : String(error));
      telemetry.log.error({ error: text }, 'What the lists of targets give cannot be used; what ran before goes on');
    }
  }

  /** One change at a time. */
  function queued<T>(change: () => Promise<T>): Promise<T> {
    const result = changing.then(change, change);
    changing = result.then(undefined, () => undefined);
    return result;
  }

  /** The problems of the configuration as it is now, none when it was taken over. Never rejects. */
  async function problemsOfReload(): Promise<string[]> {
    try {
      const loaded = await load();
      if (!loaded.ok) return loaded.problems.map((problem) => telemetry.mask.text(problemText(problem)));
      await apply(loaded.config);
      tracesUrl = loaded.config.traces.ui_url;
      notes = loaded.notes ?? [];
      logNotes();
      if (JSON.stringify(loaded.config.http) !== JSON.stringify(config.http))
        telemetry.log.warn({}, 'Changes in the section http take effect after a restart');
      telemetry.log.info(
        { targets: loaded.config.redis.length, gateways: loaded.config.gateways.length },
        'The configuration was loaded again',
      );
      return [];
    } catch (error) {
      return [
        `the configuration is valid and cannot be used: ${telemetry.mask.text(error instanceof Error ? error.message : String(error))}`,
      ];
    }
  }

  async function reloadOnce(): Promise<string[]> {
    const problems = await problemsOfReload();
    if (problems.length > 0) telemetry.log.error({ problems }, 'The new configuration was refused; the previous one stays in force');
    lastReload = { successful: problems.length === 0, at: clock.now(), problems };
    telemetry.reloaded(lastReload);
    return problems;
  }

  function reload(): Promise<string[]> {
    return queued(reloadOnce);
  }

  telemetry.reloaded(lastReload);
  const http = await startHttp({
    config: config.http,
    log: telemetry.log,
    mask: telemetry.mask,
    handlers: {
      metrics: (accept) => {
        fleet.publishLease();
        return telemetry.metricsPage(accept);
      },
      metricsOf: (accept, owner) => {
        fleet.publishLease();
        const gateway = owner.kind === 'gateway' && owner.judged ? fleet.gateway(owner.name) : undefined;
        return telemetry.metricsPart(accept, owner, gateway && probeSuccess(gateway));
      },
      status,
      healthy: scheduler.healthy,
      missing,
      reload,
      debug: (name) => {
        const inside = fleet.details(name);
        return inside && debugText(status(), name, inside);
      },
      tracesUrl: () => tracesUrl,
    },
  });
  const listeners = await origin.prepare(config.origin).catch(async (error: unknown) => {
    await http.close();
    throw error;
  });
  let watched = config;
  await queued(async () => {
    const lists = await discovery.prepare(config, MAX_START_WAIT_MS);
    await fleet.apply(lists.merged.config);
    await listeners.take();
    await lists.take();
    started = true;
    watched = lists.merged.config;
  });
  logNotes();
  telemetry.log.info(
    { addresses: [...http.addresses], targets: watched.redis.length, gateways: watched.gateways.length, version },
    'The exporter is up',
  );

  return {
    addresses: http.addresses,
    originAddresses: origin.addresses,
    reload,
    async close() {
      telemetry.log.info({}, 'The exporter stops');
      closing = true;
      await discovery.close();
      await scheduler.close();
      await fleet.close();
      await origin.close();
      await http.close();
      await telemetry.close();
    },
  };
}

/** Whether the cache of a gateway is as it should be; undefined where another exporter probes it, and this one does not know. */
function probeSuccess({ verdict, asExpected, lease = 'held' }: GatewayStatus): boolean | undefined {
  return lease === 'held' ? verdict === 'working' || asExpected === true : undefined;
}
