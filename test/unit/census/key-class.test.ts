import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classOf } from '../../../src/census/key-class.ts';
import { KEY_CLASS, type KeyClass } from '../../../src/model/census.ts';

const HASH = 'c0de'.repeat(16);

/** Names as LiteLLM writes them, by where it does. */
const CATALOGUE: Readonly<Record<string, readonly (readonly [string, KeyClass])[]>> = {
  'cached responses': [
    [HASH, 'response_or_key_hash'],
    [`litellm:${HASH}`, 'response_or_key_hash'],
    [`litellm:team-a:${HASH}`, 'response_or_key_hash'],
  ],
  'rate limiter v3': [
    [`{api_key:${HASH}}:tokens`, 'rate_limit'],
    [`{api_key:${HASH}}:requests`, 'rate_limit'],
    [`{api_key:${HASH}}:max_parallel_requests`, 'rate_limit'],
    [`{api_key:${HASH}}:window`, 'rate_limit'],
    [`litellm:{api_key:${HASH}}:window`, 'rate_limit'],
    ['{user:u1}:requests', 'rate_limit'],
    ['{team:t1}:tokens', 'rate_limit'],
    ['{team_member:t1:u1}:tokens', 'rate_limit'],
    ['{end_user:e1}:window', 'rate_limit'],
    ['{organization:o1}:requests', 'rate_limit'],
    [`{model_per_key:${HASH}:gpt-4o}:tokens`, 'rate_limit'],
    ['{model_per_team:t1:gpt-4o}:tokens', 'rate_limit'],
    ['{model_per_organization:o1:gpt-4o}:tokens', 'rate_limit'],
    ['{priority_model:gpt-4o:high}:requests', 'rate_limit'],
    ['{model_saturation_check:gpt-4o}:requests', 'rate_limit'],
  ],
  'rate limiter v1': [
    [`${HASH}::2026-03-04-05-06::request_count`, 'rate_limit'],
    ['global_max_parallel_requests', 'rate_limit'],
  ],
  // All that a real 1.110.2 wrote with limits of a key, user, team, end user and organization, a budget of a provider and of a
  // model, usage-based routing, affinity, and failing deployments (test/integration/census-gateway.test.ts).
  'the native stores of 1.110, as seen': [
    [`${HASH}:openai/cache-probe:rpm:16-22`, 'routing'],
    [`global_router:${HASH}:openai/cache-probe:tpm:16-22`, 'routing'],
    [`deployment:${HASH}:allowed_fails`, 'cooldown'],
    [`deployment:${HASH}:cooldown`, 'cooldown'],
    [`deployment_affinity:v1:cache-probe:${HASH}`, 'routing'],
    [`deployment_affinity:v1:session:cache-probe:${HASH}:s1`, 'routing'],
    [`litellm:virtual_key_budget_start_time:${HASH}:cache-probe:1d`, 'spend'],
    [`litellm:virtual_key_spend:${HASH}:cache-probe:1d`, 'spend'],
    ['provider_budget_start_time:openai', 'spend'],
    ['provider_spend:openai:1d', 'spend'],
    [`{api_key:${HASH}}:window`, 'rate_limit'],
    [`{model_per_key:${HASH}:cache-probe}:requests`, 'rate_limit'],
    ['{model_per_organization:o1:cache-probe}:tokens', 'rate_limit'],
    ['{team_member:t1:u1}:tokens', 'rate_limit'],
    ['{end_user:e1}:window', 'rate_limit'],
  ],
  // Read in the wheel of 1.110.2, not seen: they need a database, batches or an agent.
  'rate limits of the native stores of 1.110': [
    [`{api_key_tpd:${HASH}}:tokens`, 'rate_limit'],
    ['{model_per_team_ptu:t1:gpt-4o}:tokens', 'rate_limit'],
    ['{model_per_project:p1:gpt-4o}:tokens', 'rate_limit'],
    ['{mcp_per_key:k:server}:requests', 'rate_limit'],
    ['{tag:a}:requests', 'rate_limit'],
    ['litellm:{agent_session:a1:s1}:window', 'rate_limit'],
    ['{session_iterations:s1}:count', 'rate_limit'],
    [`batch_enqueued_tokens:api_key:${HASH}`, 'rate_limit'],
    ['batch_enqueued_token_reservation:batch_1', 'rate_limit'],
    ['login_fail:{10.0.0.1}:user:admin', 'rate_limit'],
  ],
  'other native stores of 1.110': [
    ['litellm:deployment:1f2e3d:allowed_fails:RateLimitError', 'cooldown'],
    ['{sensitive_route:t1:s1}:model', 'routing'],
    ['{session_budget:s1}:spend', 'spend'],
    ['spend:team_member:u1:t1', 'spend'],
    ['spend:end_user:e1', 'spend'],
    ['spend:org:o1', 'spend'],
    ['spend:tag:a', 'spend'],
    ['spend:project:p1', 'spend'],
    ['spend:model_access_group:g1', 'spend'],
    ['spend:shadow_eval:j1', 'spend'],
    [`spend_db_floor:spend:key:${HASH}`, 'spend'],
    ['team_member_model_spend:t1:u1:gpt-4o:1d', 'spend'],
    ['end_user_budget_start_time:e1', 'spend'],
    ['user_model_budget_start_time:u1', 'spend'],
    ['project_id:p1', 'auth'],
    ['model_access_group:g1', 'auth'],
    ['user_object_permission_id:u1', 'auth'],
    ['jwt_key_mapping:sub:u1', 'auth'],
    ['team_alias:a', 'auth'],
    ['org_id:o1:with_budget', 'auth'],
    ['default_end_user_budget:b1', 'auth'],
    ['mcp:per_user_token:u1:s1', 'auth'],
    ['litellm:mcp:temporary_server:s1', 'auth'],
    ['login_code:c', 'auth'],
    [`saml_idp_settings:${HASH}`, 'auth'],
    ['litellm_oidc_discovery_https://idp.example', 'auth'],
    ['litellm_stale_litellm_jwt_auth_keys_https://idp.example/keys', 'auth'],
  ],
  'router cooldowns': [['deployment:1f2e3d:cooldown', 'cooldown']],
  'usage-based routing': [
    ['gpt-4o:tpm:05-06', 'routing'],
    ['gpt-4o:rpm:05-06', 'routing'],
    ['1f2e3d:openai/gpt-4o:tpm:05-06', 'routing'],
    ['1f2e3d:openai/gpt-4o:rpm:05-06', 'routing'],
  ],
  'latency and cost routing': [['gpt-4o_map', 'routing']],
  'prompt-cache affinity': [[`deployment:${HASH}:prompt_caching`, 'routing']],
  budgets: [
    ['provider_spend:openai:1d', 'spend'],
    ['deployment_spend:1f2e3d:1d', 'spend'],
    ['tag_spend:a:1d', 'spend'],
    ['provider_budget_start_time:openai', 'spend'],
    [`virtual_key_spend:${HASH}:gpt-4o:1d`, 'spend'],
    [`virtual_key_budget_start_time:${HASH}`, 'spend'],
  ],
  'spend counters': [
    [`spend:key:${HASH}`, 'spend'],
    [`spend:key:${HASH}:window:1d`, 'spend'],
    ['spend:team:t1', 'spend'],
    ['spend:user:u1', 'spend'],
  ],
  'spend queues': [
    ['litellm_spend_update_buffer', 'spend'],
    ['litellm_daily_spend_update_buffer', 'spend'],
    ['litellm_daily_team_spend_update_buffer', 'spend'],
    ['litellm_daily_end_user_spend_update_buffer', 'spend'],
  ],
  'pod locks': [['cronjob_lock:db_spend_update_job', 'lock']],
  'shared health checks': [
    ['health_check_lock', 'health_check'],
    ['health_check_lock:gpt-4o', 'health_check'],
    ['health_check_results', 'health_check'],
    ['health_check_results:gpt-4o', 'health_check'],
  ],
  'request prioritisation': [['scheduler:queue:gpt-4o', 'routing']],
  miscellaneous: [
    ['litellm:polling:response:r1', 'other'],
    ['cli_sso_session:s1', 'auth'],
    ['pkce_verifier:p1', 'auth'],
    ['litellm_jwt_auth_keys_https://idp.example/keys', 'auth'],
    ['oidc_userinfo_abc', 'auth'],
    ['litellm_config:param:general_settings', 'config'],
    ['daily_metrics_report_sent', 'other'],
  ],
  'objects of the auth cache': [
    ['user_id:u1', 'auth'],
    ['team_id:t1', 'auth'],
    ['end_user_id:e1', 'auth'],
    ['org_id:o1', 'auth'],
    [`team_membership:u1:${HASH}`, 'auth'],
    ['tag:a', 'auth'],
    ['object_permission_id:o1', 'auth'],
    [`litellm:user_id:${HASH}`, 'auth'],
    [HASH, 'response_or_key_hash'],
  ],
  'entries of probes': [
    [`lce-probe-0af76519:${HASH}`, 'probe'],
    [`litellm:lce-probe-0af76519:${HASH}`, 'probe'],
  ],
  'what is not LiteLLM': [
    ['session:abc', 'other'],
    [HASH.toUpperCase(), 'other'],
    [`${HASH}0`, 'other'],
    [`a:b:c:${HASH}`, 'other'],
    [`{a}:${HASH}`, 'other'],
    ['', 'other'],
    ['spend', 'other'],
    ['spend:', 'other'],
    ['deployment:1f2e3d', 'other'],
    ['{sensitive_route:t1}:models', 'other'],
    ['session_budget:s1:spend', 'other'],
    ['deployment_affinity:gpt-4o', 'other'],
  ],
};

describe.each(Object.entries(CATALOGUE))('keys of %s', (_, rows) => {
  it.each(rows)('%s', (name, expected) => {
    expect(classOf(name)).toBe(expected);
  });
});

describe('a hostile name', () => {
  it('is of some class, whatever bytes it has', () => {
    const part = fc.constantFrom(
      ':',
      '{',
      '}',
      '\n',
      'lce-probe-',
      'deployment:',
      ':cooldown',
      '_map',
      '::',
      ':tpm:00-00',
      'api_key',
      HASH,
    );
    const bytes = fc.uint8Array().map((array) => Buffer.from(array).toString('latin1'));
    fc.assert(
      fc.property(fc.array(fc.oneof(part, bytes), { maxLength: 30 }), (parts) => {
        expect(KEY_CLASS).toContain(classOf(parts.join('')));
      }),
    );
  });

  // Time that grows with the square of the length would be hours.
  it('of a megabyte is told', () => {
    for (const unit of [':', 'a:', '::a', 'deployment:', '{api_key:', '0', 'ns:ns:'])
      for (const end of ['', ':cooldown', '}:tokens', HASH]) {
        const name = unit.repeat(2 ** 20 / unit.length) + end;
        expect(classOf(name)).toBe('other');
      }
  });
});
