import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningRedis } from './redis.ts';

/** What a server needs to be a node of a cluster. */
export const NODE_ARGS = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000'] as const;

/** The first and the last slot of each node. */
export const SLOTS = [
  [0, 5_460],
  [5_461, 10_922],
  [10_923, 16_383],
] as const;

const DEADLINE_MS = 20_000;

/** Makes a Redis Cluster without replicas of three nodes that run, and waits until all of them know it whole. */
export async function joinCluster(nodes: readonly RunningRedis[]): Promise<void> {
  for (const [index, [from, to]] of SLOTS.entries()) await nodes[index]?.command('CLUSTER', 'ADDSLOTSRANGE', from, to);
  for (const { port } of nodes.slice(1)) await nodes[0]?.command('CLUSTER', 'MEET', '127.0.0.1', port);
  const deadline = performance.now() + DEADLINE_MS;
  for (const node of nodes) {
    while (!(await knowsAll(node))) {
      if (performance.now() > deadline) throw new Error(`The node at ${node.url} did not know its cluster within ${DEADLINE_MS / 1000} s.`);
      await sleep(25);
    }
  }
}

async function knowsAll(node: RunningRedis): Promise<boolean> {
  const info = String(await node.command('CLUSTER', 'INFO'));
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${SLOTS.length}`);
}
