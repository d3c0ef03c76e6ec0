import { countKeys, type KeySample, sampleKeys } from '../../../redis/census.ts';
import type { Cluster, ClusterNode } from '../../../redis/connection/cluster.ts';
import { RedisError, settle } from '../../../redis/connection/failure.ts';
import type { Connection } from '../../../redis/connection/target.ts';

/**
 * Draws `size` keys from all masters together, from each as many as it has a share of the keys, with one connection to each. Fails with the
 * RedisError of the first master that fails, which names it: a census of a part of a cluster is none.
 */
export async function sampleMasters(cluster: Cluster, size: number, signal: AbortSignal): Promise<KeySample[]> {
  const masters = cluster.masters();
  const links = new Map<ClusterNode, Connection>();
  const onEach = <T>(run: (master: ClusterNode, redis: Connection) => Promise<T>): Promise<T[]> =>
    Promise.all([...links].map(([master, redis]) => named(master, run(master, redis))));
  try {
    await Promise.all(
      masters.map(async (master) => {
        const redis = await named(master, open(master, signal));
        links.set(master, redis);
      }),
    );
    const counts = new Map(await onEach(async (master, redis) => [master, await countKeys(master.target, redis, signal)] as const));
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    return await onEach((master, redis) => {
      const drawn = Math.ceil((size * (counts.get(master) ?? 0)) / Math.max(1, total));
      return sampleKeys(master.target, redis, drawn, signal, 1 / links.size);
    });
  } finally {
    for (const redis of links.values()) redis.disconnect();
  }
}

/** Connects with the exporter's credential, where the master's own watch has found that it is accepted. */
async function open({ target }: ClusterNode, signal: AbortSignal): Promise<Connection> {
  if (target.auth !== 'ok' && target.auth !== 'disabled')
    throw new RedisError(
      target.state?.failure ?? 'unknown',
      'the credential of the exporter is not accepted, or the node cannot be reached',
    );
  return target.open(target.credential, signal);
}

async function named<T>({ name }: ClusterNode, attempt: Promise<T>): Promise<T> {
  const settled = await settle(attempt);
  if (settled.ok) return settled.value;
  const { failure, message, prefix, refusal } = settled.error;
  throw new RedisError(failure, `${name}: ${message}`, prefix, refusal);
}
