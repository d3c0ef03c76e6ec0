import { describe, expect, it } from 'vitest';
import { freePort } from '../../dev/process.ts';
import type { RunningRedis } from '../../dev/redis.ts';
import { ROUTE, type Verdict } from '../../src/model/cache.ts';
import { isSuccess } from '../../src/pairs/outcome.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { openStrippingFront } from '../gauntlet/front.ts';
import { eventually } from '../support/eventually.ts';
import { startGateway } from '../support/gateway.ts';
import { modelsOfOrigin, startOrigin } from '../support/origin.ts';
import { lacksRedis, startRedis } from '../support/redis.ts';
import { targetConfig, watchTarget } from '../support/target.ts';
import { gatewayConfig, inTurn, watchGateway } from '../support/watched-gateway.ts';

/** By release: the routes whose answers it caches. */
const CASES = [
  ['1.80.9', ROUTE.filter((route) => route !== 'responses')],
  ['1.104.2', ROUTE],
  ['1.110.2', ROUTE],
] as const;

describe.skipIf(await lacksRedis('8.2.3'))('a gateway whose model leads to the origin', () => {
  it.each(CASES)(
    'LiteLLM %s works by content on all routes, with headers and without, and an outage is told as one',
    async (release, routes) => {
      const origin = await startOrigin({ latency: 100 });
      const port = await freePort();
      let redis: RunningRedis = await startRedis({ port });
      const gateway = await startGateway({
        release,
        redis: { port },
        config: { ...(await modelsOfOrigin(origin)), litellm_settings: { cache_params: { namespace: 'litellm' } } },
      });
      const front = await openStrippingFront(gateway.port);
      const watched = watchTarget(targetConfig(redis.url));
      const probes = [gateway.url, `http://127.0.0.1:${front.port}`].map((url) => {
        const config = gatewayConfig(url, {
          api_key: gateway.apiKey,
          routes: [...routes],
          namespace: 'litellm',
          redis: 'cache',
          origin: true,
        });
        return watchGateway(config, watched.target, systemClock, undefined, undefined, undefined, origin.keys);
      });
      for (const [index, probed] of probes.entries()) {
        const { becomes, tick } = inTurn(watched, probed);
        await becomes('working');
        const before = origin.counted.length;
        const status = await tick();
        // The first request of each pair, and no duplicate.
        expect(origin.counted.length - before, release).toBe(routes.length);
        expect(status).toMatchObject({ verdict: 'working', cause: 'none', costUsd: 0, origin: { problems: [] } });
        for (const pair of status.pairs) {
          expect(isSuccess(pair.outcome), `${index} ${pair.route}: ${pair.outcome}, ${pair.evidence}`).toBe(true);
          expect(pair.evidence).toContain('told by its content');
        }
      }
      await redis.stop();
      for (const probed of probes) {
        const { tick } = inTurn(watched, probed);
        const seen = new Set<Verdict>();
        const status = await eventually(async () => {
          const found = await tick();
          seen.add(found.verdict);
          return found.verdict === 'memory_only' && found;
        }, 40_000);
        expect(status, status.evidence).toMatchObject({ cause: 'redis_unreachable', origin: { problems: [] } });
        expect(seen).not.toContain('wrong_answers');
      }
      redis = await startRedis({ port });
      for (const probed of probes) await inTurn(watched, probed).becomes('working');
      await Promise.all([...probes.map(({ watch }) => watch.close()), watched.watch.close(), front.close()]);
    },
  );
});
