import { describe, expect, it } from 'vitest';
import { type GatewayRelease, NEWEST_RELEASE } from '../../dev/gateway.ts';
import { readFidelity } from '../../scripts/fidelity-page.ts';
import { FIDELITY_SHAPE } from '../../src/model/fidelity.ts';
import type { GatewayStatus } from '../../src/model/status.ts';
import { EXACT_SHAPES } from '../fidelity/shapes.ts';
import { page } from '../support/documentation.ts';
import { eventually } from '../support/eventually.ts';
import { startGateway } from '../support/gateway.ts';
import { modelsOfOrigin, startOrigin } from '../support/origin.ts';
import { lacksRedis, startRedis } from '../support/redis.ts';
import { targetConfig, watchTarget } from '../support/target.ts';
import { gatewayConfig, inTurn, watchGateway } from '../support/watched-gateway.ts';

const TABLE = readFidelity(page('docs/fidelity.md').text);

describe.skipIf(await lacksRedis('8.2.3'))('what the cache does to answers', () => {
  it.each<GatewayRelease>(['1.80.9', NEWEST_RELEASE])(
    'of LiteLLM %s is what the page says, and follows the verdict; an outage is told as that',
    async (release) => {
      const origin = await startOrigin();
      const redis = await startRedis();
      const gateway = await startGateway({ release, redis, config: await modelsOfOrigin(origin) });
      const watched = watchTarget(targetConfig(redis.url));
      const config = gatewayConfig(gateway.url, {
        api_key: gateway.apiKey,
        redis: 'cache',
        fidelity: { interval: 60_000, shapes: [...FIDELITY_SHAPE], accept: [] },
      });
      const probed = watchGateway(config, watched.target, undefined, undefined, undefined, undefined, origin.keys);
      const { tick, becomes } = inTurn(watched, probed);
      const status = await eventually(async () => {
        const now = await tick();
        return knownShapes(now).length === EXACT_SHAPES.length && now;
      }, 180_000);
      expect(Object.fromEntries(knownShapes(status).map(({ shape, result }) => [shape, result]))).toEqual(
        Object.fromEntries(EXACT_SHAPES.map((shape) => [shape, TABLE[release]?.[shape]?.result])),
      );
      const isWrong = EXACT_SHAPES.some((shape) => TABLE[release]?.[shape]?.result === 'wrong');
      expect(status).toMatchObject(isWrong ? { verdict: 'wrong_answers', cause: 'answer_wrong' } : { verdict: 'working', cause: 'none' });

      await redis.stop();
      const away = await becomes('memory_only');
      expect(away.cause).toBe('redis_unreachable');
      expect(knownShapes(away).length).toBe(EXACT_SHAPES.length);
      await probed.watch.close();
      await watched.watch.close();
    },
  );
});

function knownShapes({ fidelity }: GatewayStatus) {
  return (fidelity?.shapes ?? []).filter(({ result }) => result !== 'unknown');
}
