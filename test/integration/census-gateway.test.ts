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
});
