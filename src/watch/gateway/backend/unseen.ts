import { isUnverifiedHit, routeStateOf } from '../../../verdict/route-state.ts';
import type { RouteResult, Signals } from '../../../verdict/signals.ts';

/** So many rounds one after the other tell that what is not seen in the target is not there. */
const ROUNDS = 10;

/**
 * How many rounds one after the other there were, with this one, in which all pairs hit, no key could be looked up, and
 * nothing at all was written to the target, all of whose keys can be seen (not `sharesKeys`): each pair writes its answer.
 */
export function unseenRounds(
  before: number,
  results: readonly RouteResult[],
  { deltas, sharesKeys }: Pick<Signals, 'deltas'> & { sharesKeys: boolean },
): number {
  const areHits = results.length > 0 && results.every((result) => isUnverifiedHit(result) || routeStateOf(result) === 'unwatched');
  if (!areHits || (deltas?.sets ?? 0) > 0) return 0;
  // A round in which the server could not be read proves neither.
  return deltas?.sets === 0 && !sharesKeys ? before + 1 : before;
}

/** Whether so many rounds tell that the gateway writes to a server that is not the target. */
export function writesUnwatched(rounds: number): boolean {
  return rounds >= ROUNDS;
}
