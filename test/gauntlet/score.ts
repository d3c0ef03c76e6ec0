import type { Cause, Verdict } from '../../src/model/cache.ts';
import type { Reading } from './reading.ts';

/** How a run ended. Everything but `right` and `undetermined` is a failure; a wrong cause is the worst of them. */
export const SCORE = ['right', 'undetermined', 'late', 'wrong verdict', 'wrong cause', 'not healed'] as const;
export type Score = (typeof SCORE)[number];

/** What the exporter says of a gateway. */
export type Word = Pick<Reading, 'verdict' | 'cause'>;

/** What is known of a run when it is over. */
export interface Course {
  verdicts: readonly Verdict[];
  causes: readonly Cause[];
  /** Causes that are true in passing. */
  besides: readonly Cause[];
  /** Verdicts that are true in passing, of a fault that is over by itself. */
  passing: readonly Verdict[] | undefined;
  /** Several causes are true at once, so that none may be named. */
  ambiguous?: boolean | undefined;
  /** Everything that was said, from the injection until the healing. */
  path: readonly Word[];
  /** What was said in the end, whether all that is expected was seen then, and whether that was in time. */
  found: Word;
  complete: boolean;
  inTime: boolean;
  healed: boolean;
}

/** Judges a run: a cause that was wrong at any time counts before everything else. */
export function scoreOf({ verdicts, causes, besides, passing, ambiguous, path, found, complete, inTime, healed }: Course): Score {
  const fair: readonly Cause[] = [...causes, ...besides, 'none', 'undetermined'];
  if (path.some(({ cause }) => !fair.includes(cause))) return 'wrong cause';
  const seen = passing === undefined ? [found] : [...path, found];
  if (seen.some(({ verdict }) => ![...verdicts, ...(passing ?? [])].includes(verdict))) return 'wrong verdict';
  if (!verdicts.includes(found.verdict)) return 'wrong verdict';
  if (found.cause !== 'undetermined' && !complete) return 'wrong verdict';
  if (!healed) return 'not healed';
  if (found.cause === 'undetermined') return ambiguous ? 'right' : 'undetermined';
  return passing === undefined && !inTime ? 'late' : 'right';
}
