import type { Credential, ServerConfig, TargetConfig } from '../../config/effective.ts';
import { type AuthState, EXPORTER_CREDENTIAL, type NodeRole, type NodeState } from '../../model/redis.ts';
import { nodeText, parseNode } from '../../source/redis-url.ts';
import type { NodeEntry, Place } from '../replies/cluster/entry.ts';
import type { SlotRange } from '../replies/cluster/slots.ts';
import { keySlot } from '../replies/key-slot.ts';
import { describeAddress } from './address.ts';
import { createTarget } from './connect.ts';
import type { Target, TargetState } from './target.ts';

/** A node of a cluster: the way in, and what the others say of it. */
export interface ClusterNode {
  /** `host:port`. */
  readonly name: string;
  readonly target: Target;
  /** What follows is undefined of a node of the configuration while no node was asked. */
  readonly id: string | undefined;
  readonly role: NodeRole | undefined;
  readonly state: NodeState | undefined;
  readonly slots: readonly SlotRange[];
}

/** What the watches of one Redis Cluster share: its nodes, as they were found last, and what they make of it together. */
export interface Cluster {
  readonly config: ServerConfig;
  /** Where it is, for people, without any secret. */
  readonly address: string;
  /** The exporter's own credential. */
  readonly credential: Credential;
  /** Of the masters together; set by the watch of the cluster. */
  auth: AuthState;
  /** What the last scrape of the nodes found together; undefined until one was made. */
  state?: TargetState;
  /** Every node that is watched: those of the configuration until the others were found. */
  readonly nodes: readonly ClusterNode[];
  /** Nodes that the cluster has beside those that are watched. */
  readonly beside: ClusterRest;
  /** The nodes that have slots; every node that may be a master while none is known to have any. */
  masters(): readonly ClusterNode[];
  /** The master that a key is on; undefined while none is known to have its slot. */
  ownerOf(key: string): ClusterNode | undefined;
  /** Takes in which nodes there are. None is no news. */
  learn(nodes: readonly NodeEntry[]): void;
  /** Goes back to the nodes of the configuration. */
  forget(): void;
}

/** What of a cluster is not watched. */
interface ClusterRest {
  /** Nodes that say no address that can be connected to. */
  readonly unplaced: readonly NodeEntry[];
  /** How many more there are than are watched at most. */
  readonly tooMany: number;
}

/** Each node costs two connections and a canary at every scrape. */
export const MAX_NODES = 100;

const NO_REST: ClusterRest = { unplaced: [], tooMany: 0 };

/** A cluster of a configuration; `siblings` are the servers of the other targets of this process. Nothing is connected. */
export function createCluster(config: ServerConfig & Pick<TargetConfig, 'cluster'>, siblings: () => Iterable<Target> = () => []): Cluster {
  const targets = new Map<string, Target>();
  const tls = config.tls !== undefined;
  const seeds = (config.cluster?.nodes ?? []).flatMap((text) => parseNode(text.toLowerCase()) ?? []);
  let nodes: readonly ClusterNode[] = [];
  let beside = NO_REST;

  function targetOf(place: Place): Target {
    const name = nodeText(place);
    const url = `${tls ? 'rediss' : 'redis'}://${name}`;
    const known = targets.get(name) ?? createTarget({ ...config, cluster: undefined, address: { ...place, db: 0, url } }, siblings);
    targets.set(name, known);
    return known;
  }

  function dropOthers(): void {
    const names = new Set(nodes.map(({ name }) => name));
    for (const name of targets.keys()) if (!names.has(name)) targets.delete(name);
  }

  function forget(): void {
    nodes = seeds.map((seed) => {
      const place = { ...seed, tls };
      return { name: nodeText(place), target: targetOf(place), id: undefined, role: undefined, state: undefined, slots: [] };
    });
    beside = NO_REST;
    dropOthers();
  }

  function masters(): readonly ClusterNode[] {
    const owners = nodes.filter(({ slots }) => slots.length > 0);
    return owners.length > 0 ? owners : nodes.filter(({ role }) => role !== 'replica');
  }

  forget();
  return {
    config,
    address: describeAddress(config),
    credential: { name: EXPORTER_CREDENTIAL, username: config.username, password: config.password },
    auth: 'unknown',
    get nodes() {
      return nodes;
    },
    get beside() {
      return beside;
    },
    masters,
    ownerOf(key) {
      const slot = keySlot(key);
      return nodes.find(({ slots }) => slots.some(([first, last]) => first <= slot && slot <= last));
    },
    learn(entries) {
      const unplaced = entries.filter(({ name }) => name === undefined);
      // What holds keys is watched first.
      const placed = entries
        .filter(({ name }) => name !== undefined)
        .sort((a, b) => Number(b.slots.length > 0) - Number(a.slots.length > 0));
      if (placed.length === 0) return;
      nodes = placed.slice(0, MAX_NODES).flatMap(({ name, host, port, id, role, state, slots }): ClusterNode[] => {
        if (name === undefined || host === undefined || port === undefined) return [];
        return [{ name, target: targetOf({ host, port, tls }), id, role, state, slots }];
      });
      beside = { unplaced, tooMany: Math.max(0, placed.length - MAX_NODES) };
      dropOthers();
    },
    forget,
  };
}
