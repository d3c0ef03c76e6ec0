import type { ClusterNode } from '../../../redis/connection/cluster.ts';
import type { NodeEntry } from '../../../redis/replies/cluster/entry.ts';
import { parseNode } from '../../../source/redis-url.ts';

/** What is needed of a view of a cluster to name its nodes. */
interface Sight {
  readonly nodes: readonly NodeEntry[];
}

/**
 * The views with one address for each node, whichever node tells it: the one under which the node is known while a view names it, else that of the best
 * view that names one. Where all name none it stays the known one, as long as the port is the same.
 */
export function withOneName<V extends Sight>(views: readonly V[], known: readonly Pick<ClusterNode, 'id' | 'name'>[]): V[] {
  const told = new Map<string, NodeEntry[]>();
  for (const entry of views.flatMap(({ nodes }) => nodes))
    if (!entry.isAsked && entry.name !== undefined) told.set(entry.id, [...(told.get(entry.id) ?? []), entry]);
  const [best] = views;
  /** Who is where by the best view: an address that is another node's by now is no name of this one. */
  const owners = new Map(best?.nodes.flatMap(({ id, name, isAsked }) => (name === undefined || isAsked ? [] : [[name, id] as const])));
  const names = new Map(known.flatMap(({ id, name }) => (id === undefined ? [] : [[id, name] as const])));

  function named(entry: NodeEntry): NodeEntry {
    const entries = (told.get(entry.id) ?? []).filter(({ name = '' }) => (owners.get(name) ?? entry.id) === entry.id);
    const place = entries.find(({ name }) => name === names.get(entry.id)) ?? entries[0] ?? kept(entry, names.get(entry.id));
    if (place === undefined) return entry;
    const { name, host, port, isAsked } = place;
    return { ...entry, name, host, port, isAsked };
  }
  return views.map((view) => ({ ...view, nodes: view.nodes.map(named) }));
}

/** The known place of a node that names no host. */
function kept(entry: NodeEntry, name: string | undefined): Pick<NodeEntry, 'name' | 'host' | 'port' | 'isAsked'> | undefined {
  const place = name === undefined || !entry.isAsked ? undefined : parseNode(name);
  return place === undefined || place.port !== entry.port ? undefined : { name, host: place.host, port: place.port, isAsked: true };
}
