import type { Series } from '../../../catalogue/series.ts';
import type { ReuseConfig } from '../../../config/effective.ts';
import type { Reuse } from '../../../model/reuse.ts';
import type { TargetStatus } from '../../../model/status.ts';
import type { Log, Tick } from '../../../model/tick.ts';
import type { Cluster } from '../../../redis/connection/cluster.ts';
import { settle } from '../../../redis/connection/failure.ts';
import type { Target } from '../../../redis/connection/target.ts';
import { isForGood } from '../../../redis/connection/unanswered.ts';
import { waitForOwnCredential } from '../../../redis/connection/wait-for-credential.ts';
import { serversOf } from '../../../redis/probe-keys/servers.ts';
import { createSampler } from '../../../reuse/sampler.ts';
import { reuseSamples } from '../../../reuse/samples.ts';
import type { Clock } from '../../../schedule/clock.ts';
import type { Job } from '../../../schedule/job.ts';
import { createListener } from './listener.ts';
import { beforeHash, type GatewayNamespace, SCALE, type SharedNamespace, samplePrefixes, sharedNamespaces } from './namespaces.ts';
import { createServerCounts } from './server-counts.ts';
import { groupStatus } from './status.ts';

/** The reuse of the answers in a target: its job for the scheduler, and its part of what the page shows of the target. */
export interface ReuseWatch {
  readonly job: Job;
  status(): Pick<TargetStatus, 'reuse'>;
  close(): Promise<void>;
}

/** What the watch works with. Its part of the series is `reuse`, which lasts. */
export interface ReuseWatchOptions {
  config: ReuseConfig;
  /** Milliseconds. */
  interval: number;
  target: Target | Cluster;
  /** The gateways whose answers are watched, as they are now. */
  gateways: () => readonly GatewayNamespace[];
  /** What else is known of the target. */
  facts: () => TargetStatus | undefined;
  series: Series;
  log: Log;
  clock: Clock;
  /** Keys that are remembered at most; as many as fit into 20 MB unless given. */
  limit?: number;
}

/** A key takes some 400 bytes. */
const LIMIT = 50_000;
/** Opening connections and asking for counters takes milliseconds; this is for a server that is slow or far away. */
const LONGEST_MS = 10_000;
const PATIENCE_MS = 8_000;
/** A gap is longer: a tick notices it and connects again. */
const SLACK_MS = 50;

/**
 * Listens to the names of the answers that are written, of a sample, all the time; each tick connects what is missing and publishes what was counted.
 * A server that refuses is asked again after ten minutes, and that is no failure.
 */
export function createReuseWatch(options: ReuseWatchOptions): ReuseWatch {
  const { config, interval, target, series, log, clock, limit = LIMIT } = options;
  const redis_target = target.config.name;
  const servers = serversOf(target);
  const sampler = createSampler(limit);
  const listener = createListener({ servers, sample: config.sample, sampler, clock, timeout: target.config.timeout });
  const counted = createServerCounts();
  let groups: readonly SharedNamespace[] = [];
  let problems: readonly string[] = [];
  let wasRefused = false;
  /** All was listened to when the counters were read last. */
  let wasWhole = false;
  let watchedBefore = 0;
  let readAt = 0;

  async function run(tick: Tick): Promise<void> {
    tick.note({ redis_target, 'server.address': target.address });
    if (!(await waitForOwnCredential(target, PATIENCE_MS, clock, tick.signal))) {
      publish(['the credential of the exporter is not accepted']);
      return;
    }
    const { known, unknown } = sharedNamespaces(options.gateways());
    groups = known;
    const untold = unknown.map((gateway) => `the namespace of the gateway ${gateway} is not known yet`);
    const listened = await settle(listen(tick));
    if (!listened.ok && tick.signal.aborted && listened.error.failure !== 'timeout') return;
    publish([...untold, ...(listened.ok ? missing() : [listened.error.message])]);
    noteRefusal(listened.ok ? undefined : listened.error.message, !listened.ok && isForGood(listened.error));
    if (!listened.ok && !isForGood(listened.error)) throw listened.error;
  }

  async function listen(tick: Tick): Promise<void> {
    await listener.check(tick.signal);
    await listener.listen(samplePrefixes(groups, config.sample), tick.signal);
    const now = clock.monotonic();
    // A silence between two ticks shows in the time that was listened to.
    const isGap = !wasWhole || sampler.watched(now) - watchedBefore < now - readAt - SLACK_MS;
    if (listener.isWhole) sampler.begin(now);
    counted.take(await listener.counters(tick.signal), isGap);
    [wasWhole, watchedBefore, readAt] = [listener.isWhole, sampler.watched(now), now];
  }

  function missing(): string[] {
    if (groups.length === 0 || listener.isWhole) return [];
    return servers.isCluster ? ['a master of the cluster does not tell of writes: it cannot be reached, or refuses it'] : [];
  }

  function publish(now: readonly string[]): void {
    problems = now;
    const samplers = groups.map(({ namespace, gateways: [gateway = ''] }) => ({
      gateway,
      scale: SCALE[config.sample],
      counts: sampler.counts(beforeHash(namespace)),
      watchedMs: sampler.watched(clock.monotonic()),
    }));
    const state = {
      up: isWatching(),
      sample: 1 / SCALE[config.sample],
      tracked: sampler.tracked,
      limit,
      forgotten: sampler.forgotten,
      dropped: listener.dropped,
    };
    series.replace('reuse', reuseSamples(state, samplers), clock.now());
  }

  function isWatching(): boolean {
    return groups.length > 0 && listener.isWhole;
  }

  function noteRefusal(error: string | undefined, isRefusal: boolean): void {
    if (isRefusal && !wasRefused) log.info({ redis_target, error }, 'The server refuses to tell of writes; reuse is left out');
    if (error === undefined && wasRefused) log.info({ redis_target }, 'The server tells of writes again');
    wasRefused = error === undefined ? false : wasRefused || isRefusal;
  }

  function status(): Reuse {
    const watchedMs = sampler.watched(clock.monotonic());
    const server = groups.length === 1 ? counted.total() : { writes: undefined, hits: undefined, misses: undefined };
    return {
      sample: config.sample,
      isWatching: isWatching(),
      problems,
      dropped: listener.dropped,
      forgotten: sampler.forgotten,
      groups: groups.map(({ namespace, gateways }) =>
        groupStatus({
          gateways,
          counts: sampler.counts(beforeHash(namespace)),
          scale: SCALE[config.sample],
          watchedMs,
          server,
          facts: options.facts(),
        }),
      ),
    };
  }

  return {
    job: { name: `reuse ${redis_target}`, interval, timeout: Math.min(LONGEST_MS, interval * 0.8), run },
    status: () => ({ reuse: status() }),
    close: async () => listener.close(),
  };
}
