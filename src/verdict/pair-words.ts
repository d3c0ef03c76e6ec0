import { type ContentDoubt, type GatewayFailure, type NonceOwner, type Outcome, ROUTES } from '../model/cache.ts';
import type { RedisFailure } from '../model/redis.ts';
import type { RouteResult } from './signals.ts';

/** An outcome in prose, as what the route did. */
export const OUTCOME_PROSE: Readonly<Record<Outcome, string>> = {
  ok: 'hit, the key is in Redis',
  hit_unverified: 'hit, the key was not seen',
  hit_not_in_redis: 'hit, the key is not in Redis',
  hit_unlabelled: 'hit, not marked as one',
  hit_on_first: 'hit on a new request',
  hit_altered: 'hit, and the answer is not the one that was stored',
  miss_key_present: 'missed, the key is in Redis',
  miss_not_written: 'missed, the key was never written',
  miss_unexplained: 'missed',
  error_first: 'the first request failed',
  error_duplicate: 'the duplicate failed',
  control_failed: 'hit although no cached answer was asked for',
};

const LOOK_AT =
  'In LiteLLM look at litellm_params of the probe model: api_base has to be the address of the origin, api_key its key, and mock_response must not be set; then at fallbacks, at other deployments of the same model_name, and at model_info';

/** What keeps the content of answers from proving what a pair shows, and which setting to look at. */
const CONTENT_PROSE: Readonly<Record<ContentDoubt, string>> = {
  first_not_ours: `do not come from the origin, so that their marks alone tell a hit. ${LOOK_AT}.`,
  first_not_signed: `are not signed with the key of this origin: they come from another origin, or are changed on the way. A hit counts only where its key is in the watched Redis. ${LOOK_AT}.`,
  duplicate_not_ours: `come from the origin the first time only. ${LOOK_AT}.`,
  duplicate_not_signed: `are cut, changed or mixed the second time, so that they prove no hit. Look at what is between this exporter and the gateway, and in LiteLLM at guardrails and callbacks that rewrite answers.`,
  prompt_rewritten: `are to another prompt than the one that was sent, anew each time: the prompt is rewritten on its way to the origin. In LiteLLM look at guardrails and callbacks that change requests, and leave prompts of the probe model to this key as they are.`,
  no_key: `cannot be checked: the file of origin.api_key_file cannot be read, so that their marks alone tell a hit.`,
};

/** Whose prompt a wrong answer was given to first. */
export const OWNER_PROSE: Readonly<Record<NonceOwner, string>> = {
  own: 'an earlier probe of this exporter',
  other_exporter: 'a probe of another exporter',
  unknown: 'a prompt that is not known to be of a probe, or the prompt was rewritten on its way',
};

/** Sentences for the routes whose answers prove less than the origin's do: `The answers of chat do not come from the origin, …`. */
export function contentSentences(results: readonly RouteResult[]): string[] {
  const doubts = [...new Set(results.flatMap(({ doubt }) => doubt ?? []))];
  return doubts.map((doubt) => {
    const titles = results.filter((result) => result.doubt === doubt).map(({ route }) => ROUTES[route].title);
    return `The answers of ${titles.join(', ')} ${CONTENT_PROSE[doubt]}`;
  });
}

/** The outcome of a route in prose; whose first request got its own answer did not hit on a new request. */
function proseOf({ outcome, otherRequest }: RouteResult): string {
  return outcome === 'hit_on_first' && otherRequest === 'duplicate' ? 'hit with the answer to another prompt' : OUTCOME_PROSE[outcome];
}

/** Why a request to a gateway failed, in prose. */
export const GATEWAY_FAILURE_PROSE: Readonly<Record<GatewayFailure, string>> = {
  dns: 'the host name is unknown',
  refused: 'connections are refused',
  timeout: 'no answer in time',
  tls: 'TLS fails',
  closed: 'the connection was closed',
  too_large: 'the answer is too large',
  protocol: 'the answer is not understood',
  auth: 'the API key is refused',
  quota: 'a limit or budget is reached',
  policy: 'a policy forbids it',
  model: 'the model is not known',
  provider: 'the provider fails',
  status: 'an unexpected HTTP status',
  unknown: 'for a reason that is not known',
};

/** A login that failed without an answer: the API key could not be read or sent, so the gateway refused nothing. */
export function isUnsent({ failure, status }: Pick<RouteResult, 'failure' | 'status'>): boolean {
  return failure === 'auth' && status === undefined;
}

/** Why the exporter cannot use Redis, in prose; empty where the sentence before it tells. */
export function redisFailureProse(failure: RedisFailure): string {
  if (failure === 'refused') return ': connections are refused';
  if (failure === 'dns') return ': its host name is unknown';
  if (failure === 'closed') return ': it closes the connection';
  if (failure === 'clusterdown') return ': a node says that not all slots are served (CLUSTER INFO)';
  return '';
}

/** `Last pairs: completions missed, the key was never written; chat hit, the key is not in Redis.` */
export function pairsSentence(results: readonly RouteResult[]): string {
  const pairs = results.map((result) => {
    const { route, outcome, failure } = result;
    const why = failure === undefined ? '' : ` (${isUnsent(result) ? 'the API key cannot be sent' : GATEWAY_FAILURE_PROSE[failure]})`;
    return `${ROUTES[route].title}${outcome.startsWith('error_') ? ':' : ''} ${proseOf(result)}${why}`;
  });
  return `Last pairs: ${pairs.join('; ')}.`;
}
