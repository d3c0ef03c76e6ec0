import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../../src/config/effective.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { FIDELITY_SHAPE } from '../../../src/model/fidelity.ts';
import { problemText } from '../../../src/source/problem.ts';
import { Secret } from '../../../src/source/secret.ts';
import { parseYaml } from '../../../src/source/yaml.ts';
import { addressOf } from '../../support/redis-address.ts';

const DIR = join(import.meta.dirname, '../../fixtures/config/good');

async function load(name: string, env: Record<string, string> = {}): Promise<Config> {
  const loaded = await loadConfig({ file: join(DIR, `${name}.yaml`), flags: {}, env });
  if (!loaded.ok) throw new Error(loaded.problems.map(problemText).join('\n'));
  return loaded.config;
}

/** The same configuration with every secret as its text. */
function revealed(node: unknown): unknown {
  if (node instanceof Secret) return node.file === undefined ? node.reveal() : readFileSync(node.file, 'utf8').trimEnd();
  if (Array.isArray(node)) return node.map(revealed);
  if (node === null || typeof node !== 'object') return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, revealed(value)]),
  );
}

describe('a good configuration', () => {
  it('gets every default', async () => {
    expect(revealed(await load('minimal'))).toEqual({
      redis: [
        { name: 'cache', address: addressOf('redis://cache:6379'), interval: 15_000, timeout: 2000, canaries: [], max_series: 5_000 },
      ],
      gateways: [
        {
          name: 'litellm',
          url: 'http://litellm:4000',
          metrics_url: 'http://litellm:4000/metrics',
          model: 'cache-probe',
          routes: ['completions', 'chat'],
          interval: 60_000,
          timeout: 10_000,
          ttl: 120_000,
          expect: { cache: 'redis' },
          daily_budget_usd: 1,
          overhead: 0.01,
          cache_ping: 'auto',
          price_per_pair_usd: 0,
        },
      ],
      http: { listen: [':9464'], enable_lifecycle: false },
      traces: { sample_ratio: 1 },
      metrics: {},
      log: { level: 'info', format: 'json' },
    });
  });

  it('takes a census only where it says so', async () => {
    expect((await load('census', { SAMPLE: '10000' })).redis.map(({ census }) => census)).toEqual([
      { interval: 300_000, sample: 1_000 },
      { interval: 10_000, sample: 10_000 },
      undefined,
    ]);
  });

  it('watches reuse only where it says so', async () => {
    expect((await load('reuse')).redis.map(({ reuse }) => reuse)).toEqual([
      { sample: '1/256' },
      { sample: '1/16', gateways: ['b'] },
      undefined,
    ]);
  });

  it('tries all shapes of answers where the model leads to the origin, unless it names some, and none elsewhere', async () => {
    const { gateways } = await load('fidelity');
    const [all, some, none, plain] = gateways.map(({ fidelity }) => fidelity);
    expect(all).toEqual({ interval: 600_000, shapes: FIDELITY_SHAPE, accept: [] });
    expect(some).toEqual({ interval: 30_000, shapes: ['text', 'embeddings_batch'], accept: ['embeddings_batch'] });
    expect(none).toEqual({ interval: 600_000, shapes: [], accept: [] });
    expect(plain).toBeUndefined();
  });

  it('asks for no price where the model leads to the origin, which may also run alone', async () => {
    const { gateways, origin } = await load('origin');
    expect(gateways.map(({ name, origin: leads, price_per_pair_usd }) => [name, leads, price_per_pair_usd])).toEqual([
      ['litellm', true, 0],
      ['mock', false, 0],
    ]);
    expect(origin).toMatchObject({ listen: [], latency: 0 });
    expect(await origin?.api_key?.read()).toBe('from-a-file');
    expect((await load('origin-alone')).origin).toMatchObject({ listen: [':9465'], latency: 200 });
  });

  it('keeps every key', async () => {
    const env = { GATEWAY_HOST: 'litellm', API_KEY: 'sk-1', BUDGET: '2.5', LIFECYCLE: 'true', INTERVAL: '30s' };
    expect(revealed(await load('full', env))).toEqual({
      redis: [
        {
          name: 'cache',
          address: addressOf('rediss://cache:6379/2'),
          username: 'exporter',
          password: 'from-a-file',
          tls: {
            ca_file: join(DIR, 'ca.pem'),
            cert_file: join(DIR, 'ca.pem'),
            key_file: join(DIR, 'ca.pem'),
            server_name: 'cache.internal',
            insecure_skip_verify: true,
          },
          interval: 30_000,
          timeout: 500,
          canaries: [{ name: 'litellm', username: 'litellm', password: 'from-a-file' }, { name: 'nobody' }],
          max_series: 5_000,
        },
        {
          name: 'sentinels',
          sentinel: { master: 'mymaster', nodes: ['a:26379', '[::1]:26379'], username: 'watcher', password: 'from-a-file' },
          password: 'pa$${x}',
          interval: 15_000,
          timeout: 2000,
          canaries: [],
          max_series: 5_000,
        },
      ],
      gateways: [
        {
          name: 'litellm',
          url: 'https://litellm:4000/proxy',
          metrics_url: 'http://litellm:4001/metrics',
          addresses: ['litellm-0', 'litellm-1:4001', 'https://litellm-2:443', '[::1]:4000'],
          api_key: 'sk-1',
          tls: { insecure_skip_verify: true },
          redis: 'cache',
          namespace: 'litellm',
          model: 'cache-probe',
          routes: ['chat', 'chat_stream', 'embeddings', 'responses', 'messages', 'completions'],
          interval: 300_000,
          timeout: 20_000,
          ttl: 600_000,
          expect: { cache: 'local', ttl: 3_600_000, sharing: 'isolated' },
          tenants: [
            { name: 'research', api_key: 'from-a-file' },
            { name: 'sales', api_key: 'sk-2' },
          ],
          daily_budget_usd: 2.5,
          overhead: 0.01,
          cache_ping: 'auto',
          price_per_pair_usd: 0.0005,
        },
      ],
      lease: {
        redis: {
          address: addressOf('rediss://lease:6380'),
          username: 'lease',
          password: 'from-a-file',
          tls: { ca_file: join(DIR, 'ca.pem'), insecure_skip_verify: false },
        },
      },
      http: { listen: ['127.0.0.1:0', '[::1]:9464'], web_config_file: join(DIR, 'web.yml'), enable_lifecycle: true },
      traces: { endpoint: 'http://jaeger:4318', ui_url: 'http://jaeger:16686', sample_ratio: 0.1 },
      metrics: { otlp: { endpoint: 'http://collector:4318', interval: 10_000 } },
      log: { level: 'trace', format: 'text' },
    });
  });

  it('may keep the lease in Kubernetes', async () => {
    expect((await load('lease-kubernetes')).lease).toEqual({ kubernetes: { namespace: 'monitoring', name: 'lce' } });
  });

  it('may leave values out after the colon', async () => {
    const { redis, gateways, metrics, http } = await load('blank-values');
    expect(redis[0]).toEqual({
      name: 'cache',
      address: addressOf('redis://cache:6379'),
      interval: 15_000,
      timeout: 2000,
      canaries: [],
      max_series: 5_000,
    });
    expect({ gateways, metrics, listen: http.listen }).toEqual({ gateways: [], metrics: {}, listen: [':9464'] });
  });

  it('moves user and password out of a URL', async () => {
    const { redis } = await load('urls');
    const seen = redis.map(({ address, username, password }) => ({ url: address?.url, username, password: password?.reveal() }));
    expect(seen).toEqual([
      { url: 'redis://cache:6379/0', username: 'exporter', password: 'p@ss:/?#[]' },
      { url: 'redis://cache:6379/', username: undefined, password: 'only' },
      { url: 'rediss://cache:6379/3', username: undefined, password: undefined },
      { url: 'unix:///run/redis.sock?db=2', username: undefined, password: undefined },
      { url: 'redis://[::1]:6379', username: 'user', password: 'beside' },
      { url: 'redis://cache', username: undefined, password: undefined },
    ]);
  });

  it('shortens a timeout that was not given to 80 % of a short interval', async () => {
    const { redis, gateways } = await load('short-intervals');
    expect([redis[0]?.timeout, gateways[0]?.timeout]).toEqual([800, 4000]);
  });

  it('may repeat itself with anchors and merge keys', async () => {
    expect((await load('anchors')).redis.map(({ name, interval }) => ({ name, interval }))).toEqual([
      { name: 'one', interval: 5000 },
      { name: 'two', interval: 5000 },
    ]);
  });

  it('knows where in the file each key stands', () => {
    const source = parseYaml('redis:\n  - name: cache\n    url: redis://cache\n', 'a.yaml');
    if (Array.isArray(source)) throw new Error('does not parse');
    expect(source.position(['redis', 0, 'url'])).toEqual({ file: 'a.yaml', line: 3, column: 5 });
    expect(source.position(['redis', 0, 'missing'])).toEqual({ file: 'a.yaml', line: 2, column: 5 });
    expect(source.position([])).toEqual({ file: 'a.yaml', line: 1, column: 1 });
    expect(source.position(['nowhere'])).toBeUndefined();
  });
});
