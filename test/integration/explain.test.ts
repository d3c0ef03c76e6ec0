import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeyAsker } from '../../src/explain/asker.ts';
import { differenceOf } from '../../src/explain/difference.ts';
import { writeJson } from '../../src/explain/json-text.ts';
import { createPace } from '../../src/explain/pace.ts';
import { compared, explainPair } from '../../src/explain/pair.ts';
import type { AskedRoute, UserRequest } from '../../src/explain/request.ts';
import { createGateway } from '../../src/litellm/gateway.ts';
import { createKeyWatch } from '../../src/redis/probe-keys/watch.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { startGateway } from '../support/gateway.ts';
import { keysOfLitellm } from '../support/litellm-keys.ts';
import { lacksRedis, startRedis } from '../support/redis.ts';
import { requestPairs } from '../support/request-pairs.ts';
import { targetConfig, watchTarget } from '../support/target.ts';
import { gatewayConfig } from '../support/watched-gateway.ts';

const PAIRS = Number(process.env.EXPLAIN_PAIRS ?? 18);
const SEED = Number(process.env.EXPLAIN_SEED ?? 1);
const AT_ONCE = 8;

/** By release: the APIs whose answers it caches under keys of their own. */
const CASES: readonly (readonly ['1.80.9' | '1.104.2' | '1.110.2', readonly AskedRoute[]])[] = [
  ['1.80.9', ['chat', 'chat', 'completions', 'embeddings']],
  ['1.104.2', ['chat', 'chat', 'completions', 'embeddings', 'responses', 'messages']],
  ['1.110.2', ['chat', 'chat', 'completions', 'embeddings', 'responses', 'messages']],
];

const never = new AbortController().signal;

describe.skipIf(await lacksRedis('8.2.3'))('explain and the key function of LiteLLM', () => {
  it.each(CASES)(
    '%s agree on every pair, and the smallest difference is one: undone it gives the same key, and each part of it alone another',
    async (release, routes) => {
      const redis = await startRedis({ release: '8.2.3' });
      const gateway = await startGateway({
        release,
        redis: { port: redis.port },
        config: {
          model_list: [
            { model_name: 'cache-probe', litellm_params: { model: 'openai/cache-probe', api_key: 'none', mock_response: 'ok' } },
            {
              model_name: 'cache-probe-embedding',
              litellm_params: { model: 'openai/cache-probe-embedding', api_key: 'none', mock_response: [0.1, 0.2] },
            },
          ],
          litellm_settings: { cache_params: { namespace: 'litellm' } },
        },
      });
      const { target, tick, watch } = watchTarget(targetConfig(redis.url));
      await tick();
      const keys = createKeyWatch(target, systemClock, '0123abcd', 100);
      await keys.connect('litellm', never, true);
      const asker = (model: string) =>
        createKeyAsker({
          gateway: createGateway(gatewayConfig(gateway.url, { api_key: gateway.apiKey, timeout: 60_000 }), systemClock, {
            started: () => undefined,
            finished: () => undefined,
          }),
          model,
          keys,
          clock: systemClock,
          pace: createPace(1_000, systemClock),
          mayPay: () => true,
          pay: () => undefined,
        });
      const askers = { text: asker('cache-probe'), embedding: asker('cache-probe-embedding') };
      const pairs = Array.from({ length: PAIRS }, (_, index) => {
        const route = routes[index % routes.length] ?? 'chat';
        return fc.sample(requestPairs(route), { seed: SEED + index, numRuns: 1 })[0];
      }).filter((pair) => pair !== undefined);

      const found: { name: string; first: UserRequest; second: UserRequest; explained: Awaited<ReturnType<typeof explainPair>> }[] = [];
      let next = 0;
      const work = async () => {
        for (let pair = pairs[next++]; pair !== undefined; pair = pairs[next++]) {
          const [first, second] = pair;
          const explained = await explainPair(first, second, first.route === 'embeddings' ? askers.embedding : askers.text, never);
          found.push({ name: `${first.route} ${writeJson(first.body)} ${writeJson(second.body)}`, first, second, explained });
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));

      const checks = found.map(({ name, first, second, explained }) => {
        if ('failed' in explained) throw new Error(`${name}: ${JSON.stringify(explained)}`);
        expect([explained.confirmed, explained.left, explained.untried], name).toEqual([true, [], []]);
        const { parts, mix } = differenceOf(compared(first.body), compared(second.body));
        const placeOf = (part: (typeof parts)[number]) => parts.findIndex(({ path, kind }) => path === part.path && kind === part.kind);
        const harmless = explained.harmless.map(placeOf);
        const between = (chosen: readonly number[]) => ({ route: first.route, body: mix(new Set(chosen)) });
        const without = between(harmless);
        const alone = explained.apart.map((part) => between([...harmless, placeOf(part)]));
        return { name, same: explained.same, requests: [between([]), between([...parts.keys()]), without, ...alone] };
      });
      const told = await keysOfLitellm(
        release,
        checks.flatMap(({ requests }) => requests),
      );
      for (const { name, same, requests } of checks) {
        const [first, second, without, ...alone] = told.splice(0, requests.length);
        expect(same, name).toBe(first === second);
        expect(without, name).toBe(first);
        for (const key of alone) expect(key, name).not.toBe(first);
      }
      expect(checks.map(({ same }) => same)).toEqual(expect.arrayContaining([true, false]));
      keys.close();
      await watch.close();
    },
    900_000,
  );
});
