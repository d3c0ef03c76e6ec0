import { behaviourOf } from './client-arguments.ts';

/** Keys of `cache_params` that LiteLLM's own cache class takes, in 1.80.9 to 1.106.0. */
const OF_LITELLM =
  'type mode host port password namespace ttl default_in_memory_ttl default_in_redis_ttl similarity_threshold supported_call_types ' +
  'azure_account_url azure_blob_container s3_bucket_name s3_region_name s3_api_version s3_use_ssl s3_verify s3_endpoint_url ' +
  's3_aws_access_key_id s3_aws_secret_access_key s3_aws_session_token s3_config s3_path gcs_bucket_name gcs_path_service_account gcs_path ' +
  'redis_semantic_cache_embedding_model redis_semantic_cache_index_name valkey_semantic_cache_embedding_model ' +
  'valkey_semantic_cache_index_name redis_flush_size redis_startup_nodes disk_cache_dir qdrant_api_base qdrant_api_key ' +
  'qdrant_collection_name qdrant_quantization_config qdrant_semantic_cache_embedding_model qdrant_semantic_cache_vector_size ' +
  'semantic_cache_embedding_max_input_tokens semantic_cache_embedding_timeout semantic_cache_scope max_messages ' +
  'gcp_service_account gcp_ssl_ca_certs';

/** Keys that name nodes; LiteLLM reads them on the way to redis-py. */
const NODES = 'startup_nodes sentinel_nodes sentinel_password service_name';

/** What the oldest and the newest client of redis-py take, and what LiteLLM adds to it. */
const OF_CLIENTS = [behaviourOf(() => false), behaviourOf(() => true)].flatMap(({ client, environment, clusterKeeps }) => [
  ...client,
  ...environment,
  ...clusterKeeps,
]);

/** Every key that a Redis cache may have; any other reaches the constructor of redis-py, which refuses it. */
export const CACHE_ARGUMENTS: readonly string[] = [...new Set([...`${OF_LITELLM} ${NODES}`.split(' '), ...OF_CLIENTS])];

/** Call types that LiteLLM caches when `supported_call_types` is not given, in 1.106.0. */
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
