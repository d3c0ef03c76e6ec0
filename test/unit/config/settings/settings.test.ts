import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../../../src/config/effective.ts';
import { type Flags, loadConfig } from '../../../../src/config/load.ts';
import { problemText } from '../../../../src/source/problem.ts';

const DIR = join(import.meta.dirname, '../../../fixtures/config/good');
const MINIMAL = join(DIR, 'minimal.yaml');
const SECRET = join(DIR, 'secret');

/** No reference is resolved in what flags and environment give. */
const DOLLARS = `pa$$ \${env:X}`;

async function load(flags: Flags, env: Record<string, string>, file?: string): Promise<Config> {
  const loaded = await loadConfig({ file, flags, env });
  if (!loaded.ok) throw new Error(loaded.problems.map(problemText).join('\n'));
  return loaded.config;
}

async function problemsOf(flags: Flags, env: Record<string, string>, file?: string): Promise<string[]> {
  const loaded = await loadConfig({ file, flags, env });
  return loaded.ok ? [] : loaded.problems.map((problem) => problemText(problem).replaceAll(DIR, 'DIR'));
}

describe('without a file', () => {
  it('flags make a target and a gateway that belongs to it', async () => {
    const { redis, gateways, http, log } = await load(
      {
        redisUrl: 'redis://:pw@localhost:6379',
        litellmUrl: 'http://localhost:4000',
        litellmApiKeyFile: SECRET,
        probeModel: 'cache-probe',
        pricePerPairUsd: '0',
        listen: [':0', '127.0.0.1:9464'],
        logLevel: 'debug',
        logFormat: 'text',
      },
      {},
    );
    expect(redis.map(({ name, address, password }) => [name, address?.url, password?.reveal()])).toEqual([
      ['redis', 'redis://localhost:6379', 'pw'],
    ]);
    expect(gateways.map(({ name, url, redis: target, model, api_key }) => [name, url, target, model, api_key?.file])).toEqual([
      ['litellm', 'http://localhost:4000', 'redis', 'cache-probe', SECRET],
    ]);
    expect(http.listen).toEqual([':0', '127.0.0.1:9464']);
    expect(log).toEqual({ level: 'debug', format: 'text' });
  });

  it('the environment does the same', async () => {
    const { redis, gateways, http } = await load(
      {},
      {
        LCE_REDIS_URL: 'redis://localhost:6379',
        LCE_REDIS_USERNAME: 'exporter',
        LCE_REDIS_PASSWORD: DOLLARS,
        LCE_LITELLM_URL: 'http://localhost:4000',
        LCE_LITELLM_API_KEY: 'sk-1',
        LCE_PROBE_MODEL: 'cache-probe',
        LCE_PRICE_PER_PAIR_USD: '0',
        LCE_LISTEN: ':0, 127.0.0.1:9464',
      },
    );
    expect(redis.map(({ username, password }) => [username, password?.reveal()])).toEqual([['exporter', DOLLARS]]);
    expect(gateways.map(({ api_key }) => api_key?.reveal())).toEqual(['sk-1']);
    expect(http.listen).toEqual([':0', '127.0.0.1:9464']);
  });

  it('one of the two is enough', async () => {
    expect((await load({ redisUrl: 'redis://localhost' }, {})).gateways).toEqual([]);
    const { redis, gateways } = await load({ litellmUrl: 'http://localhost:4000', probeModel: 'm', pricePerPairUsd: '0' }, {});
    expect([redis, gateways[0]?.redis]).toEqual([[], undefined]);
  });

  it('reads secrets from files that are named relative to the working directory', async () => {
    const relative = 'test/fixtures/config/good/secret';
    const { redis } = await load({ redisUrl: 'redis://localhost' }, { LCE_REDIS_PASSWORD_FILE: relative });
    expect([redis[0]?.password?.file, await redis[0]?.password?.read()]).toEqual([resolve(relative), 'from-a-file']);
  });

  it('tells problems in the words of the settings', async () => {
    expect(await problemsOf({ redisUrl: 'localhost', logLevel: 'loud' }, { LCE_LITELLM_URL: 'localhost', LCE_LISTEN: '9464' })).toEqual([
      '--redis-url: must begin with redis://, rediss:// or unix://; write redis:// before the host, or rediss:// for TLS',
      'LCE_LITELLM_URL: must begin with http:// or https://; write http:// or https:// before the host',
      '--probe-model or LCE_PROBE_MODEL: is missing',
      expect.stringMatching(
        /^--price-per-pair-usd or LCE_PRICE_PER_PAIR_USD: is missing, so what the probes cost is unknown; write the price of one request, 0 for a mock model/,
      ),
      'LCE_LISTEN: must be :port or host:port; did you mean ":9464"?',
      '--log-level: must be one of trace, debug, info, warn, error',
    ]);
  });

  it('tells what to give when there is nothing', async () => {
    expect(await problemsOf({}, { LCE_REDIS_URL: '' })).toEqual([
      'there is nothing to watch; give --config FILE, or --redis-url and --litellm-url',
    ]);
  });

  it('asks for the URL that belongs to a password', async () => {
    expect(await problemsOf({ litellmUrl: 'http://h', probeModel: 'm', pricePerPairUsd: '0' }, { LCE_REDIS_PASSWORD: 'x' })).toEqual([
      '--redis-url or LCE_REDIS_URL: needs url, sentinel or cluster',
    ]);
  });

  it('refuses an unreadable key file and two keys', async () => {
    const flags = { litellmUrl: 'http://h', probeModel: 'm', pricePerPairUsd: '0' };
    expect(await problemsOf({ ...flags, litellmApiKeyFile: '/no/such/key' }, {})).toEqual([
      '--litellm-api-key-file: /no/such/key does not exist',
    ]);
    expect(await problemsOf(flags, { LCE_LITELLM_API_KEY: 'a', LCE_LITELLM_API_KEY_FILE: SECRET })).toEqual([
      'LCE_LITELLM_API_KEY_FILE: cannot be combined with api_key; keep one of the two',
    ]);
  });
});

describe('beside a file', () => {
  it('a flag beats a variable, and that beats the file', async () => {
    const env = { LCE_REDIS_URL: 'redis://variable', LCE_LITELLM_URL: 'http://variable', LCE_PROBE_MODEL: 'variable' };
    const { redis, gateways } = await load({ redisUrl: 'redis://flag' }, env, MINIMAL);
    expect([redis[0]?.name, redis[0]?.address?.url]).toEqual(['cache', 'redis://flag']);
    expect([gateways[0]?.name, gateways[0]?.url, gateways[0]?.model]).toEqual(['litellm', 'http://variable', 'variable']);
  });

  it('a key from a flag takes the place of one from a variable', async () => {
    const { gateways } = await load({ litellmApiKeyFile: SECRET }, { LCE_LITELLM_API_KEY: 'sk-1' }, MINIMAL);
    expect(gateways[0]?.api_key?.file).toBe(SECRET);
  });

  it('a variable that the file refers to is left to the file', async () => {
    const file = join(DIR, 'refers.yaml');
    const { redis } = await load({}, { LCE_REDIS_URL: 'redis://two', LCE_REDIS_PASSWORD: 'x' }, file);
    expect(redis.map(({ name, address, password }) => [name, address?.url, password?.reveal()])).toEqual([
      ['one', 'redis://one', 'x'],
      ['two', 'redis://two', 'x'],
    ]);
  });

  it('settings speak of the entry with their name among several', async () => {
    const { redis } = await load({ redisUrl: 'redis://flag' }, {}, join(DIR, 'named.yaml'));
    expect(redis.map(({ name, address }) => [name, address?.url])).toEqual([
      ['one', 'redis://one'],
      ['redis', 'redis://flag'],
    ]);
  });

  it('and are refused where none of several has it', async () => {
    expect(await problemsOf({ redisUrl: 'redis://flag' }, {}, join(DIR, 'anchors.yaml'))).toEqual([
      '--redis-url: is ambiguous: redis has several entries, and none is named redis; remove it, or write it into the file',
    ]);
  });

  it('an empty section gets an entry', async () => {
    const { redis, gateways } = await load(
      { litellmUrl: 'http://h', probeModel: 'm', pricePerPairUsd: '0' },
      {},
      join(DIR, 'blank-values.yaml'),
    );
    expect([redis.length, gateways[0]?.name, gateways[0]?.redis]).toEqual([1, 'litellm', 'cache']);
  });
});

describe('the endpoint of traces', () => {
  const endpoint = async (env: Record<string, string>, file = MINIMAL) => (await load({}, env, file)).traces.endpoint;

  it('comes from the standard variables', async () => {
    expect(await endpoint({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' })).toBe('http://collector:4318');
    const both = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:4318', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://b:4318/base/v1/traces' };
    expect(await endpoint(both)).toBe('http://b:4318/base');
  });

  it('comes from the file where that has one', async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
    const file = { API_KEY: 'a', BUDGET: '2', GATEWAY_HOST: 'h', LIFECYCLE: 'false', INTERVAL: '15s' };
    expect(await endpoint({ ...env, ...file }, join(DIR, 'full.yaml'))).toBe('http://jaeger:4318');
  });

  it('is none where the environment turns traces off', async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
    expect(await endpoint({ ...env, OTEL_SDK_DISABLED: 'true' })).toBeUndefined();
    expect(await endpoint({ ...env, OTEL_TRACES_EXPORTER: 'none' })).toBeUndefined();
    expect(await endpoint({ OTEL_EXPORTER_OTLP_ENDPOINT: '' })).toBeUndefined();
  });

  it('is refused where it cannot be meant', async () => {
    expect(await problemsOf({}, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://b:4318' }, MINIMAL)).toEqual([
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: does not end in /v1/traces; write the whole address',
    ]);
    expect(await problemsOf({}, { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' }, MINIMAL)).toEqual([
      'OTEL_EXPORTER_OTLP_ENDPOINT: must begin with http:// or https://; write http:// or https:// before the host',
    ]);
    const general = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
    expect(await problemsOf({}, general, MINIMAL)).toEqual([
      'OTEL_EXPORTER_OTLP_PROTOCOL: is grpc, which is not spoken here; set it to http/protobuf and the endpoint to the receiver of OTLP/HTTP, usually port 4318',
    ]);
    expect(await endpoint({ ...general, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf' })).toBe('http://collector:4317');
  });
});
