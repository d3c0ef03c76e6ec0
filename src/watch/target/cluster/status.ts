import type { AuthState } from '../../../model/redis.ts';
import type { CredentialStatus, NodeStatus, TargetStatus } from '../../../model/status.ts';
import type { ClusterNode } from '../../../redis/connection/cluster.ts';
import { sumOfKnown } from '../../../redis/replies/keyspace.ts';

/** A node and what its own watch shows of it. */
export interface SeenNode {
  readonly node: ClusterNode;
  readonly status: TargetStatus;
}

/** Clients that are listed. */
const MAX_CLIENTS = 50;

/** A node for the page: the name, what it is there for, how it is. */
function nodeStatus({ node, status }: SeenNode): NodeStatus {
  const slots = node.slots.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  const { up, failure, keys, usedMemoryBytes } = status;
  return { name: node.name, role: node.role, state: node.state, slots, up, failure, keys, usedMemoryBytes };
}

type Together = Omit<TargetStatus, 'name' | 'address' | 'up' | 'failure' | 'detail'>;

/** What is shown of a cluster: counts of its masters together, and of everybody who was refused on any node. */
export function together(all: readonly SeenNode[], masters: readonly SeenNode[]): Together {
  const statuses = all.map(({ status }) => status);
  const of = masters.map(({ status }) => status);
  const only = <T>(values: readonly (T | undefined)[]) => (new Set(values).size === 1 ? values[0] : undefined);
  const refused = statuses
    .flatMap((status) => status.refused ?? [])
    .sort((a, b) => b.at - a.at)
    .slice(0, MAX_CLIENTS);
  const noauth = statuses.flatMap((status) => status.noauth ?? []).sort((a, b) => b.at - a.at)[0];
  const unseen = [...new Set(statuses.flatMap((status) => status.unseen ?? []))];
  const versions = [...new Set(statuses.flatMap(({ version }) => version ?? []))].sort();
  return {
    version: versions.length === 0 ? undefined : versions.join(', '),
    keys: total(of.map(({ keys }) => keys)),
    usedMemoryBytes: total(of.map(({ usedMemoryBytes }) => usedMemoryBytes)),
    maxMemoryBytes: total(of.map(({ maxMemoryBytes }) => maxMemoryBytes)),
    maxMemoryPolicy: only(of.map(({ maxMemoryPolicy }) => maxMemoryPolicy)),
    evictedKeys: total(of.map(({ evictedKeys }) => evictedKeys)),
    authRequired: statuses.some(({ authRequired }) => authRequired === false)
      ? false
      : only(statuses.map(({ authRequired }) => authRequired)),
    credentials: credentialsOf(statuses),
    rejectionsOfOthers: {
      WRONGPASS: counted(statuses.map(({ rejectionsOfOthers }) => rejectionsOfOthers.WRONGPASS)),
      NOAUTH: counted(statuses.map(({ rejectionsOfOthers }) => rejectionsOfOthers.NOAUTH)),
      NOPERM: counted(statuses.map(({ rejectionsOfOthers }) => rejectionsOfOthers.NOPERM)),
    },
    ...(unseen.length > 0 && { unseen }),
    nodes: all.map(nodeStatus),
    ...(refused.length > 0 && { refused }),
    ...(noauth !== undefined && { noauth }),
  };
}

function total(counts: readonly (number | undefined)[]): number | undefined {
  return counts.length === 0 ? undefined : sumOfKnown(counts);
}

/** Of what some nodes count; a node that does not show it takes nothing from what the others do. */
function counted(counts: readonly (number | undefined)[]): number | undefined {
  return total(counts.filter((count) => count !== undefined));
}

const WORST: readonly AuthState[] = ['failed', 'unknown', 'disabled', 'ok'];

/** Each credential once, as it is on the node where it is worst. */
export function credentialsOf(statuses: readonly Pick<TargetStatus, 'credentials'>[]): CredentialStatus[] {
  const worst = new Map<string, CredentialStatus>();
  for (const credential of statuses.flatMap(({ credentials }) => credentials)) {
    const other = worst.get(credential.credential);
    if (other === undefined || WORST.indexOf(credential.state) < WORST.indexOf(other.state)) worst.set(credential.credential, credential);
  }
  return [...worst.values()];
}
