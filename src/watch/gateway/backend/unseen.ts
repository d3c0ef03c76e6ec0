import type { Finding, Signals } from '../../../verdict/signals.ts';
import { isUnseenHit, standingOf } from '../../../verdict/standing.ts';

/** So many rounds running tell that what nobody sees is not there. */
const ROUNDS = 10;

/** Counts rounds in which pairs hit and nothing of it was seen in the target. */
export interface UnseenCount {
  /**
   * Takes in a round of pairs. True from the tenth on, running, in which all pairs hit, no key could be looked up, and
   * nothing at all was written to the target, a server that is no part of a cluster: each pair writes its answer.
   */
  enter(findings: readonly Finding[], signals: Pick<Signals, 'moved' | 'server'>): boolean;
  /** What the last round left. */
  readonly writesElsewhere: boolean;
}

/** Starts without a round. */
export function countUnseen(): UnseenCount {
  let rounds = 0;
  return {
    enter(findings, { moved, server }) {
      const areHits = findings.length > 0 && findings.every((finding) => isUnseenHit(finding) || standingOf(finding) === 'elsewhere');
      if (!areHits || (moved?.sets ?? 0) > 0) rounds = 0;
      // A round in which the server could not be read speaks neither for it nor against it.
      else if (moved?.sets === 0 && server?.mode === 'standalone') rounds += 1;
      return rounds >= ROUNDS;
    },
    get writesElsewhere() {
      return rounds >= ROUNDS;
    },
  };
}
