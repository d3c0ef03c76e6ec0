import { provesRead } from '../route-state.ts';
import type { RouteResult, Signals } from '../signals.ts';
import { type CauseRow, OUTAGE, proven } from './cause.ts';

/** The sentence for a pair that is served from a cache other than the watched one; undefined where it does not show that. */
type Showing = (result: RouteResult, signals: Signals) => string | undefined;

/** Another database of the watched server. */
const inAnotherDatabase: Showing = ({ key }, { deltas }) =>
  // A key that is evicted at once is announced only once, as one in another database is.
  key === 'other_database' && (deltas?.evicted_keys ?? 0) === 0
    ? 'Redis announced the write of the key, and the watched database does not hold it.'
    : undefined;

/** Another server. */
const onAnotherServer: Showing = (result, { seesEveryWrite, cacheType }) =>
  seesEveryWrite &&
  cacheType === 'redis' &&
  provesRead(result) &&
  (result.outcome === 'hit_not_in_redis' || result.outcome === 'hit_altered') &&
  result.key === 'absent' &&
  !result.lostAfterWrite
    ? 'The gateway reads back from a Redis what was never written to the watched one.'
    : undefined;

/** The causes that what the gateway reads back proves, all of it or one of its replicas by itself. */
export const OTHER_CACHE: readonly CauseRow[] = [
  ofAll('different_database', inAnotherDatabase),
  ofAll('different_redis', onAnotherServer),
  ofReplica('different_database', inAnotherDatabase),
  ofReplica('different_redis', onAnotherServer),
];

function ofAll(cause: CauseRow['cause'], shows: Showing): CauseRow {
  return {
    cause,
    strength: 'own',
    verdicts: ['not_in_redis'],
    proof: (signals, results) => proven(first(results, (result) => shows(result, signals))),
  };
}

function ofReplica(cause: CauseRow['cause'], shows: Showing): CauseRow {
  return {
    cause,
    strength: 'own',
    verdicts: OUTAGE,
    proof: (signals) =>
      proven(
        first(signals.replicas?.readsOtherCache ?? [], ({ name, result }) => {
          const shown = shows(result, signals);
          return shown && `Replica ${name} by itself: ${shown}`;
        }),
      ),
  };
}

function first<T>(list: readonly T[], sentenceOf: (one: T) => string | undefined): string | undefined {
  for (const one of list) {
    const sentence = sentenceOf(one);
    if (sentence !== undefined) return sentence;
  }
  return undefined;
}
