import type { Cluster, ClusterNode } from '../../../redis/connection/cluster.ts';
import { settle } from '../../../redis/connection/failure.ts';
import type { NodeEntry } from '../../../redis/replies/cluster/entry.ts';
import { CLUSTER_NODES, isFragmented, myselfIn } from '../../../redis/replies/cluster/lines.ts';
import { readNodes } from '../../../redis/replies/cluster/nodes.ts';
import { CLUSTER_SHARDS, CLUSTER_SHARDS_ALONE, CLUSTER_SLOTS_QUERY } from '../../../redis/replies/cluster/shards.ts';
import { within } from '../../../schedule/within.ts';
import type { ServerWatch } from '../watch.ts';
import { withOneName } from './names.ts';

/** A cluster as one of its nodes sees it. `id` is that of the node itself, as far as it tells. */
export interface View {
  readonly from: ClusterNode;
  readonly id: string | undefined;
  readonly nodes: readonly NodeEntry[];
}

/** Nodes that are asked each time: one of them alone may have been cut off or reset. */
const ASKED = 3;

/**
 * Asks some nodes which nodes there are: all of those of the configuration while nothing is known, else a few and those that were not asked
 * yet (`asked`). The best view first.
 */
export async function discover(
  cluster: Cluster,
  watchOf: (name: string) => ServerWatch | undefined,
  asked: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<View[]> {
  const usable = cluster.nodes.filter(({ name }) => watchOf(name)?.mode === 'cluster');
  const ranked = usable.toSorted((a, b) => Number(b.slots.length > 0) - Number(a.slots.length > 0));
  const chosen = ranked.filter((node, index) => index < ASKED || node.id === undefined || !asked.has(node.name));
  const views = await Promise.all(chosen.map((node) => ask(node, watchOf(node.name), signal)));
  return withOneName(
    views.flatMap((view) => view ?? []).toSorted((a, b) => servedIn(b) - servedIn(a)),
    cluster.nodes,
  );
}

/** The nodes that need not be asked again: each has told that it is the node whose address led to it, or does not tell which one it is. */
export function settledIn(views: readonly View[]): string[] {
  return views.filter(({ from, id }) => id === undefined || id === from.id).map(({ from }) => from.name);
}

/** Whether a node knows of any slot that has a node: in a cluster that was reset, or was never made, none does. */
export function hasSlots({ nodes }: View): boolean {
  return nodes.some(({ slots }) => slots.length > 0);
}

async function ask(node: ClusterNode, watch: ServerWatch | undefined, signal: AbortSignal): Promise<View | undefined> {
  const { address, tls } = node.target.config;
  if (watch === undefined || address === undefined || !('host' in address)) return undefined;
  const limited = within(signal, node.target.config.timeout / 2);
  // A node that ends in between takes nothing from what the others tell.
  const told = await settle(askOne(watch, limited));
  const { lines, shards } = told.ok ? told.value : {};
  const nodes = readNodes(shards, lines, { host: address.host, port: address.port, tls: tls !== undefined });
  return nodes.length === 0 ? undefined : { from: node, id: myselfIn(lines), nodes };
}

async function askOne(watch: ServerWatch, signal: AbortSignal): Promise<{ lines?: unknown; shards?: unknown }> {
  const lines = await watch.ask(CLUSTER_NODES, signal);
  return { lines, shards: await askShards(watch, isFragmented(lines), signal) };
}

/** Who has which slots, in whichever form the server tells it. */
async function askShards(watch: ServerWatch, hasManyRanges: boolean, signal: AbortSignal): Promise<unknown> {
  if (hasManyRanges) return watch.ask(CLUSTER_SHARDS_ALONE, signal);
  return (await watch.ask(CLUSTER_SHARDS, signal)) ?? watch.ask(CLUSTER_SLOTS_QUERY, signal);
}

/** Slots whose master is well in the eyes of a node: one that was cut off from the others sees few. */
function servedIn({ nodes }: View): number {
  return nodes
    .filter(({ state }) => state === 'ok')
    .flatMap(({ slots }) => slots)
    .reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** Whether two views have no node in common: they are of two clusters. */
export function isApart(a: View, b: View): boolean {
  const ids = new Set(a.nodes.map(({ id }) => id));
  return !b.nodes.some(({ id }) => ids.has(id));
}
