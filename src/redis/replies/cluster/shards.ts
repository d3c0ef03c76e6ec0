import type { Query } from '../query.ts';
import { idOf, MAX_NODES, type NodeEntry, type Place, placed } from './entry.ts';
import { rangeOf, SLOTS, type SlotRange } from './slots.ts';

/** Who has which slots, where each node is, and the replicas: CLUSTER SHARDS, or CLUSTER SLOTS before it. The reply is read by `readNodes`. */
export const CLUSTER_SHARDS: Query<unknown> = {
  args: ['CLUSTER', 'SHARDS'],
  since: { redis: [3, 0, 0], valkey: [7, 2, 0] },
  older: { before: { redis: [7, 0, 0], valkey: [7, 2, 0] }, args: ['CLUSTER', 'SLOTS'] },
  parse: (reply) => reply,
};

/** The same where CLUSTER SLOTS is not to be asked. */
export const CLUSTER_SHARDS_ALONE: Query<unknown> = {
  args: ['CLUSTER', 'SHARDS'],
  since: { redis: [7, 0, 0], valkey: [7, 2, 0] },
  parse: (reply) => reply,
};

/** The same from a server that does not know CLUSTER SHARDS although its release does, or whose user may not send it. */
export const CLUSTER_SLOTS_QUERY: Query<unknown> = {
  args: ['CLUSTER', 'SLOTS'],
  since: { redis: [3, 0, 0], valkey: [7, 2, 0] },
  parse: (reply) => reply,
};

/** A node in one place of a reply: a node has many in CLUSTER SLOTS, and is described once. */
export interface Mention {
  id: string;
  slots: readonly SlotRange[];
  describe(): Omit<NodeEntry, 'id' | 'slots'>;
}

/** CLUSTER SHARDS: of each shard its slots, first and last in turn, and its nodes, each of them once. */
export function* readShards(reply: unknown, from: Place): Iterable<Mention> {
  let left = MAX_NODES;
  for (const shard of rowsOf(reply, MAX_NODES)) {
    const fields = fieldsOf(shard);
    const rows = rowsOf(fields.get('nodes'), left);
    if (rows.length === 0) continue;
    left -= rows.length;
    const slots = pairsIn(rowsOf(fields.get('slots'), 2 * SLOTS));
    for (const row of rows) {
      const node = fieldsOf(row);
      const id = idOf(node.get('id'));
      if (id === undefined) continue;
      const role = node.get('role') === 'master' ? 'master' : 'replica';
      const health = node.get('health');
      const state = health === 'failed' || health === 'fail' ? 'fail' : 'ok';
      const port = from.tls ? (node.get('tls-port') ?? node.get('port')) : node.get('port');
      const hosts = [node.get('endpoint'), node.get('ip'), node.get('hostname')];
      yield { id, slots: role === 'master' ? slots : [], describe: () => ({ ...placed(hosts, port, from), role, state }) };
    }
  }
}

function pairsIn(bounds: readonly unknown[]): SlotRange[] {
  const slots: SlotRange[] = [];
  for (let index = 0; index + 1 < bounds.length; index += 2) {
    const range = rangeOf(bounds[index], bounds[index + 1]);
    if (range !== undefined) slots.push(range);
  }
  return slots;
}

/** CLUSTER SLOTS: first and last slot, then the nodes that have them, the master first: host, port, id, and from 7.0 on more about the host. */
export function* readSlots(reply: unknown, from: Place): Iterable<Mention> {
  for (const row of rowsOf(reply, SLOTS)) {
    const [first, last, ...nodes] = rowsOf(row, MAX_NODES);
    const range = rangeOf(first, last);
    if (range === undefined) continue;
    for (const [index, node] of nodes.entries()) {
      const [host, port, name, more] = rowsOf(node, 4);
      const id = idOf(name);
      if (id === undefined) continue;
      const role = index === 0 ? 'master' : 'replica';
      const describe = () => {
        const besides = fieldsOf(more);
        return { ...placed([host, besides.get('ip'), besides.get('hostname')], port, from), role, state: 'ok' } as const;
      };
      yield { id, slots: index === 0 ? [range] : [], describe };
    }
  }
}

/** Names and values in turn, as RESP2 has them. */
function fieldsOf(row: unknown): Map<unknown, unknown> {
  const fields = new Map<unknown, unknown>();
  if (!Array.isArray(row)) return fields;
  for (let index = 0; index + 1 < Math.min(row.length, 64); index += 2) fields.set(row[index], row[index + 1]);
  return fields;
}

function rowsOf(reply: unknown, most: number): readonly unknown[] {
  return Array.isArray(reply) ? reply.slice(0, most) : [];
}
