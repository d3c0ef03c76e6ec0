import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { GATEWAY_ACL } from '../../src/doctor/facts/gateway-acl.ts';
import { startGateway } from '../support/gateway.ts';
import { startRedis } from '../support/redis.ts';

/** A model that two deployments serve, each with limits, so that the router counts. */
const deployment = (id: string) => ({
  model_name: 'cache-probe',
  litellm_params: { model: 'openai/cache-probe', api_key: 'none', mock_response: 'ok', rpm: 1_000, tpm: 100_000 },
  model_info: { id },
});

describe('the documented user of the gateway', () => {
  it.each(['deploy/compose/users.acl', 'docs/operations/tls-and-acl.md', 'docs/doctor/redis-user-too-powerful.md'])(
    'is the same in %s',
    async (file) => {
      expect(await readFile(file, 'utf8')).toContain(GATEWAY_ACL);
    },
  );

  it.each(['1.80.9', '1.104.2', '1.110.2'] as const)(
    'is refused nothing by LiteLLM %s with limits, budgets and routing by usage',
    async (release) => {
      const redis = await startRedis({ args: ['--requirepass', 'others', '--acllog-max-len', '1000'] });
      await redis.command('ACL', 'SETUSER', 'litellm', 'reset', 'on', ...GATEWAY_ACL.split(' '), '>pass');
      const gateway = await startGateway({
        release,
        redis: { port: redis.port, username: 'litellm', password: 'pass' },
        config: {
          litellm_settings: { cache_params: { namespace: 'litellm' } },
          model_list: [deployment('one'), deployment('two')],
          router_settings: {
            routing_strategy: 'usage-based-routing-v2',
            redis_url: `redis://litellm:pass@127.0.0.1:${redis.port}`,
            provider_budget_config: { openai: { budget_limit: 100, time_period: '1d' } },
          },
          general_settings: { max_parallel_requests: 50, global_max_parallel_requests: 100 },
        },
      });
      const headers = { authorization: `Bearer ${gateway.apiKey}`, 'content-type': 'application/json' };
      const ask = async (content: string) => {
        const body = JSON.stringify({ model: 'cache-probe', user: 'someone', messages: [{ role: 'user', content }] });
        const answer = await fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers, body });
        await answer.text();
        return answer.status;
      };
      for (const content of ['a', 'b', 'a', 'b']) expect(await ask(content)).toBe(200);

      const keys = async () => String(await redis.command('KEYS', '*'));
      await expect.poll(keys, { timeout: 30_000 }).toMatch(/litellm:[0-9a-f]{64}/);
      await expect.poll(keys, { timeout: 30_000 }).toMatch(/\{end_user:someone\}:tokens/);
      await expect.poll(keys, { timeout: 30_000 }).toMatch(/:tpm:/);
      await expect.poll(keys, { timeout: 30_000 }).toMatch(/provider_spend:openai/);
      expect(await redis.command('ACL', 'LOG')).toEqual([]);
      await gateway.stop();
      await redis.stop();
    },
  );
});
