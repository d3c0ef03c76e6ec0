import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, isFree } from './process.ts';
import type { RunningRedis } from './redis.ts';

/** What a server needs to be a node of a cluster. */
export const NODE_ARGS = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000'] as const;

/** The first and the last slot of each node. */
export const SLOTS = [
  [0, 5_460],
  [5_461, 10_922],
  [10_923, 16_383],
] as const;

/** The nodes talk to each other at the port that is higher by so much. */
const BUS = 10_000;
const HIGHEST_PORT = 65_535;

/** A free port whose bus port is one, too. */
export async function nodePort(): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (port <= HIGHEST_PORT - BUS && (await isFree(port + BUS))) return port;
  }
}

const DEADLINE_MS = 20_000;

/**
 * Makes a Redis Cluster of nodes that run, the first three its masters and those behind them their replicas in turn, and waits until all of
 * them know it whole.
 */
export async function joinCluster(nodes: readonly RunningRedis[]): Promise<void> {
  // Release 6.2 has no ADDSLOTSRANGE.
  for (const [index, [from, to]] of SLOTS.entries())
    await nodes[index]?.command('CLUSTER', 'ADDSLOTS', ...Array.from({ length: to - from + 1 }, (_, slot) => from + slot));
  // Nodes with the same epoch would only agree on it later, one after the other.
  for (const [index, node] of nodes.entries()) await node.command('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
  for (const { port } of nodes.slice(1)) await nodes[0]?.command('CLUSTER', 'MEET', '127.0.0.1', port);
  const deadline = performance.now() + DEADLINE_MS;
  const until = async (node: RunningRedis, holds: () => Promise<boolean>) => {
    while (!(await holds())) {
      if (performance.now() > deadline) throw new Error(`The node at ${node.url} did not know its cluster within ${DEADLINE_MS / 1000} s.`);
      await sleep(25);
    }
  };
  for (const node of nodes) await until(node, () => knowsAll(node, nodes.length));
  for (const [index, replica] of nodes.slice(SLOTS.length).entries()) {
    const master = nodes[index % SLOTS.length];
    await replica.command('CLUSTER', 'REPLICATE', String(await master?.command('CLUSTER', 'MYID')));
    await until(replica, async () => String(await replica.command('INFO', 'replication')).includes('master_link_status:up'));
  }
  const replicas = nodes.length - SLOTS.length;
  const knowsReplicas = async (node: RunningRedis) => String(await node.command('CLUSTER', 'NODES')).split('slave').length - 1 === replicas;
  for (const node of nodes) await until(node, () => knowsReplicas(node));
}

async function knowsAll(node: RunningRedis, nodes: number): Promise<boolean> {
  const info = String(await node.command('CLUSTER', 'INFO'));
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodes}`);
}
