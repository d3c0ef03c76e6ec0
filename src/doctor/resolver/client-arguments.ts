import type { RELEASES } from '../../litellm/releases.ts';

/** The arguments of `redis.Redis` in redis-py 5.2 and 5.3, as its constructor names them. */
const REDIS_PY_5 =
  'cache cache_config charset client_name connection_pool credential_provider db decode_responses encoding encoding_errors errors ' +
  'health_check_interval host lib_name lib_version max_connections password port protocol redis_connect_func retry retry_on_error ' +
  'retry_on_timeout single_connection_client socket_connect_timeout socket_keepalive socket_keepalive_options socket_timeout ssl ' +
  'ssl_ca_certs ssl_ca_data ssl_ca_path ssl_cert_reqs ssl_certfile ssl_check_hostname ssl_ciphers ssl_keyfile ssl_min_version ' +
  'ssl_ocsp_context ssl_ocsp_expected_cert ssl_password ssl_validate_ocsp ssl_validate_ocsp_stapled unix_socket_path username';

/** The same in redis-py 8.1. */
const REDIS_PY_8 =
  'cache cache_config client_name connection_pool credential_provider db decode_responses driver_info encoding encoding_errors ' +
  'event_dispatcher health_check_interval host legacy_responses lib_name lib_version maint_notifications_config max_connections ' +
  'oss_cluster_maint_notifications_handler password port protocol redis_connect_func retry retry_on_error retry_on_timeout ' +
  'single_connection_client socket_connect_timeout socket_keepalive socket_keepalive_options socket_read_size socket_timeout ssl ' +
  'ssl_ca_certs ssl_ca_data ssl_ca_path ssl_cert_reqs ssl_certfile ssl_check_hostname ssl_ciphers ssl_exclude_verify_flags ' +
  'ssl_include_verify_flags ssl_keyfile ssl_min_version ssl_ocsp_context ssl_ocsp_expected_cert ssl_password ssl_validate_ocsp ' +
  'ssl_validate_ocsp_stapled unix_socket_path username';

/** What a connection of redis-py 8.1 takes: what a pool made from a url may be given. */
const CONNECTION =
  'client_name credential_provider db decode_responses driver_info encoding encoding_errors event_dispatcher health_check_interval host ' +
  'legacy_responses lib_name lib_version maint_notifications_config oss_cluster_maint_notifications_handler password port protocol ' +
  'redis_connect_func retry_on_error retry_on_timeout socket_connect_timeout socket_keepalive socket_keepalive_options ' +
  'socket_read_size socket_timeout socket_type username';

/** What LiteLLM adds to the names that it looks for in the environment and in `cache_params`. */
const OF_LITELLM = 'url redis_connect_func gcp_service_account gcp_ssl_ca_certs';
const OF_AZURE = 'azure_redis_ad_token azure_client_id azure_tenant_id azure_client_secret';
const OF_AWS = 'aws_iam_auth aws_iam_user_name aws_iam_cache_name aws_iam_region aws_iam_serverless';

export const AZURE_ARGUMENTS: readonly string[] = OF_AZURE.split(' ');
export const AWS_ARGUMENTS: readonly string[] = OF_AWS.split(' ');

/** What LiteLLM hands to the client of a cluster, whatever the release. */
const CLUSTER =
  'password username ssl ssl_cert_reqs ssl_check_hostname ssl_ca_certs redis_connect_func credential_provider gcp_service_account ' +
  'gcp_ssl_ca_certs max_connections';

/** What only the client of a cluster has; redis-py 5.3 hides it from LiteLLM. */
const CLUSTER_OWN =
  'require_full_coverage reinitialize_steps cluster_error_retry_attempts read_from_replicas dynamic_startup_nodes address_remap';
const CLUSTER_TIMEOUTS = 'socket_timeout socket_connect_timeout health_check_interval socket_keepalive';
const CLUSTER_TYPED =
  'client_name db decode_responses driver_info encoding encoding_errors event_dispatcher legacy_responses lib_name lib_version ' +
  'load_balancing_strategy maint_notifications_config path policy_resolver protocol retry_on_error socket_keepalive_options ' +
  'socket_read_size ssl_ca_data ssl_certfile ssl_ciphers ssl_exclude_verify_flags ssl_include_verify_flags ssl_keyfile ssl_min_version';

/** Every argument of the Redis client that some release knows; any other name is a mistake, and its value may be a secret. */
export const ARGUMENTS: ReadonlySet<string> = new Set(
  [
    REDIS_PY_5,
    REDIS_PY_8,
    CONNECTION,
    OF_LITELLM,
    OF_AZURE,
    OF_AWS,
    CLUSTER,
    CLUSTER_OWN,
    CLUSTER_TIMEOUTS,
    CLUSTER_TYPED,
    'startup_nodes sentinel_nodes service_name',
  ]
    .join(' ')
    .split(' '),
);

/** What a release of LiteLLM does with arguments; one that is not known counts as the newest. */
export interface Behaviour {
  hostWins: boolean;
  clusterWins: boolean;
  sentinelKeeps: boolean;
  urlKeeps: ReadonlySet<string>;
  clusterKeeps: ReadonlySet<string>;
  /** Whether the client of a cluster looks at a url as well. */
  clusterTakesUrl: boolean;
  typed: boolean;
  /** Whether there are semantic caches of Valkey, and caches on disk. */
  valkey: boolean;
  disk: boolean;
  /** Whether a semantic cache in Redis connects when it is first used, not at the start. */
  semanticLazy: boolean;
  azure: boolean;
  /** Whether an empty size of the pool is left out for a cluster, and a socket_timeout is always set. */
  dropsEmptyPool: boolean;
  timeoutAlways: boolean;
  /** Whether the cache takes `max_messages`. */
  maxMessages: boolean;
  /** Whether a service account of Google must be a text with something in it. */
  gcpNeedsText: boolean;
  aws: boolean;
  routerReadsDb: boolean;
  coordination: boolean;
  coordinationFromEnvironment: boolean;
  /** Arguments of the constructor of redis-py. */
  client: ReadonlySet<string>;
  /** Arguments that are read from the environment as `REDIS_<NAME>`. */
  environment: readonly string[];
}

/** What the official image of a release does: its own rules, and the redis-py in it (5 until arguments were typed, 8 since). */
export function behaviourOf(has: (behaviour: keyof typeof RELEASES) => boolean): Behaviour {
  const typed = has('arguments_typed');
  const azure = has('azure_identity');
  const aws = has('aws_identity');
  const client = (typed ? REDIS_PY_8 : REDIS_PY_5).split(' ');
  const own = [OF_LITELLM, ...(azure ? [OF_AZURE] : []), ...(aws ? [OF_AWS] : [])].join(' ').split(' ');
  const excluded = ['connection_pool', 'retry', ...(typed ? ['credential_provider'] : [])];
  const urlKeeps = has('url_keeps_arguments') ? `${CONNECTION} max_connections` : has('url_keeps_pool_size') ? 'max_connections' : '';
  return {
    hostWins: has('configured_host_wins'),
    clusterWins: has('cluster_beats_url'),
    sentinelKeeps: has('sentinel_keeps_arguments'),
    urlKeeps: new Set(urlKeeps.split(' ')),
    clusterKeeps: new Set(
      [
        CLUSTER,
        ...(has('cluster_keeps_timeouts') ? [CLUSTER_TIMEOUTS] : [CLUSTER_OWN, 'url']),
        ...(typed ? [CLUSTER_OWN, CLUSTER_TYPED] : []),
      ]
        .join(' ')
        .split(' '),
    ),
    clusterTakesUrl: typed || !has('cluster_keeps_timeouts'),
    typed,
    valkey: has('valkey_semantic'),
    disk: !has('no_disk_cache'),
    semanticLazy: has('semantic_index_is_lazy'),
    azure,
    dropsEmptyPool: has('cluster_drops_empty_pool'),
    timeoutAlways: has('timeout_always'),
    maxMessages: has('max_messages'),
    gcpNeedsText: has('gcp_needs_text'),
    aws,
    routerReadsDb: has('router_reads_db'),
    coordination: has('coordination_redis'),
    coordinationFromEnvironment: has('coordination_from_environment'),
    client: new Set(client),
    environment: [...new Set([...client.filter((name) => !excluded.includes(name)), ...own])],
  };
}
