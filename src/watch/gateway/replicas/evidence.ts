import type { Health } from '../../../litellm/health.ts';
import type { ReplicaStatus } from '../../../model/status.ts';
import { GATEWAY_FAILURE_PROSE, OUTCOME_PROSE } from '../../../verdict/pair-words.ts';

/** One replica and what it says of itself. */
export type ReplicaHealth = { name: string } & Pick<Health, 'failure' | 'ready' | 'version'>;

/** So many names are listed of each kind; the page shows every pair. */
const NAMED = 4;

/** Sentences on a gateway's replicas: which are down or not ready, which run another release, which do not read what others wrote. */
export function replicaEvidence(replicas: readonly ReplicaHealth[], pairs: readonly ReplicaStatus[]): string[] {
  const down = replicas.filter(({ failure }) => failure !== undefined);
  const alive = replicas.filter(({ failure }) => failure === undefined);
  const versions = new Set(alive.flatMap(({ version }) => version ?? []));
  const unread = pairs.filter(({ from, to, outcome }) => from !== to && outcome.startsWith('miss_'));
  return [
    ...sentence(
      down.map(({ name, failure }) => `${name} (${GATEWAY_FAILURE_PROSE[failure ?? 'unknown']})`),
      (names) => `Down: ${names}.`,
    ),
    ...sentence(
      alive.filter(({ ready }) => !ready).map(({ name }) => name),
      (names) => `Not ready: ${names}.`,
    ),
    ...(versions.size > 1
      ? sentence(
          alive.map(({ name, version }) => `${name} ${version ?? 'unknown'}`),
          (names) => `The replicas run different releases: ${names}.`,
        )
      : []),
    ...sentence(
      unread.map(({ from, to, outcome }) => `${to} did not read what ${from} wrote (${OUTCOME_PROSE[outcome]})`),
      (names) => `Replica ${names}.`,
    ),
  ];
}

function sentence(parts: readonly string[], words: (names: string) => string): string[] {
  if (parts.length === 0) return [];
  const more = parts.length - NAMED;
  return [words(`${parts.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`)];
}
