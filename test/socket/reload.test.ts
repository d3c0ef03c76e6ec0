import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Config, LeaseRedisConfig, TargetConfig } from '../../src/config/effective.ts';
import { type Loaded, loadConfig } from '../../src/config/load.ts';
import { type Daemon, startDaemon } from '../../src/daemon.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { eventually } from '../support/eventually.ts';
import { forThisFile } from '../support/lifetime.ts';
import { metricLines, metricValue } from '../support/metrics-text.ts';
import { lacksRedis, startRedis } from '../support/redis.ts';
import { addressOf } from '../support/redis-address.ts';

const TARGET = { interval: 200, timeout: 150, canaries: [], max_series: 5_000 };

/** What the schema never lets through, so that building it throws. */
function unusable(name: string): TargetConfig {
  return {
    name,
    ...TARGET,
    get address(): never {
      throw new Error('nothing can be built of it');
    },
  };
}

function unusableLease(): LeaseRedisConfig {
  return {
    get address(): never {
      throw new Error('nothing can be built of it');
    },
  };
}

type Running = Daemon & { url: string; next(load: () => Loaded | Promise<Loaded>): void; lines: string[] };

async function daemonOf(config: Config): Promise<Running> {
  let load: () => Loaded | Promise<Loaded> = () => ({ ok: true, config });
  const lines: string[] = [];
  const options = {
    config,
    load: async () => load(),
    version: '0.0.0',
    env: {},
    clock: systemClock,
    out: (line: string) => void lines.push(line),
  };
  const daemon = await startDaemon(options);
  return Object.assign(daemon, {
    url: `http://${daemon.addresses[0]}`,
    lines,
    next: (to: () => Loaded | Promise<Loaded>) => {
      load = to;
    },
  });
}

function configOf(redis: Config['redis'], more: Partial<Config> = {}): Config {
  return {
    redis,
    gateways: [],
    http: { listen: ['127.0.0.1:0'], enable_lifecycle: false },
    traces: { sample_ratio: 1 },
    metrics: {},
    log: { level: 'info', format: 'json' },
    ...more,
  };
}

async function scraped(daemon: Running): Promise<{ targets: string[]; reloaded: number | undefined; ups: number }> {
  const text = await (await fetch(`${daemon.url}/metrics`)).text();
  const lines = metricLines(text);
  return {
    targets: [...new Set(lines.flatMap(({ labels }) => labels.redis_target ?? []))].sort(),
    reloaded: metricValue(text, 'cache_exporter_config_last_reload_successful'),
    ups: metricValue(text, 'redis_auth_attempts_total', { redis_target: 'kept', credential: 'exporter', outcome: 'success' }) ?? 0,
  };
}

describe.skipIf(await lacksRedis('8.2.3'))('a reload that fails after the configuration was found valid', () => {
  it('leaves everything as it was, whatever throws, and the next one works', async () => {
    const redis = await startRedis();
    const kept = { name: 'kept', address: addressOf(redis.url), ...TARGET };
    const changed = { name: 'changed', address: addressOf(redis.url), ...TARGET };
    const before = configOf([kept, changed]);
    const daemon = await daemonOf(before);
    await forThisFile(Promise.resolve({ stop: () => daemon.close() }));
    await eventually(async () => (await scraped(daemon)).ups > 0, 15_000);

    const gateway = {
      name: 'new',
      url: 'not a url',
      redis: 'kept',
      model: 'm',
      routes: ['chat' as const],
      interval: 60_000,
      timeout: 1_000,
      ttl: 120_000,
      expect: { cache: 'redis' as const },
      overhead: 0.01,
      cache_ping: 'auto' as const,
      daily_budget_usd: 1,
      price_per_pair_usd: 0,
    };
    const failing: readonly (readonly [string, () => Loaded | Promise<Loaded>])[] = [
      ['a target that cannot be built', () => ({ ok: true, config: configOf([kept, unusable('new')]) })],
      ['a changed target that cannot be built', () => ({ ok: true, config: configOf([kept, unusable('changed')]) })],
      [
        'the last of many',
        () => ({ ok: true, config: configOf([changed, { name: 'a', address: addressOf(redis.url), ...TARGET }, unusable('b')]) }),
      ],
      [
        'a lease that cannot be built',
        () => ({
          ok: true,
          config: configOf([kept], { gateways: [{ ...gateway, url: 'http://127.0.0.1:1' }], lease: { redis: unusableLease() } }),
        }),
      ],
      ['a loader that throws', () => Promise.reject(new Error('the disk is gone'))],
      [
        'an outlet beside a target that cannot be built',
        () => ({
          ok: true,
          config: configOf([unusable('new')], { traces: { endpoint: 'http://127.0.0.1:1', sample_ratio: 1 } }),
        }),
      ],
    ];
    for (const [what, load] of failing) {
      const { ups } = await scraped(daemon);
      daemon.next(load);
      const problems = await daemon.reload();
      expect(problems, what).toEqual([expect.stringMatching(/cannot be used: ./)]);
      expect(await scraped(daemon), what).toMatchObject({ targets: ['changed', 'kept'], reloaded: 0 });
      await eventually(async () => (await scraped(daemon)).ups > ups, 15_000);
    }

    daemon.next(() => ({
      ok: true,
      config: configOf([kept, { ...changed, timeout: 120 }, { name: 'new', address: addressOf(redis.url), ...TARGET }]),
    }));
    expect(await daemon.reload()).toEqual([]);
    await eventually(async () => (await scraped(daemon)).targets.join() === 'changed,kept,new', 15_000);
    expect((await scraped(daemon)).reloaded).toBe(1);
  });
});

const HOSTILE: readonly (readonly [string, string | Uint8Array])[] = [
  ['nothing', ''],
  ['bytes that are no text', Uint8Array.of(0xff, 0xfe, 0, 0x80)],
  ['an open bracket', 'redis: ['],
  ['a tag', 'redis: !!js/function "x"'],
  ['an anchor in itself', 'redis: &a [*a]'],
  ['a number in place of a list', 'redis: 1'],
  ['an entry that is nothing', 'redis: [null, [], {}]'],
  ['keys of every object', '__proto__: { redis: [] }\nconstructor: 1\ntoString: 2\n'],
  ['a socket with an escape of no text', 'redis: [{ name: kept, url: "unix:///%ff.sock" }]'],
  ['a password with half an escape', 'redis: [{ name: kept, url: "redis://:50%@cache" }]'],
  ['a host that is none', 'redis: [{ name: kept, url: "redis://[::1" }]'],
  ['a gateway at no address', 'gateways: [{ name: g, url: "http://[", model: m, price_per_pair_usd: 0 }]'],
  ['a target that is not there', 'gateways: [{ name: g, url: "http://a", model: m, price_per_pair_usd: 0, redis: x }]'],
  ['a secret that is not there', 'redis: [{ name: kept, url: "redis://a", password_file: /nowhere/at/all }]'],
  ['a receiver at no address', 'redis: [{ name: a, url: "redis://a" }]\ntraces: { endpoint: "http://[::1" }'],
  ['a name with markup', 'redis: [{ name: "<b>", url: "redis://a" }]'],
  ['ten thousand brackets', `redis: ${'['.repeat(10_000)}`],
  [
    'aliases that grow',
    Array.from({ length: 30 }, (_, index) => `a${index}: &a${index} [*a${index - 1}, *a${index - 1}]`)
      .join('\n')
      .replaceAll('*a-1', 'x'),
  ],
  ['more than is read', `# ${'x'.repeat(2 * 1_048_576)}`],
];

describe('a reload', () => {
  it('takes no harm from whatever the file holds, and tells what is wrong', async () => {
    const redis = await startRedis();
    const folder = await forThisFile(folderOf());
    const file = join(folder.path, 'config.yaml');
    const good = `redis: [{ name: kept, url: "${redis.url}", interval: 200ms, timeout: 150ms }]\nhttp: { listen: ["127.0.0.1:0"] }\n`;
    await writeFile(file, good);
    const load = () => loadConfig({ file, flags: {}, env: {} });
    const first = await load();
    if (!first.ok) throw new Error(JSON.stringify(first.problems));
    const daemon = await daemonOf(first.config);
    await forThisFile(Promise.resolve({ stop: () => daemon.close() }));
    daemon.next(load);
    const holds = async (what: string, problems: readonly string[]) => {
      expect(problems.length, what).toBeGreaterThan(0);
      expect(await scraped(daemon), what).toMatchObject({ targets: ['kept'], reloaded: 0 });
    };
    for (const [what, content] of HOSTILE) {
      await writeFile(file, content);
      await holds(what, await daemon.reload());
    }
    const word = fc.constantFrom(
      'redis',
      'url',
      'name',
      'redis://',
      '%',
      ':',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '&a',
      '*a',
      '|',
      '\n',
      '  ',
      '"',
      '!',
      '?',
      '#',
      '<<',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(word, fc.string()), { maxLength: 30 }), async (words) => {
        await writeFile(file, `redis: ${words.join('')}`);
        await holds(words.join(''), await daemon.reload());
      }),
      { numRuns: 50 },
    );
    await rm(file);
    await holds('no file', await daemon.reload());
    await mkdir(file);
    await holds('a folder', await daemon.reload());
    await rm(file, { recursive: true });
    await writeFile(file, good);
    const { ups } = await scraped(daemon);
    expect(await daemon.reload()).toEqual([]);
    await eventually(async () => (await scraped(daemon)).ups > ups, 15_000);
  });
});

async function folderOf(): Promise<{ path: string; stop(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'lce-reload-'));
  return { path, stop: () => rm(path, { recursive: true }) };
}
