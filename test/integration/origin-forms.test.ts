import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { RECORDED_RELEASE } from '../../dev/gateway.ts';
import type { Mapping } from '../../dev/merge.ts';
import type { Route } from '../../src/model/cache.ts';
import { startGateway } from '../support/gateway.ts';
import { startOrigin } from '../support/origin.ts';
import { lacksRedis, startRedis } from '../support/redis.ts';
import { targetConfig, watchTarget } from '../support/target.ts';
import { gatewayConfig, inTurn, watchGateway } from '../support/watched-gateway.ts';

const lacks = await lacksRedis('8.2.3');
const PAGE = readFileSync(join(import.meta.dirname, '../../docs/origin.md'), 'utf8');

/** The configurations of LiteLLM in docs/origin.md, by the name behind `yaml litellm`. */
const FORMS = new Map([...PAGE.matchAll(/^```yaml litellm (\S+)\n([\s\S]*?)^```$/gm)].map(([, name = '', text = '']) => [name, text]));

/** The routes that the page names for each form, and those of them that the older release does not cache. */
const ROUTES: Readonly<Record<string, { cached: Route[]; since?: Route[] }>> = {
  openai: { cached: ['completions', 'chat', 'chat_stream', 'embeddings', 'messages'], since: ['responses'] },
  'text-completion-openai': { cached: ['completions'] },
  anthropic: { cached: ['completions', 'chat', 'chat_stream'], since: ['messages'] },
};

/** The entry of a form with the address of an origin and a name of its own. */
function entryOf(form: string, url: string): Mapping {
  const text = (FORMS.get(form) ?? '').replace('http://exporter:9465', url);
  const { model_list } = parse(text);
  return { ...model_list[0], model_name: form };
}

describe('docs/origin.md', () => {
  it('has a configuration for each form of a provider and for a mock model', () => {
    expect([...FORMS.keys()]).toEqual([...Object.keys(ROUTES), 'mock']);
    for (const form of FORMS.keys()) expect(FORMS.get(form)?.trimEnd().split('\n'), form).toHaveLength(3);
  });

  describe.skipIf(lacks)('leads the models of LiteLLM', () => {
    it.each(RECORDED_RELEASE)('%s to the origin, and proves hits on every route that it names', async (release) => {
      const [redis, origin] = await Promise.all([startRedis(), startOrigin()]);
      const gateway = await startGateway({
        release,
        redis: { port: redis.port },
        env: { ORIGIN_KEY: await origin.key() },
        config: { model_list: Object.keys(ROUTES).map((form) => entryOf(form, origin.url)) },
      });
      const watched = watchTarget(targetConfig(redis.url));
      for (const [form, { cached, since = [] }] of Object.entries(ROUTES)) {
        const routes = release === '1.80.9' ? cached : [...cached, ...since];
        const config = gatewayConfig(gateway.url, { name: form, model: form, api_key: gateway.apiKey, routes, origin: true });
        const probed = watchGateway(config, watched.target, undefined, undefined, undefined, undefined, origin.keys);
        const status = await inTurn(watched, probed).becomes('working');
        expect(status.origin, form).toEqual({ problems: [] });
        expect(status.pairs.map(({ route }) => route).sort(), form).toEqual([...routes].sort());
        await probed.watch.close();
      }
      expect(origin.counted.filter((line) => !line.endsWith(' 200'))).toEqual([]);
      await watched.watch.close();
    });
  });
});
