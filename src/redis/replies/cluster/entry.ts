import type { NodeRole, NodeState } from '../../../model/redis.ts';
import { namedHost, namedPort, nodeText } from '../../../source/redis-url.ts';
import type { SlotRange } from './slots.ts';

/** Where a node is for the one who asked, and over TLS; the host has no brackets. */
export interface Place {
  host: string;
  port: number;
  tls: boolean;
}

/**
 * A node as one of its cluster describes it. `name` is its `host:port`; undefined where it has no address that can be connected to. `isAsked`: the
 * reply names no host, so that it is the one that was asked, which another way to the same node would call otherwise.
 */
export interface NodeEntry {
  id: string;
  name: string | undefined;
  host: string | undefined;
  port: number | undefined;
  isAsked: boolean;
  role: NodeRole;
  state: NodeState;
  slots: readonly SlotRange[];
}

/** A cluster has at most 1,000 nodes (Redis Cluster specification): more are not read. */
export const MAX_NODES = 1_000;
const ID = /^[0-9a-zA-Z]{1,64}$/;

/** The id of a node; undefined where it is none. */
export function idOf(value: unknown): string | undefined {
  return typeof value === 'string' && ID.test(value) ? value : undefined;
}

/**
 * Where a node is. Of several forms of its host the first that can be one counts; an empty one, and none at all, is the host that was asked (Redis
 * documentation, CLUSTER SHARDS and CLUSTER SLOTS), `?` is a host that the cluster does not know.
 */
export function placed(hosts: readonly unknown[], port: unknown, from: Place): Pick<NodeEntry, 'name' | 'host' | 'port' | 'isAsked'> {
  const number = namedPort(port);
  const [preferred] = hosts;
  const isAsked = preferred === undefined || preferred === null || preferred === '';
  const host = isAsked ? from.host : hosts.map(namedHost).find((known) => known !== undefined && !known.includes('%'));
  if (host === undefined || number === undefined) return { name: undefined, host: undefined, port: undefined, isAsked: false };
  return { name: nodeText({ host: host.toLowerCase(), port: number }), host: host.toLowerCase(), port: number, isAsked };
}
