import { type CacheMark, type Outcome, ROUTES, type Route } from '../model/cache.ts';
import type { KeyState } from '../redis/probe-keys/lookup.ts';

/**
 * What kind of pair it was: `own` with the probe's cache controls, `plain` without any, as users send
 * requests, `control` a negative control, whose duplicate asks for no cached answer.
 */
export const PAIR_KIND = ['own', 'plain', 'control'] as const;
export type PairKind = (typeof PAIR_KIND)[number];

/** What was seen of a pair. `duplicate` is undefined when none was sent. */
export interface PairObservation {
  kind: PairKind;
  first: CacheMark | 'error';
  duplicate: CacheMark | 'error' | undefined;
  labelled: boolean;
  /** One of the answers is the answer to another prompt. */
  other?: boolean | undefined;
  /** The answer of a duplicate that hit is not the one that was stored, in a part that a program acts on. */
  altered?: boolean | undefined;
  key: KeyState;
  /** The key was written and lost before the pair ended. */
  lostAfterWrite?: boolean | undefined;
}

/**
 * The outcome of a pair. A negative control that missed, as it must, says nothing of reading: it gives
 * undefined, unless its key was not written either.
 */
export function outcomeOf(seen: PairObservation): Outcome | undefined {
  const { kind, first, duplicate, labelled, key, lostAfterWrite = false } = seen;
  if (first === 'error') return 'error_first';
  if (first === 'hit') return 'hit_on_first';
  if (duplicate === 'error' || duplicate === undefined) return 'error_duplicate';
  if (seen.other) return 'hit_on_first';
  if (kind === 'control') {
    if (duplicate === 'hit') return 'control_failed';
    return key === 'absent' ? missOutcome(lostAfterWrite) : undefined;
  }
  if (duplicate === 'hit') {
    if (seen.altered) return 'hit_altered';
    if (key === 'absent' || key === 'other_database') return 'hit_not_in_redis';
    if (!labelled) return 'hit_unlabelled';
    return key === 'present' ? 'ok' : 'hit_unverified';
  }
  // An answer that does not tell is taken for a miss that cannot be explained.
  if (duplicate === 'unknown' || key === 'unknown') return 'miss_unexplained';
  if (key === 'absent' || lostAfterWrite) return missOutcome(lostAfterWrite);
  return 'miss_key_present';
}

/** Whether a lost key was there when the duplicate needed it is not known. */
function missOutcome(lostAfterWrite: boolean): Outcome {
  return lostAfterWrite ? 'miss_unexplained' : 'miss_not_written';
}

/** Whether an outcome leaves nothing to explain: the duplicate was answered from the cache, as it should be. */
export function isSuccess(outcome: Outcome): boolean {
  return outcome === 'ok' || outcome === 'hit_unverified' || outcome === 'hit_unlabelled';
}

/** Whether the duplicate was answered from the cache, with the answer that was stored or an altered one. */
export function isHit(outcome: Outcome): boolean {
  return isSuccess(outcome) || outcome === 'hit_altered' || outcome === 'hit_not_in_redis';
}

/**
 * The kind of a route's pair by its number, from 1. Every tenth pair of a route whose hits prove a read is plain, to see
 * what users' entries get; every twentieth pair of a route is a negative control.
 */
export function pairKind(route: Route, number: number): PairKind {
  if (ROUTES[route].provesRead !== 'none' && number % 10 === 0) return 'plain';
  return number % 20 === 15 ? 'control' : 'own';
}
