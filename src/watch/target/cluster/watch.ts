import type { Series } from '../../../catalogue/series.ts';
import type { TargetStatus } from '../../../model/status.ts';
import type { Tick } from '../../../model/tick.ts';
import type { Cluster, ClusterNode } from '../../../redis/connection/cluster.ts';
import { classify, RedisError } from '../../../redis/connection/failure.ts';
import { servesAll } from '../../../redis/replies/cluster/info.ts';
import { within } from '../../../schedule/within.ts';
import type { TargetWatch, TargetWatchOptions } from '../watch.ts';
import { discover, hasSlots, settledIn, type View } from './discovery.ts';
import { createMembers } from './members.ts';
import { type Misplaced, misplacedIn, misplacedProblems, problemsOf } from './problems.ts';
import { clusterSamples, nodeSamples, worstInfo } from './samples.ts';
import { authOf, stateOf } from './state.ts';
import { type SeenNode, together } from './status.ts';

/** What the watch of a cluster works with. `openNode` gives the series of one of its nodes. */
export type ClusterWatchOptions = Omit<TargetWatchOptions, 'target' | 'room'> & {
  cluster: Cluster;
  openNode(name: string): Series;
};

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
  const onRecovery = () => {
    recovered = true;
  };
  const members = createMembers({ ...options, cluster, openNode, onRecovery });
  const timeout = Math.min(2 * config.timeout, config.interval * SHARE_OF_INTERVAL);
  let asked = new Set<string>();
  let outcome: Pick<TargetStatus, 'up' | 'failure' | 'detail' | 'traceId' | 'clusterOk' | 'lastScrapeAt' | 'scrapeSeconds'> = {};
  let problems: string[] = [];
  let misplaced: Misplaced = { single: [], apart: [] };
  let unanswered = 0;
  let slotless = 0;
  let untold = 0;
  let recovered = false;

  async function scrape(nodes: readonly ClusterNode[], tick: Tick): Promise<void> {
    const signal = within(tick.signal, Math.min(config.timeout, timeout * SHARE_OF_SCRAPE));
    await members.scrape(nodes, tick, signal);
    if (!tick.signal.aborted) return;
    // A tick that was stopped has shown nothing; one that ran out of time has.
    const stopped = classify(tick.signal.reason, 'the nodes of the cluster');
    if (stopped.failure !== 'timeout') throw stopped;
  }

  /** What the nodes say which nodes there are; a node of the configuration may be one of another cluster. */
  async function find(tick: Tick): Promise<View[]> {
    const views = await tick.step('CLUSTER SHARDS', () => discover(cluster, members.watchOf, asked, tick.signal));
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
    members.match();
    await scrape(cluster.nodes, tick);
    const tried = cluster.nodes.filter(({ id }) => id === undefined);
    let views = await find(tick);
    untold = views.length > 0 ? 0 : untold + 1;
    slotless = views.length === 0 || views.some(hasSlots) || slotless >= ASK_AGAIN_TICKS ? 0 : slotless + 1;
    if (tried.length > 0) misplaced = misplacedIn(tried, { views, watchOf: members.watchOf });
    const added = members.match();
    await scrape(added, tick);
    // What a node that was asked does not tell of itself the others do: it has the same name from the first tick on.
    if (added.length > 0 && views[0]?.nodes.some(({ isAsked }) => isAsked)) {
      views = await find(tick);
      await scrape(members.match(), tick);
    }
    const ofSeeds = misplacedProblems(misplaced, cluster);
    const error = publish(views, ofSeeds, clock.now(), (clock.monotonic() - start) / 1_000, tick);
    setProblems([...ofSeeds, ...problemsOf({ cluster, views, watchOf: members.watchOf, away: members.away })].slice(0, MAX_PROBLEMS));
    // What a connection was refused is known as long as it is kept: it is told before.
    if (untold % ASK_AGAIN_TICKS === ASK_AGAIN_TICKS - 1) await members.disconnect();
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
    const infoOf = (nodes: readonly ClusterNode[]) => worstInfo(nodes.flatMap(({ name }) => members.watchOf(name)?.clusterInfo ?? []));
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
      const watch = members.watchOf(node.name);
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
    close: members.close,
  };
}
