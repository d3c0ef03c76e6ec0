import { hasBehaviour } from '../../litellm/releases.ts';
import { type Cause, type GatewayFailure, ROUTES } from '../../model/cache.ts';
import { GATEWAY_FAILURE_PROSE, isUnsent } from '../pair-words.ts';
import { routeStateOf } from '../route-state.ts';
import type { RouteResult, Signals } from '../signals.ts';
import type { Strength } from '../strength.ts';
import { type CauseRow, OUTAGE, proven } from './cause.ts';

/** The causes that the gateway itself shows: by its answers, by what it says of its cache, or by giving none. */
export const GATEWAY_CAUSES: readonly CauseRow[] = [
  {
    cause: 'gateway_timeout',
    strength: 'state',
    verdicts: ['unreachable'],
    proof: ({ down }) => proven(down === 'timeout' && 'The liveness endpoint did not answer in time.'),
  },
  {
    cause: 'gateway_error',
    strength: 'state',
    verdicts: ['unreachable'],
    proof: ({ down, downAdvice }) =>
      proven(
        down !== undefined &&
          down !== 'timeout' &&
          `The liveness endpoint fails: ${GATEWAY_FAILURE_PROSE[down]}${downAdvice === undefined ? '' : `: ${downAdvice}`}.`,
      ),
  },
  { cause: 'cache_disabled', strength: 'state', verdicts: ['disabled'], proof: () => proven('The gateway says that it has no cache.') },
  {
    cause: 'cache_local',
    strength: 'state',
    verdicts: ['local'],
    proof: ({ cacheType }) => proven(`The gateway says that its cache is of type ${cacheType}.`),
  },

  {
    cause: 'gateway_auth',
    strength: 'state',
    verdicts: ['not_measurable'],
    proof: (_, results) => {
      const failed = results.filter(({ failure }) => failure === 'auth');
      return proven(failed.length > 0 && (failed.every(isUnsent) ? UNSENT : 'The gateway refuses the API key of the probe.'));
    },
  },
  failing('probe_key_policy', 'state', ['policy'], 'The gateway does not let this API key set cache controls.'),
  failing('gateway_quota', 'state', ['quota'], 'A rate limit or budget of the gateway refuses the probe.'),
  failing('model_missing', 'state', ['model'], 'The gateway does not know the probe model, or this API key may not use it.'),
  failing('provider_error', 'state', ['provider'], 'The provider behind the probe model refuses or fails.'),
  {
    cause: 'redis_timeout',
    strength: 'own',
    verdicts: ['not_measurable'],
    proof: ({ redisStalled }, results) =>
      proven(
        redisStalled &&
          fails(results, ['timeout']) &&
          'The gateway did not answer in time, and Redis did not answer the exporter in time either, meanwhile or just before.',
      ),
  },
  {
    cause: 'gateway_error',
    strength: 'state',
    verdicts: ['not_measurable'],
    proof: (_, results) => proven(unservedSentence(results)),
  },
  failing('gateway_timeout', 'counter', ['timeout'], 'The gateway did not answer in time.'),
  failing(
    'gateway_error',
    'symptom',
    ['status', 'protocol', 'closed', 'too_large', 'refused', 'dns', 'tls', 'unknown'],
    'The gateway gave no usable answer',
  ),
];

/** Settings and states of the gateway that keep it from Redis, or from caching, while Redis is well. */
export const GATEWAY_SETTINGS: readonly CauseRow[] = [
  {
    cause: 'write_batching',
    strength: 'state',
    verdicts: OUTAGE,
    proof: ({ flushSize, refusedCredential }, results) =>
      proven(
        flushSize !== undefined &&
          flushSize > 1 &&
          refusedCredential === undefined &&
          results.some(({ outcome }) => outcome === 'miss_not_written') &&
          `The gateway writes to Redis in batches of ${flushSize} (redis_flush_size).`,
      ),
  },
  ...(['state', 'symptom'] as const).map(uncachedCalls),
];

/** What a server answers that has no such path, or takes no POST there. */
const NOT_SERVED: readonly (number | undefined)[] = [404, 405, 501];

/** The sentence for routes whose path the gateway, or what is in front of it, does not have. */
function unservedSentence(results: readonly RouteResult[]): string | undefined {
  const unserved = results.filter(({ failure, status }) => failure === 'status' && NOT_SERVED.includes(status));
  const [first] = unserved;
  if (first === undefined) return undefined;
  const titles = unserved.map(({ route }) => ROUTES[route].title).join(', ');
  return `The gateway does not serve the path of ${titles} (HTTP ${first.status}): its release does not have it, or url leads to something else. Take what it does not serve out of gateways[].routes.`;
}

const UNSENT = 'The API key of the probe cannot be sent: its file cannot be read, or it has a character that no HTTP header may have.';

/** Whether a request of one of the pairs failed in one of these ways. */
function fails(results: readonly RouteResult[], failures: readonly GatewayFailure[]): boolean {
  return results.some(({ failure }) => failure !== undefined && failures.includes(failure));
}

/** A cause that the failure of a request shows: the gateway tells it, or it is no more than a symptom. */
function failing(cause: Cause, strength: Strength, failures: readonly GatewayFailure[], sentence: string): CauseRow {
  return {
    cause,
    strength,
    verdicts: ['not_measurable'],
    proof: (_, results) => {
      const failure = results.map((result) => result.failure).find((seen) => seen !== undefined && failures.includes(seen));
      return proven(failure !== undefined && (failures.length === 1 ? sentence : `${sentence}: ${GATEWAY_FAILURE_PROSE[failure]}.`));
    },
  };
}

/** The sentence for routes that all miss because their call is of a kind that the gateway, or its release, does not cache. */
function uncachedSentence({ callTypes, version }: Signals, results: readonly RouteResult[]): string | undefined {
  const missing = results.filter((result) => routeStateOf(result) === 'missing').map(({ route }) => ROUTES[route]);
  const uncached = missing.filter(
    ({ callType, cachedWith }) =>
      callTypes?.includes(callType) === false || (cachedWith !== undefined && hasBehaviour(version, cachedWith) === false),
  );
  if (missing.length === 0 || uncached.length < missing.length) return undefined;
  return `The gateway does not cache calls of these routes: ${uncached.map(({ title }) => title).join(', ')}.`;
}

/** Calls that are not cached explain all that is wrong only while what is cached is in Redis. */
function uncachedCalls(strength: 'state' | 'symptom'): CauseRow {
  return {
    cause: 'call_type_not_cached',
    strength,
    verdicts: OUTAGE,
    proof: (signals, results) => {
      const isAll = !results.some((result) => routeStateOf(result) === 'unwatched');
      return proven((strength === 'state') === isAll && uncachedSentence(signals, results));
    },
  };
}
