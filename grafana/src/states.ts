import { CATALOGUE } from '../../src/catalogue/index.ts';
import type { LabelsOf } from '../../src/catalogue/sample.ts';
import { gauge, max, type Vector } from './query.ts';

/** A state as a panel shows it: always as a word, with a colour beside it. */
export interface State {
  readonly value: string;
  readonly colour: string;
}

/**
 * Colours that stay apart for people who do not tell red from green: what is in order is a bluish green,
 * what users feel is reddish, what is broken by configuration is blue or yellow, what nobody knows is grey.
 */
export const COLOUR = {
  good: '#1b9e83',
  note: '#4c9be8',
  warn: '#e0b400',
  high: '#f07d2e',
  bad: '#d6433b',
  worst: '#e0318c',
  other: '#a27bd1',
  none: '#7b8087',
} as const;

/** The verdicts from best to worst: where exporters disagree, the worse one is shown. */
export const VERDICTS = [
  { value: 'working', colour: COLOUR.good },
  { value: 'local', colour: COLOUR.note },
  { value: 'disabled', colour: '#2f6fb5' },
  { value: 'partial', colour: COLOUR.warn },
  { value: 'unknown', colour: COLOUR.none },
  { value: 'not_measurable', colour: COLOUR.other },
  { value: 'not_in_redis', colour: '#f2a65a' },
  { value: 'memory_only', colour: COLOUR.high },
  { value: 'not_caching', colour: COLOUR.bad },
  { value: 'unreachable', colour: '#a34a72' },
  { value: 'wrong_answers', colour: COLOUR.worst },
] as const satisfies readonly { value: LabelsOf<'llm.cache.verdict'>['verdict']; colour: string }[];

/** Causes with a place and a colour of their own, from none over the configuration and the gateway to Redis. */
const PLACED_CAUSES = [
  { value: 'none', colour: COLOUR.good },
  { value: 'undetermined', colour: COLOUR.none },
  { value: 'cache_local', colour: COLOUR.note },
  { value: 'cache_disabled', colour: '#2f6fb5' },
  { value: 'call_type_not_cached', colour: COLOUR.warn },
  { value: 'write_batching', colour: '#b8a03a' },
  { value: 'ttl_too_short', colour: '#d9c35c' },
  { value: 'probe_key_policy', colour: '#c9a9ee' },
  { value: 'model_missing', colour: '#b493df' },
  { value: 'provider_error', colour: COLOUR.other },
  { value: 'gateway_quota', colour: '#8f68bf' },
  { value: 'gateway_auth', colour: '#7d57ab' },
  { value: 'gateway_error', colour: '#6b4796' },
  { value: 'gateway_timeout', colour: '#593881' },
  { value: 'semantic_or_key_collision', colour: COLOUR.worst },
  { value: 'answer_wrong', colour: '#b3257a' },
  { value: 'shared_between_tenants', colour: '#8c1f63' },
  { value: 'different_database', colour: '#f2c28b' },
  { value: 'different_redis', colour: '#f2a65a' },
  { value: 'flushed', colour: '#f0985a' },
  { value: 'evicted', colour: '#ee8d4a' },
  { value: 'breaker_open', colour: '#e36a1e' },
  { value: 'redis_cluster', colour: '#d4653f' },
  { value: 'redis_loading', colour: '#d95f45' },
  { value: 'redis_read_only', colour: '#d1573f' },
  { value: 'redis_max_clients', colour: '#cc4f3d' },
  { value: 'redis_persistence_error', colour: '#c6473d' },
  { value: 'redis_out_of_memory', colour: '#bf403e' },
  { value: 'redis_timeout', colour: '#b63a40' },
  { value: 'redis_tls', colour: '#ad3343' },
  { value: 'redis_permission', colour: '#c2305a' },
  { value: 'redis_unreachable', colour: '#8f2433' },
  { value: 'redis_auth', colour: COLOUR.bad },
] as const satisfies readonly { value: LabelsOf<'llm.cache.cause'>['cause']; colour: string }[];

/** Colours for causes that have none of their own yet. */
const SPARE_COLOURS = ['#6e1f3a', '#5d2a4f', '#4d2f63', '#3f3373', '#36407f', '#314d86'] as const;

/** Every cause; one that has no place of its own yet comes last. */
export const CAUSES: readonly { value: LabelsOf<'llm.cache.cause'>['cause']; colour: string }[] = [
  ...PLACED_CAUSES,
  ...CATALOGUE['llm.cache.cause'].labels.cause
    .filter((cause) => !PLACED_CAUSES.some(({ value }) => value === cause))
    .map((value, place) => ({ value, colour: SPARE_COLOURS[place] ?? COLOUR.none })),
];

/** The outcomes of a pair from best to worst. */
export const OUTCOMES = [
  { value: 'ok', colour: COLOUR.good },
  { value: 'hit_unverified', colour: '#6fc3b0' },
  { value: 'hit_unlabelled', colour: COLOUR.note },
  { value: 'control_failed', colour: COLOUR.other },
  { value: 'error_first', colour: '#7d57ab' },
  { value: 'error_duplicate', colour: '#593881' },
  { value: 'hit_not_in_redis', colour: '#f2a65a' },
  { value: 'miss_unexplained', colour: COLOUR.high },
  { value: 'miss_key_present', colour: '#cc4f3d' },
  { value: 'miss_not_written', colour: COLOUR.bad },
  { value: 'hit_altered', colour: '#b3257a' },
  { value: 'hit_on_first', colour: COLOUR.worst },
] as const satisfies readonly { value: LabelsOf<'llm.cache.last_outcome'>['outcome']; colour: string }[];

/** What a credential can be. */
export const AUTH_STATES = [
  { value: 'ok', colour: COLOUR.good },
  { value: 'disabled', colour: COLOUR.note },
  { value: 'unknown', colour: COLOUR.none },
  { value: 'failed', colour: COLOUR.bad },
] as const satisfies readonly { value: LabelsOf<'redis.auth.state'>['state']; colour: string }[];

/** What a Redis server can be. */
export const ROLES = [
  { value: 'master', colour: COLOUR.good },
  { value: 'slave', colour: COLOUR.note },
  { value: 'sentinel', colour: COLOUR.other },
  { value: 'other', colour: COLOUR.none },
] as const satisfies readonly { value: LabelsOf<'redis.role'>['role']; colour: string }[];

/** A value of 0 or 1 as two words. */
export function yesOrNo(one: string, zero: string, zeroColour: string = COLOUR.bad): readonly State[] {
  return [
    { value: zero, colour: zeroColour },
    { value: one, colour: COLOUR.good },
  ];
}

/** The verdict of each gateway as its place in VERDICTS. */
export const VERDICT_CODE = coded(
  ['gateway'],
  VERDICTS.map(({ value }) => gauge('llm.cache.verdict', { verdict: value })),
);

/** The cause of each gateway as its place in CAUSES. */
export const CAUSE_CODE = coded(
  ['gateway'],
  CAUSES.map(({ value }) => gauge('llm.cache.cause', { cause: value })),
);

/** The last outcome of each route of a gateway as its place in OUTCOMES. */
export const OUTCOME_CODE = coded(
  ['gateway', 'route'],
  OUTCOMES.map(({ value }) => gauge('llm.cache.last_outcome', { outcome: value })),
);

/** The state of each credential as its place in AUTH_STATES. */
export const AUTH_CODE = coded(
  ['redis_target', 'credential'],
  AUTH_STATES.map(({ value }) => gauge('redis.auth.state', { state: value })),
);

/** The role of each server as its place in ROLES. */
export const ROLE_CODE = coded(
  ['redis_target'],
  ROLES.map(({ value }) => gauge('redis.role', { role: value })),
);

/** What a cache does to answers, from best to worst. */
export const FIDELITIES = [
  { value: 'same', colour: COLOUR.good },
  { value: 'not_cached', colour: COLOUR.note },
  { value: 'refused', colour: '#2f6fb5' },
  { value: 'unknown', colour: COLOUR.none },
  { value: 'altered', colour: COLOUR.warn },
  { value: 'wrong', colour: COLOUR.worst },
] as const satisfies readonly { value: LabelsOf<'llm.cache.fidelity'>['result']; colour: string }[];

/** What the cache does to each shape of answers as its place in FIDELITIES. */
export const FIDELITY_CODE = coded(
  ['gateway', 'shape'],
  FIDELITIES.map(({ value }) => gauge('llm.cache.fidelity', { result: value })),
);

/** The members of a state set, each 0 or 1, as one number: the place of the one that is 1. */
function coded<L extends string, K extends L>(by: readonly K[], members: readonly Vector<L>[]): Vector<K> {
  const parts = members.map(({ promql }, place) => `${place} * ${promql}`);
  return max(by, { promql: parts.join(' or ') });
}

/** Whether a gateway works, by gateway. */
export const WORKING = max(['gateway'], gauge('llm.cache.verdict', { verdict: 'working' }));
