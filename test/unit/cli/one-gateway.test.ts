import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { aloneWith, gatewayNamed, isFree, priceSentence } from '../../../src/cli/one-gateway.ts';
import type { Config } from '../../../src/config/effective.ts';
import { loadConfig } from '../../../src/config/load.ts';

const dir = await mkdtemp(join(tmpdir(), 'lce-one-'));
afterAll(() => rm(dir, { recursive: true }));

async function configOf(text: string): Promise<Config> {
  const file = join(dir, 'config.yaml');
  await writeFile(file, text);
  const loaded = await loadConfig({ file, flags: {}, env: {} });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config;
}

const config = await configOf(`
redis:
  - { name: cache, url: "redis://127.0.0.1:1", census: {}, reuse: {} }
  - { name: other, url: "redis://127.0.0.1:2" }
gateways:
  - { name: free, url: "http://127.0.0.1:3", redis: cache, model: m, price_per_pair_usd: 0, routes: [completions] }
  - { name: priced, url: "http://127.0.0.1:4", redis: cache, model: m, price_per_pair_usd: 0.01, daily_budget_usd: 100 }
lease: { redis: { url: "redis://127.0.0.1:5" } }
`);

describe('the one gateway of a command', () => {
  it.each([
    ['free', 'free'],
    ['nobody', 'no gateway is called nobody; the configuration names free, priced'],
    [undefined, 'several gateways are configured: say which with --gateway NAME (free, priced)'],
  ])('is found by the name %s, or a sentence tells which there are', (name, expected) => {
    const found = gatewayNamed(config.gateways, name);
    expect(typeof found === 'string' ? found : found.name).toBe(expected);
  });

  it('is the only one where none is named, and missed where there is none', () => {
    expect(gatewayNamed(config.gateways.slice(0, 1), undefined)).toMatchObject({ name: 'free' });
    expect(gatewayNamed([], undefined)).toMatch(/^no gateway is configured: give/);
  });

  it('costs money unless its price is 0 or it leads to the origin', () => {
    const [free, priced] = config.gateways;
    if (free === undefined || priced === undefined) throw new Error('there are no gateways');
    expect([isFree(free), isFree(priced), isFree({ ...priced, origin: true })]).toEqual([true, false, true]);
    const { price_per_pair_usd: _, ...unknown } = priced;
    expect([isFree(unknown), priceSentence(unknown)]).toEqual([false, expect.stringContaining('its price is not known')]);
  });

  it('is watched with its target alone, without what only a daemon does', () => {
    const [free] = config.gateways;
    if (free === undefined) throw new Error('there is no gateway');
    const alone = aloneWith(config, free, 'chat');
    expect(alone.redis).toMatchObject([{ name: 'cache' }]);
    expect(alone.redis[0]).not.toHaveProperty('census');
    expect(alone.redis[0]).not.toHaveProperty('reuse');
    expect(alone).not.toHaveProperty('lease');
    expect(alone.gateways).toMatchObject([{ name: 'free', routes: ['completions', 'chat'], cache_ping: 'off' }]);
  });
});
