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

/** Keys that LiteLLM reads on the way to redis-py. */
const OF_CLIENT =
  'url startup_nodes sentinel_nodes sentinel_password service_name azure_redis_ad_token azure_client_id azure_tenant_id ' +
  'azure_client_secret aws_iam_auth aws_iam_user_name aws_iam_cache_name aws_iam_region aws_iam_serverless';

/** Arguments of the clients of redis-py 5.2 to 8.1. */
const OF_REDIS_PY =
  'cache cache_config charset client_name cluster_error_retry_attempts credential_provider db decode_responses driver_info ' +
  'dynamic_startup_nodes encoding encoding_errors errors event_dispatcher health_check_interval legacy_responses lib_name lib_version ' +
  'load_balancing_strategy maint_notifications_config max_connections protocol read_from_replicas redis_connect_func ' +
  'reinitialize_steps require_full_coverage retry_on_error retry_on_timeout single_connection_client socket_connect_timeout ' +
  'socket_keepalive socket_keepalive_options socket_read_size socket_timeout ssl ssl_ca_certs ssl_ca_data ssl_ca_path ssl_cert_reqs ' +
  'ssl_certfile ssl_check_hostname ssl_ciphers ssl_exclude_verify_flags ssl_include_verify_flags ssl_keyfile ssl_min_version ' +
  'ssl_ocsp_context ssl_ocsp_expected_cert ssl_password ssl_validate_ocsp ssl_validate_ocsp_stapled unix_socket_path username';

/** Every key that a Redis cache may have; any other reaches the constructor of redis-py, which refuses it. */
export const CACHE_ARGUMENTS: readonly string[] = `${OF_LITELLM} ${OF_CLIENT} ${OF_REDIS_PY}`.split(' ');

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
