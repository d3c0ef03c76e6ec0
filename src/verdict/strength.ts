import type { Cause } from '../model/cache.ts';

/**
 * How much a proof weighs, the strongest first: a `state` of the server or of the gateway that shows it; the
 * gateway's `own` key, answer, address or credential; a `counter` against its own history; a `symptom`, which another cause
 * brings about as well.
 */
export const STRENGTH = ['state', 'own', 'counter', 'symptom'] as const;
export type Strength = (typeof STRENGTH)[number];

/** A cause that there is evidence for. */
export interface Candidate {
  cause: Cause;
  strength: Strength;
  /** Of a counter: how much stronger it moved than it usually does. It counts among counters only. */
  ratio?: number | undefined;
  /** The same at the least, where all that others did in a pause may have come at once; `ratio` without it. */
  least?: number | undefined;
  /** The sentence that proves it. */
  sentence: string;
}

/**
 * The strongest candidates: one where a single cause is the strongest, one for each cause where several are equally
 * strong, none without candidates. Of a cause with several proofs the first of the strongest gives the sentence.
 */
export function strongest(candidates: readonly Candidate[]): Candidate[] {
  const [top, ...rest] = candidates;
  if (top === undefined) return [];
  const best = rest.reduce((most, next) => (outweighs(next, most) ? next : most), top);
  const equal = candidates.filter((candidate) => !outweighs(best, candidate));
  return equal.filter(({ cause }, index) => equal.findIndex((other) => other.cause === cause) === index);
}

/** Whether one candidate is stronger than another. */
export function outweighs(one: Candidate, other: Candidate): boolean {
  const [mine, theirs] = [STRENGTH.indexOf(one.strength), STRENGTH.indexOf(other.strength)];
  if (mine !== theirs) return mine < theirs;
  return one.strength === 'counter' && (one.least ?? one.ratio ?? 0) > (other.ratio ?? 0);
}
