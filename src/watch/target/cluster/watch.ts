import type { Series } from '../../../catalogue/series.ts';
import type { AuthState, RedisFailure } from '../../../model/redis.ts';
import type { TargetStatus } from '../../../model/status.ts';
import type { Log, Tick } from '../../../model/tick.ts';
import type { Cluster, ClusterNode } from '../../../redis/connection/cluster.ts';
import { classify, RedisError, settle } from '../../../redis/connection/failure.ts';
import type { TargetState } from '../../../redis/connection/target.ts';
import { servesAll } from '../../../redis/replies/cluster/info.ts';
import { within } from '../../../schedule/within.ts';
import { createTargetWatch, type ServerWatch, type TargetWatch, type TargetWatchOptions } from '../watch.ts';
import { createAway } from './away.ts';
import { discover, hasSlots, settledIn, type View } from './discovery.ts';
import { type Misplaced, misplacedIn, misplacedProblems, problemsOf } from './problems.ts';
import { clusterSamples, nodeSamples, worstInfo } from './samples.ts';
import { credentialsOf, type SeenNode, together } from './status.ts';

/** What the watch of a cluster works with. `openNode` gives the series of one of its nodes. */
export type ClusterWatchOptions = Omit<TargetWatchOptions, 'target' | 'room'> & {
  cluster: Cluster;
  openNode(name: string): Series;
};

interface Member {
  readonly watch: ServerWatch;
  readonly series: Series;
}

/** The scrapes of the nodes and the questions after them fit into this much of the interval. */
const SHARE_OF_INTERVAL = 0.9;
const SHARE_OF_SCRAPE = 0.6;
/** After so many ticks without any answer the nodes may all have new addresses: those of the configuration are tried again. */
const LOST_TICKS = 2;
/**
 * After so many ticks without an answer to which nodes there are it is asked again on new connections: the right may have been granted. After so
 * many in which no slot has a node those of the configuration are tried again: what answers may be a node that was taken out of the cluster.
 */
const ASK_AGAIN_TICKS = 20;
const MAX_PROBLEMS = 20;

const NOT_FOUND = 'no node answers which other nodes there are';

/**
 * Watches one Redis Cluster. Each tick scrapes every node on connections of its own, all at once, then asks some of them which
 * nodes there are: new ones are scraped in the same tick, and of those that are gone nothing is left.
 */
export function createClusterWatch({ cluster, openNode, ...options }: ClusterWatchOptions): TargetWatch {
  const { config, series, log, clock } = options;
  const members = new Map<string, Member>();
  const away = createAway();
  const timeout = Math.min(2 * config.timeout, config.interval * SHARE_OF_INTERVAL);
  let asked = new Set<string>();
  let outcome: Pick<TargetStatus, 'up' | 'failure' | 'detail' | 'traceId' | 'clusterOk' | 'lastScrapeAt' | 'scrapeSeconds'> = {};
  let problems: string[] = [];
  let misplaced: Misplaced = { single: [], apart: [] };
  let unanswered = 0;
  let slotless = 0;
  let untold = 0;
  let recovered = false;
  matchMembers();

  /** Opens what is new among the nodes, closes what is gone, and gives the nodes that are new. */
  function matchMembers(): ClusterNode[] {
    const names = new Set(cluster.nodes.map(({ name }) => name));
    for (const [name, member] of members) {
      if (names.has(name)) continue;
      members.delete(name);
      void member.watch.close();
      member.series.close();
    }
    return cluster.nodes.filter(({ name, target }) => {
      if (members.has(name)) return false;
      const nodeSeries = openNode(name);
      const onRecovery = () => {
        recovered = true;
      };
      const room = () => Math.floor(config.max_series / Math.max(1, cluster.nodes.length));
      const watch = createTargetWatch({ ...options, target, series: nodeSeries, log: named(log, name), onRecovery, room });
      members.set(name, { watch, series: nodeSeries });
      return true;
    });
  }

  function watchOf(name: string): ServerWatch | undefined {
    return members.get(name)?.watch;
  }

  async function scrape(nodes: readonly ClusterNode[], tick: Tick): Promise<void> {
    const signal = within(tick.signal, Math.min(config.timeout, timeout * SHARE_OF_SCRAPE));
    await Promise.all(
      nodes.map(async ({ name }) => {
        const member = members.get(name);
        if (member === undefined) return;
        const scraped = await settle(member.watch.job.run(tickOf(tick, name, signal)));
        away.note(name, scraped.ok);
      }),
    );
    if (!tick.signal.aborted) return;
    // A tick that was stopped has shown nothing; one that ran out of time has.
    const stopped = classify(tick.signal.reason, 'the nodes of the cluster');
    if (stopped.failure !== 'timeout') throw stopped;
  }

  /** What the nodes say which nodes there are; a node of the configuration may be one of another cluster. */
  async function find(tick: Tick): Promise<View[]> {
    const views = await tick.step('CLUSTER SHARDS', () => discover(cluster, watchOf, asked, tick.signal));
    const [best] = views;
    asked = new Set([...[...asked].filter((name) => members.has(name)), ...settledIn(views)]);
    if (best !== undefined) cluster.learn(best.nodes);
    return views;
  }

  async function run(tick: Tick): Promise<void> {
    const start = clock.monotonic();
    const [before, wasOk] = [mastersNow(), outcome.clusterOk];
    recovered = false;
    if (unanswered >= LOST_TICKS || slotless >= ASK_AGAIN_TICKS) cluster.forget();
    matchMembers();
    await scrape(cluster.nodes, tick);
    const tried = cluster.nodes.filter(({ id }) => id === undefined);
    const views = await find(tick);
    untold = views.length > 0 ? 0 : untold + 1;
    slotless = views.length === 0 || views.some(hasSlots) || slotless >= ASK_AGAIN_TICKS ? 0 : slotless + 1;
    if (tried.length > 0) misplaced = misplacedIn(tried, { views, watchOf });
    await scrape(matchMembers(), tick);
    const ofSeeds = misplacedProblems(misplaced, cluster);
    const error = publish(views, ofSeeds, clock.now(), (clock.monotonic() - start) / 1_000, tick);
    setProblems([...ofSeeds, ...problemsOf({ cluster, views, watchOf, away: away.ticks })].slice(0, MAX_PROBLEMS));
    // What a connection was refused is known as long as it is kept: it is told before.
    if (untold % ASK_AGAIN_TICKS === ASK_AGAIN_TICKS - 1) for (const { watch } of members.values()) await watch.close();
    // After a failover the keys are in other places, and a pair at once shows that the gateway has found them.
    const moved = before !== undefined && before !== mastersNow();
    if (recovered || moved || (wasOk === false && outcome.clusterOk)) options.onRecovery();
    if (error !== undefined) throw error;
  }

  /** The masters by name; undefined while none is known. */
  function mastersNow(): string | undefined {
    const known = cluster.masters().filter(({ id }) => id !== undefined);
    return known.length === 0 ? undefined : known.map(({ name }) => name).join(' ');
  }

  /** Shows what the nodes make together, and gives why the cluster cannot be read whole: a replica that is away takes nothing from it. */
  function publish(views: readonly View[], ofSeeds: readonly string[], at: number, seconds: number, tick: Tick): RedisError | undefined {
    const masters = seenOf(cluster.masters());
    const infoOf = (nodes: readonly ClusterNode[]) => worstInfo(nodes.flatMap(({ name }) => watchOf(name)?.clusterInfo ?? []));
    // A replica that is cut off from the others calls the cluster down, which serves its clients all the same.
    const info = infoOf(cluster.masters()) ?? infoOf(cluster.nodes);
    const up = seenOf(cluster.nodes).some(({ status }) => status.up);
    const error = errorOf(masters, views, ofSeeds);
    unanswered = up ? 0 : unanswered + 1;
    series.replace(
      'scrape',
      [...(info === undefined ? [] : clusterSamples(info)), ...(views[0] === undefined ? [] : nodeSamples(views[0].nodes))],
      at,
    );
    const whole = error === undefined ? { lastScrapeAt: at, scrapeSeconds: seconds } : {};
    outcome = {
      ...outcome,
      up,
      failure: error?.failure,
      detail: error?.message,
      traceId: tick.traceId,
      clusterOk: info && servesAll(info),
      ...whole,
    };
    cluster.auth = authOf(masters);
    cluster.state = stateOf(masters, outcome.clusterOk === false ? 'clusterdown' : error?.failure, up, at);
    tick.note({ redis_target: config.name, 'server.address': cluster.address, nodes: cluster.nodes.length });
    return error;
  }

  function errorOf(masters: readonly SeenNode[], views: readonly View[], ofSeeds: readonly string[]): RedisError | undefined {
    for (const { node, status } of masters)
      if (status.failure !== undefined) return new RedisError(status.failure, `${node.name}: ${status.detail ?? status.failure}`);
    if (views.length > 0) return undefined;
    return ofSeeds.length > 0 ? new RedisError('protocol', ofSeeds.join(' ')) : new RedisError('unknown', NOT_FOUND);
  }

  function seenOf(nodes: readonly ClusterNode[]): SeenNode[] {
    return nodes.flatMap((node) => {
      const watch = watchOf(node.name);
      return watch === undefined ? [] : [{ node, status: watch.status() }];
    });
  }

  function setProblems(now: string[]): void {
    for (const problem of now)
      if (!problems.includes(problem)) log.warn({ redis_target: config.name, problem }, 'The cluster cannot be watched whole');
    if (now.length === 0 && problems.length > 0) log.info({ redis_target: config.name }, 'The cluster can be watched whole');
    problems = now;
  }

  return {
    job: { name: `target ${config.name}`, interval: config.interval, timeout, run },
    status: () => ({
      name: config.name,
      address: cluster.address,
      ...outcome,
      ...together(seenOf(cluster.nodes), seenOf(cluster.masters())),
      ...(problems.length > 0 && { problems }),
    }),
    async close() {
      for (const { watch, series: nodeSeries } of members.values()) {
        await watch.close();
        nodeSeries.close();
      }
      members.clear();
    },
  };
}

/** The exporter's own credential may be used where a master takes it: each is asked for itself before it is used there. */
function authOf(masters: readonly SeenNode[]): AuthState {
  const states = masters.map(({ node }) => node.target.auth);
  return states.find((state) => state === 'ok' || state === 'disabled') ?? states.find((state) => state === 'failed') ?? 'unknown';
}

/** What a verdict may rest on: a credential that one master refuses is refused, and accepted is what all take. */
function stateOf(masters: readonly SeenNode[], failure: RedisFailure | undefined, up: boolean, at: number): TargetState {
  const states = masters.flatMap(({ node }) => node.target.state ?? []);
  const refused = states.flatMap((state) => state.refused ?? []);
  const inAll = (of: (state: TargetState) => readonly string[] | undefined) =>
    (states[0] === undefined ? [] : (of(states[0]) ?? [])).filter((name) => states.every((state) => of(state)?.includes(name)));
  const timedOutAt = states.flatMap((state) => state.timedOutAt ?? []).toSorted((a, b) => b - a)[0];
  return {
    at,
    up,
    failure,
    timedOutAt,
    clusterOk: failure === 'clusterdown' ? false : undefined,
    refused: credentialsOf([{ credentials: refused }]),
    accepted: inAll(({ accepted }) => accepted),
    unneeded: inAll(({ unneeded }) => unneeded),
  };
}

/** A tick as a node sees it: its steps name it, and it ends earlier than the whole. */
function tickOf(tick: Tick, redis_node: string, signal: AbortSignal): Tick {
  return {
    signal,
    traceId: tick.traceId,
    note: (details) => tick.note(details),
    step: (name, run) =>
      tick.step(name, (headers, note) => {
        note({ redis_node });
        return run(headers, note);
      }),
  };
}

/** A log whose lines name the node that they are about. */
function named(log: Log, redis_node: string): Log {
  return {
    debug: (details, sentence) => log.debug({ ...details, redis_node }, sentence),
    info: (details, sentence) => log.info({ ...details, redis_node }, sentence),
    warn: (details, sentence) => log.warn({ ...details, redis_node }, sentence),
    error: (details, sentence) => log.error({ ...details, redis_node }, sentence),
  };
}
