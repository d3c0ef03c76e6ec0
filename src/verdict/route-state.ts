import { ROUTES } from '../model/cache.ts';
import type { RouteResult } from './signals.ts';

/**
 * What the latest pair of a route says: `proven` the cache in Redis serves it, `served` it hits and more
 * is not known, `unwatched` it hits without the watched Redis, `missing` it does not hit, `wrong` it hits what was
 * never asked, `error` it could not be measured.
 */
const ROUTE_STATE = ['proven', 'served', 'unwatched', 'missing', 'wrong', 'error'] as const;
export type RouteState = (typeof ROUTE_STATE)[number];

/** Whether the hit of a pair proves by itself that a Redis was read. */
export function provesRead({ route, unmarked }: Pick<RouteResult, 'route' | 'unmarked'>): boolean {
  const proof = ROUTES[route].provesRead;
  return proof === 'every' || (proof === 'marked' && !unmarked);
}

/** The state of a route. A hit of some routes, or across replicas, proves the read of Redis by itself; another needs the key. */
export function routeStateOf(result: RouteResult): RouteState {
  const { outcome, key } = result;
  switch (outcome) {
    case 'ok':
      return 'proven';
    case 'hit_unverified':
    case 'hit_unlabelled':
      return hitState(result);
    case 'hit_not_in_redis':
      return 'unwatched';
    case 'hit_on_first':
      return 'wrong';
    // What was read is wrong; that it was read, and from where, is told as of any other hit.
    case 'hit_altered':
      return key === 'absent' || key === 'other_database' ? 'unwatched' : hitState(result);
    case 'miss_key_present':
    case 'miss_not_written':
    case 'miss_unexplained':
      return 'missing';
    case 'error_first':
    case 'error_duplicate':
    case 'control_failed':
      return 'error';
  }
}

function hitState(result: RouteResult): RouteState {
  return provesRead(result) || result.key === 'present' || result.crossReplica ? 'proven' : 'served';
}

/** A hit whose key could not be looked up: nothing of it was verified in the target. */
export function isUnverifiedHit({ outcome, key }: RouteResult): boolean {
  return (outcome === 'hit_unverified' || outcome === 'hit_unlabelled' || outcome === 'hit_altered') && key === 'unknown';
}

/** Whether a route did not use the watched Redis, as far as can be told. */
export function isUnused(result: RouteResult): boolean {
  const routeState = routeStateOf(result);
  return (
    routeState !== 'proven' &&
    routeState !== 'error' &&
    routeState !== 'wrong' &&
    result.key !== 'present' &&
    result.key !== 'other_database' &&
    !result.lostAfterWrite
  );
}

/** The routes of a gateway as the table of verdicts asks for them. */
export interface Routes {
  none(): boolean;
  some(...routeStates: readonly RouteState[]): boolean;
  /**
   * The state of the routes that no worker answers from its memory, the one of them that shows most of reading; undefined where
   * none is probed, or none of them showed whether it is read.
   */
  reading: RouteState | undefined;
  /** None of those that miss was written, so that there was nothing to read. */
  readingUnwritten: boolean;
}

/** Of several routes that show whether Redis is read, one that does not hit only counts where no other hits: it may not be cached at all. */
const MOST_OF_READING: readonly RouteState[] = ['wrong', 'error', 'proven', 'unwatched', 'missing'];

/** The latest pairs of a gateway, made ready for the table. Where it is known that it writes to a server that is not watched, a hit whose key was not seen came from there. */
export function routesOf(results: readonly RouteResult[], writesUnwatched = false): Routes {
  const stateOf = (result: RouteResult): RouteState => (writesUnwatched && isUnverifiedHit(result) ? 'unwatched' : routeStateOf(result));
  const routeStates = results.map(stateOf);
  const readers = results.filter(provesRead).map((result) => ({ outcome: result.outcome, routeState: stateOf(result) }));
  const reading = MOST_OF_READING.find((wanted) => readers.some(({ routeState }) => routeState === wanted));
  return {
    none: () => routeStates.length === 0,
    some: (...wanted) => routeStates.some((routeState) => wanted.includes(routeState)),
    reading,
    readingUnwritten: readers.every(({ outcome, routeState }) => routeState !== 'missing' || outcome === 'miss_not_written'),
  };
}
