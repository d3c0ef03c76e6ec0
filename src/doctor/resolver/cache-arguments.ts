import { OF_LITELLM } from './cache-parameters.ts';
import { behaviourOf } from './client-arguments.ts';

/** Keys that name nodes; LiteLLM reads them on the way to redis-py. */
const NODES = 'startup_nodes sentinel_nodes sentinel_password service_name';

/** What the oldest and the newest client of redis-py take, and what LiteLLM adds to it. */
const OF_CLIENTS = [behaviourOf(() => false), behaviourOf(() => true)].flatMap(({ client, environment, clusterKeeps }) => [
  ...client,
  ...environment,
  ...clusterKeeps,
]);

/** Every key that a Redis cache may have; any other reaches the constructor of redis-py, which refuses it. */
export const CACHE_ARGUMENTS: readonly string[] = [...new Set([...OF_LITELLM, ...NODES.split(' '), ...OF_CLIENTS])];

/** Call types that LiteLLM caches when `supported_call_types` is not given, in 1.106.0 and 1.110.2. */
export const CALL_TYPES: readonly string[] = [
  'completion',
  'acompletion',
  'embedding',
  'aembedding',
  'transcription',
  'atranscription',
  'text_completion',
  'atext_completion',
  'rerank',
  'arerank',
  'responses',
  'aresponses',
  'anthropic_messages',
  'aanthropic_messages',
];
