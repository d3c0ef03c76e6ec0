import type { NoauthCandidate, NodeStatus, RefusedClient, TargetStatus } from '../model/status.ts';
import { bytes, count } from './quantities.ts';
import { FAILURE_WORDS, type Tone } from './words.ts';

/** How full a target is: `700 MiB of 1.0 GiB (68 %)`; undefined while it is not known. */
export function memoryText(target: TargetStatus): string | undefined {
  const { usedMemoryBytes: used, maxMemoryBytes: max } = target;
  if (used === undefined) return undefined;
  const share = memoryShare(target);
  return share === undefined ? `${bytes(used)}, no limit` : `${bytes(used)} of ${bytes(max ?? 0)} (${(100 * share).toFixed(0)} %)`;
}

/** The used part of the memory that a target may use, 1 when it is full; undefined while it is not known and without a limit. */
export function memoryShare({ usedMemoryBytes: used, maxMemoryBytes: max }: TargetStatus): number | undefined {
  return used === undefined || max === undefined || max === 0 ? undefined : used / max;
}

/** Refusals of others that were counted: `1,047 NOAUTH, 2 NOPERM`; undefined when there were none. */
export function rejectionsText({ rejectionsOfOthers }: TargetStatus): string | undefined {
  const counted = Object.entries(rejectionsOfOthers).flatMap(([prefix, times = 0]) => (times > 0 ? [[prefix, times] as const] : []));
  return counted.length === 0 ? undefined : counted.map(([prefix, times]) => `${count(times)} ${prefix}`).join(', ');
}

/** Whether a target can be used, as a word. */
export function targetState({ up, failure }: TargetStatus): { tone: Tone; title: string } {
  if (up === undefined) return { tone: 'none', title: 'not tried' };
  if (!up) return { tone: 'bad', title: 'down' };
  return failure === undefined ? { tone: 'good', title: 'up' } : { tone: 'bad', title: 'up, not readable' };
}

/** What a client was refused: `login (hello)`, `command get`, `key`. */
export function refusalText({ reason, what }: RefusedClient): string {
  if (reason === 'auth') return `login (${what})`;
  return reason === what ? reason : `${reason} ${what}`;
}

/** What is known of those who came without a password. */
export function noauthText(candidates: readonly NoauthCandidate[] | undefined): string {
  const nobody = 'Redis does not record who sends commands without a password (NOAUTH).';
  if (candidates === undefined) return `${nobody} Its clients could not be listed: see the ACL line of the documentation.`;
  return candidates.length === 0
    ? `${nobody} At the last check no connection was left that may have sent them.`
    : `${nobody} These connections of the user default may have:`;
}

/** Nodes of a cluster that are listed at most. */
const MAX_NODES = 24;

/** The nodes of a cluster for a list, those with trouble first, then masters before replicas, and how many more there are. */
export function listedNodes(nodes: readonly NodeStatus[]): { nodes: NodeStatus[]; more: number } {
  const trouble = ({ state, up, failure }: NodeStatus) =>
    up === false || failure !== undefined || state === 'fail' || state === 'pfail' ? 0 : 1;
  const rank = (node: NodeStatus) => 2 * trouble(node) + (node.slots > 0 ? 0 : 1);
  const sorted = nodes.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
  return { nodes: sorted.slice(0, MAX_NODES), more: Math.max(0, nodes.length - MAX_NODES) };
}

/** How a node is: in the eyes of the cluster, where that tells of trouble, and of this exporter. */
export function nodeState({ state, up, failure }: NodeStatus): { tone: Tone; title: string } {
  const cluster = state === 'fail' ? 'failed' : state === 'pfail' ? 'may have failed' : undefined;
  const own = up === undefined ? 'not tried' : failure !== undefined ? FAILURE_WORDS[failure] : up ? undefined : 'down';
  const words = [cluster, own].filter((word) => word !== undefined);
  if (words.length === 0) return { tone: 'good', title: 'ok' };
  return { tone: up === undefined && cluster === undefined ? 'none' : 'bad', title: words.join(', ') };
}

/** The slots of a node: `5,461`; empty for none. */
export function slotsText({ slots }: NodeStatus): string {
  return slots === 0 ? '' : count(slots);
}

/** What the Sentinels of a target say of themselves: `3 known, quorum ok, 2 replicas, 1 failover since the start`. */
export function sentinelText({ sentinels }: TargetStatus): string {
  const { known, quorumOk, replicas, failovers = 0 } = sentinels ?? {};
  const parts = [
    known === undefined ? 'answer' : `${count(known)} known`,
    quorumOk === undefined ? undefined : quorumOk ? 'quorum ok' : 'NO QUORUM for a failover',
    replicas === undefined ? undefined : `${count(replicas)} ${replicas === 1 ? 'replica' : 'replicas'}`,
    failovers === 0 ? undefined : `${count(failovers)} ${failovers === 1 ? 'failover' : 'failovers'} since the start`,
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}
