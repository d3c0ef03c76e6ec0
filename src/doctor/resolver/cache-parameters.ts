import type { Behaviour } from './client-arguments.ts';

/** Parameters of LiteLLM's own cache class; any other goes to the Redis client. */
const OF_CACHE: ReadonlySet<string> = new Set(
  (
    'type mode namespace ttl default_in_memory_ttl default_in_redis_ttl similarity_threshold supported_call_types azure_account_url ' +
    'azure_blob_container s3_bucket_name s3_region_name s3_api_version s3_use_ssl s3_verify s3_endpoint_url s3_aws_access_key_id ' +
    's3_aws_secret_access_key s3_aws_session_token s3_config s3_path gcs_bucket_name gcs_path_service_account gcs_path ' +
    'redis_semantic_cache_embedding_model redis_semantic_cache_index_name redis_startup_nodes disk_cache_dir qdrant_api_base ' +
    'qdrant_api_key qdrant_collection_name qdrant_quantization_config qdrant_semantic_cache_embedding_model ' +
    'gcp_service_account gcp_ssl_ca_certs'
  ).split(' '),
);

/** Parameters that came with arguments of a type: before, they went to the Redis client, which refuses them. */
const OF_LATER_CACHE: ReadonlySet<string> = new Set(
  (
    'valkey_semantic_cache_embedding_model valkey_semantic_cache_index_name qdrant_semantic_cache_vector_size ' +
    'semantic_cache_embedding_max_input_tokens semantic_cache_embedding_timeout semantic_cache_scope'
  ).split(' '),
);

/** Parameters of LiteLLM's Redis cache that are no arguments of the client. */
export const OF_REDIS_CACHE: ReadonlySet<string> = new Set(['namespace', 'redis_flush_size']);

/** Parameters that a later release took out of the arguments of the Redis client. */
const MAX_MESSAGES = 'max_messages';

/** Parameters that a release keeps for its own cache class; any other goes to the Redis client. */
export function ownParameters({ typed, maxMessages }: Pick<Behaviour, 'typed' | 'maxMessages'>): ReadonlySet<string> {
  return new Set([...OF_CACHE, ...(typed ? OF_LATER_CACHE : []), ...(maxMessages ? [MAX_MESSAGES] : [])]);
}

/** What the class takes and hands on to the Redis client. */
const HANDED_ON = ['host', 'port', 'password'];

/** Every key of `cache_params` that LiteLLM itself knows, in any release. */
export const OF_LITELLM: ReadonlySet<string> = new Set([
  ...ownParameters({ typed: true, maxMessages: true }),
  ...OF_REDIS_CACHE,
  ...HANDED_ON,
]);
