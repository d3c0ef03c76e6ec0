import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { RECORDED_RELEASE } from '../../dev/gateway.ts';
import { classOf } from '../../src/census/key-class.ts';
import type { KeyClass } from '../../src/model/census.ts';
import { eventually } from '../support/eventually.ts';
import { startGateway } from '../support/gateway.ts';
import { lacksRedis, startRedis } from '../support/redis.ts';
import { targetConfig, watchTarget } from '../support/target.ts';

/** What a gateway that routes by usage leaves in its Redis after a request of a user and one of a probe. */
const LEFT: readonly KeyClass[] = ['response_or_key_hash', 'rate_limit', 'routing', 'probe'];

/** A key with limits and budgets of every kind that needs no database. */
const KEYS_PY = `
from litellm.proxy._types import UserAPIKeyAuth


async def decide(request, api_key):
    limits = {"rpm_limit": 100, "tpm_limit": 100000}
    return UserAPIKeyAuth(
        api_key=api_key.removeprefix("Bearer "),
        **limits,
        max_parallel_requests=5,
        **{f"{owner}_{name}": value for owner in ("user", "team", "end_user", "organization") for name, value in limits.items()},
        user_id="u1",
        team_id="t1",
        end_user_id="e1",
        org_id="o1",
        metadata={"model_rpm_limit": {"cache-probe": 50}, "model_tpm_limit": {"cache-probe": 5000}},
        model_max_budget={"cache-probe": {"budget_limit": 1.0, "time_period": "1d"}},
    )
`;

describe.skipIf(await lacksRedis('8.2.3'))('the Redis of a gateway', () => {
  it.each(RECORDED_RELEASE)('LiteLLM %s has keys of known classes only', async (release) => {
    const redis = await startRedis();
    const router_settings = { routing_strategy: 'usage-based-routing-v2', redis_host: '127.0.0.1', redis_port: redis.port };
    const gateway = await startGateway({
      release,
      redis,
      config: { litellm_settings: { cache_params: { namespace: 'litellm' } }, router_settings },
    });
    const ask = async (more: object) => {
      const answer = await fetch(`${gateway.url}/v1/completions`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${gateway.apiKey}` },
        body: JSON.stringify({ model: 'cache-probe', prompt: 'hello', ...more }),
      });
      expect(answer.status, await answer.text()).toBe(200);
    };
    await ask({});
    await ask({ cache: { namespace: 'lce-probe-0af76519', ttl: 60 } });
    const watched = watchTarget(targetConfig(redis.url, { census: { interval: 10_000, sample: 1_000 } }));
    await watched.tick();
    const keys = await eventually(async () => {
      expect(await watched.census()).toBeUndefined();
      const classes = watched.censusStatus()?.census?.classes.filter((entry) => entry.keys > 0) ?? [];
      return LEFT.every((name) => classes.some((entry) => entry.class === name)) && classes;
    });
    expect(keys.map((entry) => entry.class).filter((name) => name !== 'other' && !LEFT.includes(name))).toEqual([]);
    const names = z.array(z.string()).parse(await redis.command('KEYS', '*'));
    // Alerting leaves the note that its daily report was sent, sooner or later.
    expect(names.filter((name) => classOf(name) === 'other' && !name.endsWith('daily_metrics_report_sent'))).toEqual([]);
    expect(keys.find((entry) => entry.class === 'probe')).toMatchObject({ keys: 1, withoutTtl: 0 });
    await watched.watch.close();
  });

  it('of LiteLLM 1.110.2 has keys of known classes only, with the native stores of limits, budgets, affinity and cooldowns in use', async () => {
    const redis = await startRedis();
    const failing = { api_key: 'none', api_base: 'http://127.0.0.1:1/v1', max_retries: 0 };
    const gateway = await startGateway({
      release: '1.110.2',
      redis,
      files: { 'keys.py': KEYS_PY },
      config: {
        model_list: [
          {
            model_name: 'cache-probe',
            litellm_params: { model: 'openai/cache-probe', api_key: 'none', mock_response: 'ok', rpm: 100, tpm: 10_000 },
          },
          ...['a', 'b'].map((name) => ({ model_name: 'fails', litellm_params: { model: `openai/${name}`, ...failing } })),
        ],
        litellm_settings: { cache_params: { namespace: 'litellm' } },
        general_settings: { custom_auth: 'keys.decide' },
        router_settings: {
          routing_strategy: 'usage-based-routing-v2',
          redis_host: '127.0.0.1',
          redis_port: redis.port,
          num_retries: 0,
          allowed_fails: 1,
          provider_budget_config: { openai: { budget_limit: 10, time_period: '1d' } },
          optional_pre_call_checks: ['deployment_affinity', 'session_affinity'],
        },
      },
    });
    const ask = async (model: string) => {
      const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: 'Bearer sk-virtual' },
        body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }], user: 'e1', metadata: { session_id: 's1' } }),
      });
      await answer.arrayBuffer();
      return answer.status;
    };
    expect(await ask('cache-probe')).toBe(200);
    const seen = await eventually(async () => {
      await ask('fails');
      const names = z.array(z.string()).parse(await redis.command('KEYS', '*'));
      const classes = new Set(names.map(classOf));
      const wanted: readonly KeyClass[] = ['response_or_key_hash', 'rate_limit', 'routing', 'spend', 'cooldown'];
      return wanted.every((name) => classes.has(name)) && names;
    }, 60_000);
    expect(seen.filter((name) => classOf(name) === 'other' && !name.endsWith('daily_metrics_report_sent'))).toEqual([]);
    expect(seen.some((name) => name.includes('allowed_fails'))).toBe(true);
  });
});
