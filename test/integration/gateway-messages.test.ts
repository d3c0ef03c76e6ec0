import { afterAll, describe, expect, it } from 'vitest';
import { freePort } from '../../dev/process.ts';
import type { RunningRedis } from '../../dev/redis.ts';
import { startProvider } from '../release/provider.ts';
import { startGateway } from '../support/gateway.ts';
import { lacksRedis, startRedis } from '../support/redis.ts';
import { targetConfig, watchTarget } from '../support/target.ts';
import { gatewayConfig, inTurn, watchGateway } from '../support/watched-gateway.ts';

/** What a hit of messages shows, by release and model: a mock, or a provider of another API, asked by a call that is cached as well. */
const CASES = [
  ['1.104.2', 'mock', 'hit_unlabelled'],
  ['1.104.2', 'provided', 'hit_unlabelled'],
  ['1.110.2', 'mock', 'ok'],
  ['1.110.2', 'provided', 'ok'],
] as const;
const RELEASES = [...new Set(CASES.map(([release]) => release))];
const provider = await startProvider();
afterAll(() => provider.close());

describe.skipIf(await lacksRedis('8.2.3'))('the route messages', () => {
  it.each(RELEASES)('of LiteLLM %s is served from Redis, and from memory while Redis is away', async (release) => {
    const port = await freePort();
    let redis: RunningRedis = await startRedis({ port });
    const gateway = await startGateway({
      release,
      redis: { port },
      config: {
        model_list: [
          { model_name: 'mock', litellm_params: { model: 'openai/mock', api_key: 'none', mock_response: 'ok' } },
          { model_name: 'provided', litellm_params: { model: 'openai/provided', api_key: 'none', api_base: `${provider.url}/v1` } },
        ],
        litellm_settings: { cache_params: { namespace: 'litellm' } },
      },
    });
    const watched = watchTarget(targetConfig(redis.url));
    const probes = CASES.filter((one) => one[0] === release).map(([, model, outcome]) => ({
      outcome,
      probed: watchGateway(
        gatewayConfig(gateway.url, { name: model, model, api_key: gateway.apiKey, routes: ['messages', 'chat'], namespace: 'litellm' }),
        watched.target,
      ),
    }));
    for (const { probed, outcome } of probes) {
      const status = await inTurn(watched, probed).becomes('working');
      expect(status.pairs.map((pair) => [pair.route, pair.outcome])).toEqual([
        ['messages', outcome],
        ['chat', 'ok'],
      ]);
    }
    await redis.stop();
    // The worker answers chat from its memory, and messages by the call behind it: neither is a read of another Redis.
    for (const { probed } of probes) expect((await inTurn(watched, probed).becomes('memory_only')).cause).toBe('redis_unreachable');
    redis = await startRedis({ port });
    for (const { probed } of probes) await inTurn(watched, probed).becomes('working');
    await Promise.all([...probes.map(({ probed }) => probed.watch.close()), watched.watch.close()]);
  });
});
