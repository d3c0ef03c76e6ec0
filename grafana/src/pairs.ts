import { calc, counter, increase, sum, type Vector } from './query.ts';

/** What a pair comes to that says nothing about the cache: no answer to compare, or a control that failed. */
const UNJUDGED = ['error_first', 'error_duplicate', 'control_failed'] as const;
const RIGHT = ['ok', 'hit_unverified', 'hit_unlabelled'] as const;

/** The share of the pairs of the probe window that were right, of those that tell: what the objective of 99 % is about. */
export const RIGHT_SHARE: Vector<'gateway'> = calc`${pairs(RIGHT)} / ${pairs({ not: UNJUDGED })}`;

function pairs(outcome: typeof RIGHT | { not: typeof UNJUDGED }): Vector<'gateway'> {
  return sum(['gateway'], increase(counter('llm.cache.probe.pairs', { outcome }), '$window'));
}
