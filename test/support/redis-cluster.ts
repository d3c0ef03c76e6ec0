import type { ServerRelease } from '../../dev/redis.ts';
import { joinCluster, NODE_ARGS, nodePort, SLOTS } from '../../dev/redis-cluster.ts';
import { type RunningRedis, startRedis } from './redis.ts';

/** Starts a Redis Cluster of three masters, with a replica each where asked, and waits until all nodes know it whole. The masters come first. */
export async function startRedisCluster(
  options: { release?: ServerRelease; replicas?: boolean; args?: readonly string[] } = {},
): Promise<RunningRedis[]> {
  const { release = '8.2.3', replicas = false, args = [] } = options;
  const count = replicas ? 2 * SLOTS.length : SLOTS.length;
  const nodes = await Promise.all(
    Array.from({ length: count }, async () => startRedis({ release, port: await nodePort(), args: [...NODE_ARGS, ...args] })),
  );
  await joinCluster(nodes);
  return nodes;
}
