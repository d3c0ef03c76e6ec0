import { CLUSTER_SLOTS, type ClusterSlots } from '../../../model/redis.ts';
import { parseInfo } from '../info.ts';
import type { Query } from '../query.ts';
import { SLOTS } from './slots.ts';

/** What CLUSTER INFO tells. What a reply does not hold is undefined. */
export interface ClusterInfo {
  /** Whether the cluster serves all slots, by the word of the node. */
  ok: boolean | undefined;
  slots: Readonly<Partial<Record<ClusterSlots, number>>>;
}

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
