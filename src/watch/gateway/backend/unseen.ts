import { isUnverifiedHit, routeStateOf } from '../../../verdict/route-state.ts';
import type { RouteResult, Signals } from '../../../verdict/signals.ts';

/** So many rounds running tell that what nobody sees is not there. */
const ROUNDS = 10;

/** Counts rounds in which pairs hit and nothing of it was seen in the target. */
export interface UnseenCount {
  /**
   * Takes in a round of pairs. True from the tenth on, running, in which all pairs hit, no key could be looked up, and
   * nothing at all was written to the target, a server that is no part of a cluster: each pair writes its answer.
   */
  enter(results: readonly RouteResult[], signals: Pick<Signals, 'deltas' | 'server'>): boolean;
  /** What the last round left. */
  readonly writesUnwatched: boolean;
}

/** Starts without a round. */
export function countUnseen(): UnseenCount {
  let rounds = 0;
  return {
    enter(results, { deltas, server }) {
      const areHits = results.length > 0 && results.every((result) => isUnverifiedHit(result) || routeStateOf(result) === 'unwatched');
      if (!areHits || (deltas?.sets ?? 0) > 0) rounds = 0;
      // A round in which the server could not be read speaks neither for it nor against it.
      else if (deltas?.sets === 0 && server?.mode === 'standalone') rounds += 1;
      return rounds >= ROUNDS;
    },
    get writesUnwatched() {
      return rounds >= ROUNDS;
    },
  };
}
