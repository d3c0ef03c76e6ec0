import type { NoauthCandidate, RefusedClient, TargetStatus } from '../model/status.ts';
import { bytes, count } from './quantities.ts';
import type { Tone } from './words.ts';

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
