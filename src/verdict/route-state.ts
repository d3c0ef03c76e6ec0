import { ROUTES } from '../model/cache.ts';
import type { RouteResult } from './signals.ts';

/**
 * What the latest pair of a route says: `proven` the cache in Redis serves it, `served` it hits and more
 * is not known, `unwatched` it hits without the watched Redis, `missing` it does not hit, `wrong` it hits what was
 * never asked, `error` it could not be measured.
 */
const ROUTE_STATE = ['proven', 'served', 'unwatched', 'missing', 'wrong', 'error'] as const;
export type RouteState = (typeof ROUTE_STATE)[number];

/** The state of a route. A hit of some routes, or across replicas, proves the read of Redis by itself; another needs the key. */
export function routeStateOf({ route, outcome, key, crossReplica }: RouteResult): RouteState {
  switch (outcome) {
    case 'ok':
      return 'proven';
    case 'hit_unverified':
    case 'hit_unlabelled':
      return ROUTES[route].provesRead || key === 'present' || crossReplica ? 'proven' : 'served';
    case 'hit_not_in_redis':
      return 'unwatched';
    case 'hit_on_first':
      return 'wrong';
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

/** A hit whose key could not be looked up: nothing of it was verified in the target. */
export function isUnverifiedHit({ outcome, key }: RouteResult): boolean {
  return (outcome === 'hit_unverified' || outcome === 'hit_unlabelled') && key === 'unknown';
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
  completions: RouteState | undefined;
  completionsUnwritten: boolean;
}

/** The latest pairs of a gateway, made ready for the table. Where it is known that it writes to a server that is not watched, a hit whose key was not seen came from there. */
export function routesOf(results: readonly RouteResult[], writesUnwatched = false): Routes {
  const stateOf = (result: RouteResult): RouteState => (writesUnwatched && isUnverifiedHit(result) ? 'unwatched' : routeStateOf(result));
  const routeStates = results.map(stateOf);
  const completions = results.find(({ route }) => route === 'completions');
  return {
    none: () => routeStates.length === 0,
    some: (...wanted) => routeStates.some((routeState) => wanted.includes(routeState)),
    completions: completions && stateOf(completions),
    completionsUnwritten: completions?.outcome === 'miss_not_written',
  };
}
