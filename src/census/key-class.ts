import type { KeyClass } from '../model/census.ts';

/** LiteLLM's `cache_params.namespace` in front of a name; in older releases not on all of its keys. */
const NS = '(?:[^:{}]+:)?';
const HEX64 = '[0-9a-f]{64}';

/** Longer names are not LiteLLM's. */
const MAX_KEY_CHARACTERS = 1_024;

/**
 * The names that LiteLLM gives to its keys (1.80 to 1.110: caching.py, parallel_request_limiter_v3.py,
 * dynamic_rate_limiter_v3.py, cooldown_cache.py, lowest_tpm_rpm*.py, lowest_latency.py, budget_limiter.py,
 * pod_lock_manager.py, shared_health_check_manager.py, scheduler.py, auth_checks.py, and since 1.110 the native
 * stores: redis/stores, rust_bridge). The first that fits counts: a budget or a session may end in a hash, too.
 */
const NAMES: readonly (readonly [KeyClass, RegExp])[] = [
  ['probe', new RegExp(`(?:^|:)lce-probe-[0-9a-f]+:${HEX64}$`)],
  [
    'rate_limit',
    new RegExp(
      `^${NS}\\{(?:api_key|user|team|team_member|end_user|organization|model_per_\\w+|priority_model|model_saturation_check):[^{}]*\\}`,
    ),
  ],
  ['rate_limit', new RegExp(`^${NS}\\{\\w+:[^{}]*\\}:(?:tokens|requests|max_parallel_requests|window)$`)],
  ['rate_limit', new RegExp(`^${NS}\\{session_iterations:[^{}]*\\}:count$`)],
  ['rate_limit', new RegExp(`^${NS}batch_enqueued_token(?:s|_reservation):`)],
  ['rate_limit', new RegExp(`^${NS}login_fail:\\{`)],
  ['rate_limit', /::[^:]+::request_count$/],
  ['rate_limit', new RegExp(`^${NS}global_max_parallel_requests$`)],
  ['cooldown', new RegExp(`^${NS}deployment:.+:cooldown$`)],
  ['cooldown', new RegExp(`^${NS}deployment:[^:]+:allowed_fails(?::|$)`)],
  ['routing', /:(?:tpm|rpm):\d{2}-\d{2}$/],
  ['routing', new RegExp(`^${NS}deployment:.+:prompt_caching$`)],
  ['routing', new RegExp(`^${NS}deployment_affinity:v\\d+:`)],
  ['routing', new RegExp(`^${NS}\\{sensitive_route:[^{}]*\\}:model$`)],
  ['routing', new RegExp(`^${NS}scheduler:queue`)],
  ['spend', new RegExp(`^${NS}(?:provider|deployment|tag|virtual_key)_spend:`)],
  ['spend', new RegExp(`^${NS}(?:end_user|user|team|team_member)_model_spend:`)],
  ['spend', new RegExp(`^${NS}(?:provider|virtual_key|end_user|(?:user|team|team_member)_model)_budget_start_time:`)],
  ['spend', new RegExp(`^${NS}\\{session_budget:[^{}]*\\}:spend$`)],
  ['spend', new RegExp(`^${NS}spend(?:_db_floor:spend)?:\\w+:`)],
  ['spend', new RegExp(`^${NS}litellm_(?:\\w+_)?spend_update_buffer$`)],
  ['lock', new RegExp(`^${NS}cronjob_lock:`)],
  ['health_check', new RegExp(`^${NS}health_check_(?:lock|results)(?::|$)`)],
  ['config', new RegExp(`^${NS}litellm_config:param:`)],
  ['auth', new RegExp(`^${NS}(?:user_id|team_id|end_user_id|org_id|project_id|team_membership|tag|(?:user_)?object_permission_id):`)],
  ['auth', new RegExp(`^${NS}(?:team_alias|org_alias|model_access_group|jwt_key_mapping|end_user_validation):`)],
  ['auth', new RegExp(`^${NS}(?:default_end_user_budget|team_member_default_budget|user_provider_credential):`)],
  ['auth', new RegExp(`^${NS}(?:cli_sso_session|pkce_verifier|login_code|saml_(?:idp_settings|authn_request|consumed_assertion)):`)],
  ['auth', new RegExp(`^${NS}mcp:(?:per_user_token|temporary_server):`)],
  ['auth', new RegExp(`^${NS}litellm_(?:jwks_unreachable|stale|jwt_auth_keys|oidc_discovery)_`)],
  ['auth', new RegExp(`^${NS}oidc_userinfo_`)],
  ['routing', new RegExp(`^${NS}[^:{}]+_map$`)],
  // A request may bring a namespace of its own, which comes after that of the gateway.
  ['response_or_key_hash', new RegExp(`^${NS}${NS}${HEX64}$`)],
];

/** What a key is for, by its name alone. */
export function classOf(name: string): KeyClass {
  if (name.length > MAX_KEY_CHARACTERS) return 'other';
  return NAMES.find(([, pattern]) => pattern.test(name))?.[0] ?? 'other';
}
