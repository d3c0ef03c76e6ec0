import type { BreakerReading, Cause, NotAsked, Outcome, Verdict } from '../model/cache.ts';
import type { LeaseState } from '../model/lease.ts';
import type { AuthState, RedisFailure } from '../model/redis.ts';
import type { GatewayStatus, MetricsAnswer, OverheadStatus } from '../model/status.ts';
import { GATEWAY_FAILURE_PROSE } from '../verdict/pair-words.ts';

/** How a state is to be taken: in order, to be looked at, broken, or nothing known. */
export type Tone = 'good' | 'warn' | 'bad' | 'none';

/** A verdict as a headline and as a sentence that says what it means for users. */
export const VERDICT_WORDS: Readonly<Record<Verdict, { tone: Tone; title: string; sentence: string }>> = {
  working: { tone: 'good', title: 'working', sentence: 'Identical requests are answered from Redis.' },
  partial: { tone: 'warn', title: 'partly working', sentence: 'One kind of request is answered from Redis, another is not cached.' },
  memory_only: {
    tone: 'bad',
    title: 'memory only',
    sentence: 'Each worker answers duplicates from its own memory; Redis is not used, so other workers pay again.',
  },
  not_caching: { tone: 'bad', title: 'not caching', sentence: 'Every identical request is paid for again.' },
  not_in_redis: { tone: 'bad', title: 'not in this Redis', sentence: 'Duplicates hit, but nothing of it is in the Redis that is watched.' },
  wrong_answers: { tone: 'bad', title: 'wrong answers', sentence: 'The cache gives answers that it must not give.' },
  local: { tone: 'warn', title: 'local', sentence: 'The gateway does not keep its cache in Redis.' },
  disabled: { tone: 'bad', title: 'disabled', sentence: 'The gateway says that its cache is off.' },
  not_measurable: { tone: 'warn', title: 'not measurable', sentence: 'The gateway is up, but the probe cannot get its two answers.' },
  unreachable: { tone: 'bad', title: 'unreachable', sentence: 'The gateway does not answer.' },
  unknown: { tone: 'none', title: 'unknown', sentence: 'No probe has ended yet, or the last one is too old.' },
};

/** Who probes, where exporters share a lease. */
export const LEASE_WORDS: Readonly<Record<LeaseState, string>> = {
  held: 'held: this exporter probes',
  other: 'held by another exporter, which probes',
  unknown: 'its holder is unknown, because the lease store cannot be used: no pair is sent',
};

/** A cause in a few words, and what to do next. */
export const CAUSE_WORDS: Readonly<Record<Cause, { title: string; next: string }>> = {
  none: { title: '', next: '' },
  redis_auth: {
    title: 'Redis refuses the password',
    next: 'Compare the REDIS_* variables of the gateway with its cache_params, and both with the password that Redis has.',
  },
  redis_unreachable: { title: 'Redis cannot be reached', next: 'See that Redis runs and that the gateway has its host and port right.' },
  redis_timeout: { title: 'Redis does not answer in time', next: 'Look for a slow command, a frozen process or a full network at Redis.' },
  redis_out_of_memory: {
    title: 'Redis is out of memory',
    next: 'Raise maxmemory or set maxmemory-policy to allkeys-lru, so that old entries make room.',
  },
  redis_read_only: { title: 'Redis is read-only', next: 'Point the gateway at the master; it talks to a replica.' },
  redis_permission: {
    title: 'the Redis user lacks a permission',
    next: 'Give the ACL user of the gateway GET, SET and the keys of its namespace.',
  },
  redis_loading: { title: 'Redis is loading its data', next: 'Wait; Redis answers once its data set is read.' },
  redis_tls: { title: 'TLS to Redis fails', next: 'Check the certificate of Redis and whether the gateway uses rediss://.' },
  redis_max_clients: { title: 'Redis takes no more clients', next: 'Raise maxclients, or find who leaves connections open (CLIENT LIST).' },
  redis_persistence_error: {
    title: 'Redis cannot write to disk',
    next: 'Free the disk of Redis; it refuses writes while stop-writes-on-bgsave-error holds.',
  },
  redis_cluster: {
    title: 'the Redis Cluster does not serve the key',
    next: 'Check cluster state and give the gateway redis_startup_nodes.',
  },
  different_redis: { title: 'the gateway uses another Redis', next: 'Compare the host and port of the gateway with the watched target.' },
  different_database: {
    title: 'the gateway uses another database',
    next: 'Compare the database number of the gateway with the watched target.',
  },
  flushed: { title: 'Redis was flushed', next: 'Find who ran FLUSHDB or FLUSHALL.' },
  evicted: { title: 'Redis evicts the entries', next: 'Give Redis more memory, or make entries live shorter.' },
  breaker_open: {
    title: 'the circuit breaker of the gateway is open',
    next: 'Mend what Redis refused before, if it refused anything. If the verdict is not working a minute later, restart the workers of the gateway: LiteLLM from 1.110 on does not close its breaker after a refused login.',
  },
  cache_disabled: {
    title: 'the cache is switched off',
    next: 'Set litellm_settings.cache: true with cache_params, and restart the gateway.',
  },
  cache_local: { title: 'the cache is local', next: 'Set cache_params.type: redis, or say expect: { cache: local } here if it is meant.' },
  call_type_not_cached: { title: 'this call type is not cached', next: 'Add the call type to cache_params.supported_call_types.' },
  write_batching: { title: 'the gateway batches its writes', next: 'Lower redis_flush_size, or expect hits only after a batch is full.' },
  ttl_too_short: { title: 'entries expire too soon', next: 'Raise ttl in cache_params.' },
  gateway_error: {
    title: 'the gateway fails',
    next: 'See whether the gateway runs and url leads to it, then look in its log for the trace id.',
  },
  gateway_auth: {
    title: 'the gateway gets no valid key',
    next: 'Give this exporter a valid key in gateways[].api_key_file, or in LCE_LITELLM_API_KEY.',
  },
  gateway_timeout: { title: 'the gateway answers too late', next: 'Look at the load of the gateway and its provider, or raise timeout.' },
  gateway_quota: { title: 'the key is over its quota', next: 'Raise the budget or rate limit of the probe key.' },
  provider_error: { title: 'the model provider fails', next: 'Probe a mock model, so that only the cache is measured.' },
  probe_key_policy: { title: 'a policy forbids the probe', next: 'Allow the probe key to set cache controls and to use the model.' },
  model_missing: { title: 'the model is missing', next: 'Add the probe model to the gateway, or name another in gateways[].model.' },
  semantic_or_key_collision: {
    title: 'a semantic cache or colliding keys',
    next: 'Raise similarity_threshold, or look at what the cache key is made of.',
  },
  answer_wrong: {
    title: 'the cache changes answers',
    next: 'Read in the evidence what differs; take that kind of call out of supported_call_types, or use another release of the gateway.',
  },
  shared_between_tenants: {
    title: 'tenants share the cache',
    next: 'Give each tenant a cache namespace, a model name or a gateway of its own; say expect: { sharing: shared } here if they may share.',
  },
  undetermined: {
    title: 'not determined',
    next: 'Read the evidence and the log of the gateway; run the doctor on its configuration.',
  },
};

const ORIGIN_FAILS =
  'The provider is the origin. See that the exporter that serves it runs (the command probe serves none), and that in litellm_params of the probe model api_base is the address of the origin and api_key its key. The log of the gateway has what the origin answered.';

/** What to do next about a gateway; empty where there is nothing to do. */
export function nextStep({ verdict, cause, asExpected, origin }: GatewayStatus): string {
  if (asExpected || verdict === 'unknown') return '';
  return cause === 'provider_error' && origin !== undefined ? ORIGIN_FAILS : CAUSE_WORDS[cause].next;
}

/** The outcome of a pair in a few words. */
export const OUTCOME_WORDS: Readonly<Record<Outcome, { tone: Tone; title: string }>> = {
  ok: { tone: 'good', title: 'hit, in Redis' },
  hit_unverified: { tone: 'good', title: 'hit, key not seen' },
  hit_not_in_redis: { tone: 'bad', title: 'hit, not in Redis' },
  hit_unlabelled: { tone: 'warn', title: 'hit, not labelled' },
  hit_on_first: { tone: 'bad', title: 'hit on a new request' },
  hit_altered: { tone: 'bad', title: 'hit, another answer' },
  miss_key_present: { tone: 'bad', title: 'miss, key in Redis' },
  miss_not_written: { tone: 'bad', title: 'miss, never written' },
  miss_unexplained: { tone: 'bad', title: 'miss' },
  error_first: { tone: 'bad', title: 'first failed' },
  error_duplicate: { tone: 'bad', title: 'duplicate failed' },
  control_failed: { tone: 'bad', title: 'no-cache ignored' },
};

export const AUTH_WORDS: Readonly<Record<AuthState, { tone: Tone; title: string }>> = {
  ok: { tone: 'good', title: 'accepted' },
  failed: { tone: 'bad', title: 'refused' },
  unknown: { tone: 'none', title: 'not known' },
  disabled: { tone: 'none', title: 'no password set' },
};

export const FAILURE_WORDS: Readonly<Record<RedisFailure, string>> = {
  dns: 'its host name is unknown',
  refused: 'connections are refused',
  timeout: 'it does not answer in time',
  tls: 'TLS fails',
  wrongpass: 'the password is wrong (WRONGPASS)',
  noauth: 'it asks for a password (NOAUTH)',
  noperm: 'the user lacks a permission (NOPERM)',
  loading: 'it is loading its data',
  maxclients: 'it takes no more clients',
  readonly: 'it is read-only',
  masterdown: 'its master is down',
  clusterdown: 'the cluster is down',
  not_redis: 'it is a Sentinel',
  secret_unreadable: 'a password file cannot be read',
  protocol: 'it does not speak the Redis protocol',
  closed: 'it closed the connection',
  unknown: 'it failed in a way that is not known',
};

/** How a gateway's verdict is to be taken, given what the configuration expects. */
export function gatewayTone({ verdict, asExpected, doubt }: GatewayStatus): Tone {
  if (asExpected) return 'good';
  return doubt === undefined ? VERDICT_WORDS[verdict].tone : 'warn';
}

/** What a gateway's verdict means for users, in a sentence. */
export function gatewaySentence({ verdict, doubt }: Pick<GatewayStatus, 'verdict' | 'doubt'>): string {
  return doubt === undefined ? VERDICT_WORDS[verdict].sentence : 'Identical requests are answered from a cache.';
}

/** The headline of a gateway: its verdict, with what that does not rest on. */
export function gatewayTitle({ verdict, doubt }: Pick<GatewayStatus, 'verdict' | 'doubt'>): string {
  const { title } = VERDICT_WORDS[verdict];
  return doubt === undefined ? title : `${title}, ${doubt}`;
}

/** `75.3 times faster (61.2 to 88.9, 240 pairs)` */
export function speedupText({ point, lower, upper, pairs }: NonNullable<GatewayStatus['speedup']>): string {
  return `${point.toFixed(1)} times faster (${lower.toFixed(1)} to ${upper.toFixed(1)}, ${pairs} pairs)`;
}

/** Why a question is not asked. */
export const NOT_ASKED_WORDS: Readonly<Record<NotAsked, string>> = {
  off: 'not asked: the configuration says so',
  mode_not_known: 'not asked until the Redis target was read',
  cluster: 'not asked: before a Redis Cluster it holds up the gateway',
  not_needed: 'not asked: what it tells is not needed',
  slow: 'not asked again: it took over 500 ms',
  limit: 'not asked again: it gave no answer within its limits',
  budget: 'not asked this time: gateways[].overhead is used up',
};

const BREAKER_WORDS: Readonly<Record<BreakerReading, string>> = {
  open: 'its circuit breaker is open',
  not_open: 'it has a circuit breaker that is not open',
  none: 'metrics without its circuit breaker: since LiteLLM 1.108 they need service_callback: ["prometheus_system"]',
  no_metrics: 'what is there is no page of metrics; check gateways[].metrics_url',
};

/** What the metrics of a gateway answered: `http://litellm:4001/metrics: an unexpected HTTP status (404)`. */
export function metricsText(answer: MetricsAnswer): string {
  if ('absent' in answer) return 'no Prometheus metrics on this gateway';
  if ('breaker' in answer) return `${answer.url}: ${BREAKER_WORDS[answer.breaker]}`;
  const why =
    answer.failure === 'auth'
      ? 'the login was refused; the API key is sent only where scheme, host and port are those of gateways[].url'
      : GATEWAY_FAILURE_PROSE[answer.failure];
  return `${answer.url}: ${why}${answer.status === undefined ? '' : ` (HTTP ${answer.status})`}`;
}

/** How many others probe a gateway: each of them costs it as much as this one. */
export function othersText(count: number): string {
  return `${count} ${count === 1 ? 'probes' : 'probe'} through the same Redis and namespace`;
}

/** What a gateway is asked beside the two requests of a pair, and what is not asked any more. */
export function overheadText({ share, spentSeconds, notAskedAgain }: OverheadStatus): string {
  const refused = notAskedAgain.map(({ question }) => question).join(', ');
  const spent = `${spentSeconds.toFixed(1)} s since the start, limit ${Number((share * 100).toFixed(6))} % of the time`;
  return refused === '' ? spent : `${spent}; not asked again: ${refused}`;
}

/** Whether the content of its answers tells what a gateway's cache does, with what the evidence does not say already; undefined where no pair was answered. */
export function originText({ origin, pairs, evidence }: GatewayStatus): string | undefined {
  if (origin === undefined || (pairs.length > 0 && pairs.every(({ outcome }) => outcome.startsWith('error_')))) return undefined;
  if (origin.problems.length === 0) return 'told by the content of answers';
  const more = origin.problems.filter((problem) => !evidence.includes(problem));
  return ['not told by the content of all answers', ...(more.length === 0 ? [] : [more.join(' ')])].join(': ');
}
