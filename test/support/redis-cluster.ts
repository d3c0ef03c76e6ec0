import { joinCluster, NODE_ARGS, SLOTS } from '../../dev/redis-cluster.ts';
import { type RunningRedis, startRedis } from './redis.ts';

/** Starts a Redis Cluster of three nodes without replicas, and waits until all of them know it whole. */
export async function startRedisCluster(): Promise<RunningRedis[]> {
  const nodes = await Promise.all(SLOTS.map(() => startRedis({ args: NODE_ARGS })));
  await joinCluster(nodes);
  return nodes;
}
