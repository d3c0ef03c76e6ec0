import { CLUSTER_SLOTS, type ClusterSlots, type NodeRole, type NodeState } from '../../model/redis.ts';
import { namedHost, namedPort, nodeText } from '../../source/redis-url.ts';
import { parseInfo } from './info.ts';
import type { Query } from './query.ts';

/** Slots of a cluster: keys are spread over so many (Redis Cluster specification). */
export const SLOTS = 16_384;

/** The first and the last of some slots, both included. */
export type SlotRange = readonly [first: number, last: number];

/** Where a node is for the one who asked, and over TLS; the host has no brackets. */
export interface Place {
  host: string;
  port: number;
  tls: boolean;
}

/** A node as one of its cluster describes it. `name` is its `host:port`; undefined where it has no address that can be connected to. */
export interface NodeEntry {
  id: string;
  name: string | undefined;
  host: string | undefined;
  port: number | undefined;
  role: NodeRole;
  state: NodeState;
  slots: readonly SlotRange[];
}

/** What CLUSTER INFO tells. What a reply does not hold is undefined. */
export interface ClusterInfo {
  /** Whether the cluster serves all slots, by the word of the node. */
  ok: boolean | undefined;
  slots: Readonly<Partial<Record<ClusterSlots, number>>>;
}

/** A cluster has at most 1,000 nodes (Redis Cluster specification): more are not read. */
const MAX_NODES = 1_000;
/** The most that 16,384 slots can be cut into. */
const MAX_RANGES = SLOTS;
/** Of all nodes together: a master that failed keeps its row beside the one that took its place. */
const MAX_ALL_RANGES = 2 * MAX_RANGES;
const ID = /^[0-9a-zA-Z]{1,64}$/;

/** How a node sees the slots of its cluster. */
export const CLUSTER_INFO: Query<ClusterInfo> = {
  args: ['CLUSTER', 'INFO'],
  since: { redis: [3, 0, 0], valkey: [7, 2, 0] },
  parse: (reply) => {
    const info = parseInfo(reply);
    const state = info.text('', 'cluster_state');
    const slots = CLUSTER_SLOTS.flatMap((name) => {
      const count = info.count('', `cluster_slots_${name}`);
      return count === undefined || count > SLOTS ? [] : [[name, count] as const];
    });
    return { ok: state === 'ok' ? true : state === 'fail' ? false : undefined, slots: Object.fromEntries(slots) };
  },
};

/**
 * Whether every slot is served: not where the node says that the cluster is down, nor where a master that has failed leaves slots alone in a
 * cluster that goes on without them (`cluster-require-full-coverage no`). Undefined where the node does not tell.
 */
export function servesAll({ ok, slots }: ClusterInfo): boolean | undefined {
  return (slots.fail ?? 0) > 0 ? false : ok;
}

/** Who has which slots, where each node is, and the replicas: CLUSTER SHARDS, or CLUSTER SLOTS before it. The reply is read by `readNodes`. */
export const CLUSTER_SHARDS: Query<unknown> = {
  args: ['CLUSTER', 'SHARDS'],
  since: { redis: [3, 0, 0], valkey: [7, 2, 0] },
  older: { before: { redis: [7, 0, 0], valkey: [7, 2, 0] }, args: ['CLUSTER', 'SLOTS'] },
  parse: (reply) => reply,
};

/** The same from a server that does not know CLUSTER SHARDS although its release does, or whose user may not send it. */
export const CLUSTER_SLOTS_QUERY: Query<unknown> = {
  args: ['CLUSTER', 'SLOTS'],
  since: { redis: [3, 0, 0], valkey: [7, 2, 0] },
  parse: (reply) => reply,
};

/** What the nodes think of each other: only here is a node that may have failed (`fail?`). The reply is read by `readNodes`. */
export const CLUSTER_NODES: Query<unknown> = {
  args: ['CLUSTER', 'NODES'],
  since: { redis: [3, 0, 0], valkey: [7, 2, 0] },
  parse: (reply) => reply,
};

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

/** A node in one place of a reply: a node has many in CLUSTER SLOTS, and is described once. */
interface Mention {
  id: string;
  slots: readonly SlotRange[];
  describe(): Omit<NodeEntry, 'id' | 'slots'>;
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

function addressOf({ name, host, port }: NodeEntry): Pick<NodeEntry, 'name' | 'host' | 'port'> {
  return { name, host, port };
}

/**
 * Where a node is. Of several forms of its host the first that can be one counts; an empty one, and none at all, is the host that was asked (Redis
 * documentation, CLUSTER SHARDS and CLUSTER SLOTS), `?` is a host that the cluster does not know.
 */
function placed(hosts: readonly unknown[], port: unknown, from: Place): Pick<NodeEntry, 'name' | 'host' | 'port'> {
  const number = namedPort(port);
  const [preferred] = hosts;
  const isAsked = preferred === undefined || preferred === null || preferred === '';
  const host = isAsked ? from.host : hosts.map(namedHost).find((known) => known !== undefined && !known.includes('%'));
  if (host === undefined || number === undefined) return { name: undefined, host: undefined, port: undefined };
  return { name: nodeText({ host: host.toLowerCase(), port: number }), host: host.toLowerCase(), port: number };
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

function isSlot(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < SLOTS;
}

function idOf(value: unknown): string | undefined {
  return typeof value === 'string' && ID.test(value) ? value : undefined;
}

/** CLUSTER SHARDS: of each shard its slots, first and last in turn, and its nodes, each of them once. */
function* readShards(reply: unknown, from: Place): Iterable<Mention> {
  let left = MAX_NODES;
  for (const shard of rowsOf(reply, MAX_NODES)) {
    const fields = fieldsOf(shard);
    const rows = rowsOf(fields.get('nodes'), left);
    if (rows.length === 0) continue;
    left -= rows.length;
    const slots = pairsIn(rowsOf(fields.get('slots'), 2 * MAX_RANGES));
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
    const [first, last] = [bounds[index], bounds[index + 1]];
    if (isSlot(first) && isSlot(last) && first <= last) slots.push([first, last]);
  }
  return slots;
}

/** CLUSTER SLOTS: first and last slot, then the nodes that have them, the master first: host, port, id, and from 7.0 on more about the host. */
function* readSlots(reply: unknown, from: Place): Iterable<Mention> {
  for (const row of rowsOf(reply, MAX_RANGES)) {
    const [first, last, ...nodes] = rowsOf(row, MAX_NODES);
    if (!isSlot(first) || !isSlot(last) || first > last) continue;
    for (const [index, node] of nodes.entries()) {
      const [host, port, name, more] = rowsOf(node, 4);
      const id = idOf(name);
      if (id === undefined) continue;
      const role = index === 0 ? 'master' : 'replica';
      const describe = () => {
        const besides = fieldsOf(more);
        return { ...placed([host, besides.get('ip'), besides.get('hostname')], port, from), role, state: 'ok' } as const;
      };
      yield { id, slots: index === 0 ? [[first, last]] : [], describe };
    }
  }
}

/** More than a thousand nodes with every slot apart and on its way to another node take. */
const MAX_TEXT_CHARACTERS = 2_097_152;

function linesIn(reply: unknown): string[] {
  return typeof reply === 'string' ? reply.slice(0, MAX_TEXT_CHARACTERS).split('\n', MAX_NODES) : [];
}

/** CLUSTER NODES: a node a line, `id host:port@bus,hostname flags ...`. A node that the others are about to take in is none yet. */
function readLines(reply: unknown, from: Place): NodeEntry[] {
  return linesIn(reply).flatMap((line): NodeEntry[] => {
    const [name, address = '', flagged = ''] = line.split(' ', 3);
    const id = idOf(name);
    const flags = flagged.split(',');
    if (id === undefined || flags.includes('handshake') || !(flags.includes('master') || flags.includes('slave'))) return [];
    const [place = '', hostname] = address.split(',', 2);
    const [node = ''] = place.split('@', 1);
    const colon = node.lastIndexOf(':');
    const state = flags.includes('fail') || flags.includes('noaddr') ? 'fail' : flags.includes('fail?') ? 'pfail' : 'ok';
    const where = placed([node.slice(0, Math.max(0, colon)), hostname], node.slice(colon + 1), from);
    return [{ id, ...where, role: flags.includes('master') ? 'master' : 'replica', state, slots: slotsIn(line) }];
  });
}

/** The slots at the end of a line, `0-5460` or `7`; those on their way to another node are in brackets and still its own. */
function slotsIn(line: string): SlotRange[] {
  const parts = line.trimEnd().split(' ', MAX_RANGES).slice(8);
  return parts.flatMap((part): SlotRange[] => {
    const [, from = '', to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? [];
    const [first, last] = [Number(from), Number(to)];
    return from !== '' && isSlot(first) && isSlot(last) && first <= last ? [[first, last]] : [];
  });
}

/** The id of the node that gave a reply to CLUSTER NODES; undefined where it does not tell. */
export function myselfIn(reply: unknown): string | undefined {
  const own = linesIn(reply).map((line) => line.split(' ', 3));
  return idOf(own.find(([, , flags = '']) => flags.split(',').includes('myself'))?.[0]);
}
