import type { NodeState } from '../../../model/redis.ts';
import { MAX_NODES, type NodeEntry, type Place } from './entry.ts';
import { readLines } from './lines.ts';
import { type Mention, readShards, readSlots } from './shards.ts';
import { SLOTS, type SlotRange } from './slots.ts';

/** Of all nodes together: a master that failed keeps its row beside the one that took its place. */
const MAX_ALL_RANGES = 2 * SLOTS;

/**
 * The nodes of a cluster by the replies to CLUSTER SHARDS or SLOTS and to CLUSTER NODES, either of them perhaps undefined, in the order of their
 * ids; `from` is where they were asked. What is no node is passed over, of two entries with one id or one address the first counts.
 */
export function readNodes(shards: unknown, nodes: unknown, from: Place): NodeEntry[] {
  const known = new Map<string, NodeEntry>(nodesOf(readShards(shards, from), readSlots(shards, from)));
  for (const line of readLines(nodes, from)) {
    const before = known.get(line.id);
    if (before === undefined && known.size >= MAX_NODES) continue;
    known.set(
      line.id,
      before === undefined ? line : { ...line, ...addressOf(before.name === undefined ? line : before), slots: before.slots },
    );
  }
  return withoutTwins([...known.values()].map(withOwnSlots(known)).sort((a, b) => (a.id < b.id ? -1 : 1)));
}

function nodesOf(...replies: readonly Iterable<Mention>[]): Map<string, NodeEntry> {
  const known = new Map<string, NodeEntry & { slots: SlotRange[] }>();
  let ranges = 0;
  for (const mentions of replies) {
    for (const { id, slots, describe } of mentions) {
      const node = known.get(id) ?? (known.size < MAX_NODES ? { id, ...describe(), slots: [] } : undefined);
      if (node === undefined) continue;
      known.set(id, node);
      const taken = slots.slice(0, MAX_ALL_RANGES - ranges);
      node.slots.push(...taken);
      ranges += taken.length;
    }
  }
  return known;
}

/** The places of a node's slots are its own only while no other master of its shard is better off: one that failed keeps its row. */
function withOwnSlots(known: ReadonlyMap<string, NodeEntry>): (entry: NodeEntry) => NodeEntry {
  const owners = new Map<number, NodeEntry>();
  for (const entry of known.values()) {
    if (entry.role !== 'master') continue;
    for (const [first] of entry.slots) {
      const other = owners.get(first);
      if (other === undefined || RANK[entry.state] < RANK[other.state]) owners.set(first, entry);
    }
  }
  return (entry) => ({ ...entry, slots: entry.slots.filter(([first]) => owners.get(first)?.id === entry.id) });
}

const RANK: Readonly<Record<NodeState, number>> = { ok: 0, pfail: 1, fail: 2 };

/** Two nodes cannot be at one address: the one that is better off is there. */
function withoutTwins(nodes: readonly NodeEntry[]): NodeEntry[] {
  const places = new Map<string, NodeEntry>();
  for (const node of nodes) {
    const other = node.name === undefined ? undefined : places.get(node.name);
    if (node.name !== undefined && (other === undefined || RANK[node.state] < RANK[other.state])) places.set(node.name, node);
  }
  return nodes.filter((node) => node.name === undefined || places.get(node.name) === node);
}

function addressOf({ name, host, port, isAsked }: NodeEntry): Pick<NodeEntry, 'name' | 'host' | 'port' | 'isAsked'> {
  return { name, host, port, isAsked };
}
