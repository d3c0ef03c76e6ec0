import type { RedisFailure } from '../../../model/redis.ts';
import { type Cluster, type ClusterNode, MAX_NODES } from '../../../redis/connection/cluster.ts';
import type { ServerWatch } from '../watch.ts';
import { isApart, type View } from './discovery.ts';

/** What the problems of a cluster are told from. `away` says for how many ticks one after the other a node was not reached. */
export interface ClusterSight {
  cluster: Cluster;
  views: readonly View[];
  watchOf(name: string): ServerWatch | undefined;
  away(name: string): number;
}

/** Names that one sentence lists. */
const MAX_NAMES = 5;
/** A node that has just stopped is not suspected by the others yet. */
const AWAY_TICKS = 2;
const UNREACHED: readonly RedisFailure[] = ['dns', 'refused', 'timeout', 'closed'];

/** What keeps a cluster from being watched whole, a sentence each, with what to do about it. */
export function problemsOf(sight: ClusterSight): string[] {
  return [...refused(sight), ...strangeAddresses(sight), ...unreached(sight), ...leftOut(sight)];
}

/** The nodes of the configuration that are no nodes of the cluster which is watched. */
export interface Misplaced {
  /** Those that are in no cluster. */
  readonly single: readonly string[];
  /** Those of another cluster than the node `than`. */
  readonly apart: readonly { readonly name: string; readonly than: string }[];
}

/** Which nodes of the configuration (`tried`) are misplaced, to be found before they are forgotten. */
export function misplacedIn(
  tried: readonly ClusterNode[],
  { views, watchOf }: { views: readonly View[]; watchOf(name: string): Pick<ServerWatch, 'mode'> | undefined },
): Misplaced {
  const single = tried.flatMap(({ name }) => {
    const mode = watchOf(name)?.mode;
    return mode !== undefined && mode !== 'cluster' ? [name] : [];
  });
  const [best, ...others] = views;
  const apart = best === undefined ? [] : others.filter((view) => view.from.id === undefined && isApart(best, view));
  return { single, apart: apart.map(({ from }) => ({ name: from.name, than: best?.from.name ?? '' })) };
}

/** What to do about misplaced nodes, a sentence each, but for those that are nodes of the cluster by now. */
export function misplacedProblems({ single, apart }: Misplaced, { nodes }: Pick<Cluster, 'nodes'>): string[] {
  const isMisplaced = (name: string) => !nodes.some((node) => node.name === name && node.id !== undefined);
  const alone = single.filter(isMisplaced);
  const [are, them] = alone.length === 1 ? ['is no node', 'it'] : ['are no nodes', 'them'];
  const sentence = `${list(alone)} ${are} of a cluster (redis_mode is not cluster): take ${them} out of redis[].cluster.nodes, or watch ${them} by redis[].url.`;
  const others = apart
    .filter(({ name }) => isMisplaced(name))
    .slice(0, MAX_NAMES)
    .map(
      ({ name, than }) =>
        `${name} belongs to another cluster than ${than} and is not watched: take it out of redis[].cluster.nodes, or make it a target of its own.`,
    );
  return [...(alone.length === 0 ? [] : [sentence]), ...others];
}

function refused({ cluster, views, watchOf }: ClusterSight): string[] {
  if (views.length > 0) return [];
  const without = cluster.nodes.filter(({ name }) => [...(watchOf(name)?.refused() ?? [])].some(([query]) => query.startsWith('CLUSTER')));
  const wantsRight = without.some(({ name }) => watchOf(name)?.refused().get('CLUSTER SHARDS') === true);
  if (without.length === 0) return [];
  const why = wantsRight
    ? 'grant the exporter +cluster|shards and +cluster|nodes (docs/redis-acl.md)'
    : 'the server does not know these commands';
  const refuse = without.length === 1 ? 'refuses' : 'refuse';
  return [`The other nodes are not known: ${list(without.map(({ name }) => name))} ${refuse} CLUSTER SHARDS and CLUSTER NODES; ${why}.`];
}

/** The address of a node leads to another one: behind NAT every node may announce the address of one machine. */
function strangeAddresses({ views }: ClusterSight): string[] {
  const wrong = views.filter(({ from, id }) => from.id !== undefined && id !== undefined && id !== from.id);
  if (wrong.length === 0) return [];
  return [
    `At ${list(wrong.map(({ from }) => from.name))} another node answers than the one that announces this address: set cluster-announce-ip and cluster-announce-port on each node.`,
  ];
}

function unreached({ cluster, watchOf, away }: ClusterSight): string[] {
  const lost = cluster.nodes.filter(({ name, state }) => {
    const failure = watchOf(name)?.status().failure;
    return state === 'ok' && failure !== undefined && UNREACHED.includes(failure) && away(name) >= AWAY_TICKS;
  });
  if (lost.length === 0) return [];
  return [
    `The cluster reaches ${list(lost.map(({ name }) => name))} and this exporter does not. Behind NAT or in containers set cluster-announce-ip and cluster-announce-port (or cluster-announce-hostname with cluster-preferred-endpoint-type hostname) on each node to what clients can reach.`,
  ];
}

function leftOut({ cluster }: ClusterSight): string[] {
  const { unplaced, tooMany } = cluster.beside;
  const tls = cluster.config.tls === undefined ? 'in plain text' : 'over TLS';
  return [
    ...(unplaced.length === 0
      ? []
      : [
          `${unplaced.length} ${unplaced.length === 1 ? 'node announces' : 'nodes announce'} no address at which clients can connect ${tls}: see cluster-announce-ip, cluster-announce-hostname and the port of each node.`,
        ]),
    ...(tooMany === 0
      ? []
      : [`The cluster has ${tooMany} more nodes than the ${MAX_NODES} that are watched at most; those with slots come first.`]),
  ];
}

function list(names: readonly string[]): string {
  const rest = names.length - MAX_NAMES;
  return `${names.slice(0, MAX_NAMES).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
