import { combinations, type Sample, sample } from '../../../catalogue/sample.ts';
import { CLUSTER_SLOTS } from '../../../model/redis.ts';
import type { NodeEntry } from '../../../redis/replies/cluster/entry.ts';
import type { ClusterInfo } from '../../../redis/replies/cluster/info.ts';

/** What a node says of the slots of its cluster. */
export function clusterSamples({ ok, slots }: ClusterInfo): Sample[] {
  return [
    ...(ok === undefined ? [] : [sample('redis.cluster.state', {}, ok ? 1 : 0)]),
    ...CLUSTER_SLOTS.flatMap((state) => {
      const count = slots[state];
      return count === undefined ? [] : [sample('redis.cluster.slots', { state }, count)];
    }),
  ];
}

/** How many nodes a cluster has, by role and state. */
export function nodeSamples(nodes: readonly Pick<NodeEntry, 'role' | 'state'>[]): Sample[] {
  return combinations('redis.cluster.nodes', {}).map((labels) =>
    sample('redis.cluster.nodes', labels, nodes.filter(({ role, state }) => role === labels.role && state === labels.state).length),
  );
}

/** Of what several nodes say of their cluster the worst: a node that sees no trouble may have been cut off from it. Undefined where none tells. */
export function worstInfo(infos: readonly ClusterInfo[]): ClusterInfo | undefined {
  return infos.toSorted((a, b) => trouble(b) - trouble(a)).at(0);
}

function trouble({ ok, slots }: ClusterInfo): number {
  const { fail = 0, pfail = 0 } = slots;
  return (ok === false ? 1_000_000 : 0) + 16 * fail + pfail;
}
