import { eventually } from './eventually.ts';
import { type RunningRedis, startRedis } from './redis.ts';

/** The first and the last slot of each node. */
const SLOTS = [
  [0, 5_460],
  [5_461, 10_922],
  [10_923, 16_383],
] as const;

/** Starts a Redis Cluster of three nodes without replicas, and waits until all of them know it whole. */
export async function startRedisCluster(): Promise<RunningRedis[]> {
  const nodes = await Promise.all(SLOTS.map(() => startRedis({ args: ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000'] })));
  for (const [index, [from, to]] of SLOTS.entries()) await nodes[index]?.command('CLUSTER', 'ADDSLOTSRANGE', from, to);
  for (const { port } of nodes.slice(1)) await nodes[0]?.command('CLUSTER', 'MEET', '127.0.0.1', port);
  for (const node of nodes) {
    await eventually(async () => {
      const info = String(await node.command('CLUSTER', 'INFO'));
      return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${SLOTS.length}`);
    }, 20_000);
  }
  return nodes;
}
