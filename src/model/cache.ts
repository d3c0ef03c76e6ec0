/** The API of the gateway that a pair uses. */
export const ROUTE = ['completions', 'chat', 'chat_stream', 'embeddings', 'responses', 'messages'] as const;
export type Route = (typeof ROUTE)[number];

/**
 * LiteLLM's names of the calls of a gateway that it can cache (`types/caching.py`, 1.80 to 1.110). It looks for the name of the
 * function that the gateway calls, which for Anthropic's API has no `a` in front.
 */
export const CALL_TYPE = [
  'acompletion',
  'atext_completion',
  'aembedding',
  'aresponses',
  'anthropic_messages',
  'atranscription',
  'arerank',
] as const;
export type CallType = (typeof CALL_TYPE)[number];

/**
 * Which hits of a route prove a read of Redis: `every` one, `marked` ones, which carry `x-litellm-cache-key`, or `none`. A hit of
 * Anthropic's API without the key may be one of the chat call by which LiteLLM asks a provider of another API; that call is
 * answered from the memory of a worker.
 */
const READ_PROOF = ['every', 'marked', 'none'] as const;
export type ReadProof = (typeof READ_PROOF)[number];

/** What pages and the judgement have to know of a route; how it is probed is in `src/pairs`. */
export interface RouteFacts {
  /** Its name for people, in sentences and in tables. */
  title: string;
  /** The call behind it, as `supported_call_types` lists it. */
  callType: CallType;
  /** Which of its hits prove by themselves that Redis was read, because the writer of the answer skips the memory of the worker. */
  provesRead: ReadProof;
  /** The behaviour of LiteLLM without which its answers are not cached; absent where every supported release has it. */
  cachedWith?: 'responses_cached' | 'messages_cached';
}

/** Each route as data. */
export const ROUTES: Readonly<Record<Route, RouteFacts>> = {
  completions: { title: 'completions', callType: 'atext_completion', provesRead: 'every' },
  chat: { title: 'chat', callType: 'acompletion', provesRead: 'none' },
  chat_stream: { title: 'streamed chat', callType: 'acompletion', provesRead: 'none' },
  embeddings: { title: 'embeddings', callType: 'aembedding', provesRead: 'none' },
  responses: { title: 'responses', callType: 'aresponses', provesRead: 'none', cachedWith: 'responses_cached' },
  messages: { title: 'messages', callType: 'anthropic_messages', provesRead: 'marked', cachedWith: 'messages_cached' },
};

/** What a probe request does, in the words of the GenAI conventions of OpenTelemetry. */
export const OPERATION = ['chat', 'text_completion', 'embeddings', 'generate_content'] as const;
export type Operation = (typeof OPERATION)[number];

/** Which of the two identical requests of a pair. */
export const REQUEST = ['first', 'duplicate'] as const;
export type PairRequest = (typeof REQUEST)[number];

/** What the answer's own marks say of the cache. */
export const CACHE_MARK = ['hit', 'miss', 'unknown'] as const;
export type CacheMark = (typeof CACHE_MARK)[number];

/** Consecutive parts of one HTTP exchange; their sum is its duration. */
export const PHASE = ['resolve', 'connect', 'tls', 'send', 'wait', 'transfer'] as const;
export type Phase = (typeof PHASE)[number];

/**
 * Why the content of a pair does not prove what it shows, where the gateway leads to the origin: the first answer or the duplicate
 * is not the origin's, or has a stamp that is cut, changed, mixed or signed with another key; the origin answered another prompt, anew each time; `no_key`: nothing can be
 * checked.
 */
const CONTENT_DOUBT = [
  'first_not_ours',
  'first_not_signed',
  'duplicate_not_ours',
  'duplicate_not_signed',
  'prompt_rewritten',
  'no_key',
] as const;
export type ContentDoubt = (typeof CONTENT_DOUBT)[number];

/** Who made the nonce of a prompt. */
const NONCE_OWNER = ['own', 'other_exporter', 'unknown'] as const;
export type NonceOwner = (typeof NONCE_OWNER)[number];

/** The result of one pair. */
export const OUTCOME = [
  'ok',
  'hit_unverified',
  'hit_not_in_redis',
  'hit_unlabelled',
  'hit_on_first',
  'hit_altered',
  'miss_key_present',
  'miss_not_written',
  'miss_unexplained',
  'error_first',
  'error_duplicate',
  'control_failed',
] as const;
export type Outcome = (typeof OUTCOME)[number];

/** The state of a gateway's cache. */
export const VERDICT = [
  'working',
  'partial',
  'memory_only',
  'not_caching',
  'not_in_redis',
  'wrong_answers',
  'local',
  'disabled',
  'not_measurable',
  'unreachable',
  'unknown',
] as const;
export type Verdict = (typeof VERDICT)[number];

/** Why the verdict is not `working`. */
export const CAUSE = [
  'none',
  'redis_auth',
  'redis_unreachable',
  'redis_timeout',
  'redis_out_of_memory',
  'redis_read_only',
  'redis_permission',
  'redis_loading',
  'redis_tls',
  'redis_max_clients',
  'redis_persistence_error',
  'redis_cluster',
  'different_redis',
  'different_database',
  'flushed',
  'evicted',
  'breaker_open',
  'cache_disabled',
  'cache_local',
  'call_type_not_cached',
  'write_batching',
  'ttl_too_short',
  'gateway_error',
  'gateway_auth',
  'gateway_timeout',
  'gateway_quota',
  'provider_error',
  'probe_key_policy',
  'model_missing',
  'semantic_or_key_collision',
  'answer_wrong',
  'shared_between_tenants',
  'undetermined',
] as const;
export type Cause = (typeof CAUSE)[number];

/** Whether the tenants of a gateway get each other's answers from its cache, as it should be. */
export const SHARING = ['shared', 'isolated'] as const;
export type Sharing = (typeof SHARING)[number];

/** What two requests of two tenants showed: `shared` the second one got the answer of the first from the cache, `separate` it did not. */
export const TENANT_RESULT = ['shared', 'separate', 'unknown'] as const;
export type TenantResult = (typeof TENANT_RESULT)[number];

/** Why a due tick of a gateway did not send its pairs. */
export const SKIP_REASON = ['budget', 'overlap', 'backoff', 'lease'] as const;
export type SkipReason = (typeof SKIP_REASON)[number];

/** What a gateway is asked beside the two requests of a pair. */
export const QUESTION = ['liveness', 'readiness', 'cache_ping', 'metrics', 'control', 'experiment', 'fidelity', 'tenants'] as const;
export type Question = (typeof QUESTION)[number];

/** Why a question is not asked: by the configuration, by what the gateway is, by what it once cost, or not at this time. */
const NOT_ASKED = ['off', 'mode_not_known', 'cluster', 'not_needed', 'slow', 'limit', 'budget'] as const;
export type NotAsked = (typeof NOT_ASKED)[number];

/** Whose cache controls the measured key was written with: the probe's, or none, as with users' requests. */
export const CACHE_CONTROLS = ['probe', 'none'] as const;
export type CacheControls = (typeof CACHE_CONTROLS)[number];

/** What kind of cache the gateway says that it has. */
export const CACHE_TYPE = [
  'redis',
  'redis-semantic',
  'valkey-semantic',
  'local',
  'disk',
  's3',
  'gcs',
  'azure-blob',
  'qdrant-semantic',
  'none',
  'other',
  'unknown',
] as const;
export type CacheType = (typeof CACHE_TYPE)[number];

/** What the metrics of a gateway say of its circuit breaker; `none`: they have nothing of one, `no_metrics`: what was answered is something else. */
const BREAKER_READING = ['open', 'not_open', 'none', 'no_metrics'] as const;
export type BreakerReading = (typeof BREAKER_READING)[number];

/** Why a request to a gateway did not give a usable answer. */
export const GATEWAY_FAILURE = [
  'dns',
  'refused',
  'timeout',
  'tls',
  'closed',
  'too_large',
  'protocol',
  'auth',
  'quota',
  'policy',
  'model',
  'provider',
  'status',
  'unknown',
] as const;
export type GatewayFailure = (typeof GATEWAY_FAILURE)[number];
