import { describe, expect, it } from 'vitest';
import type { Config, LeaseRedisConfig, TargetConfig } from '../../src/config/effective.ts';
import type { Loaded } from '../../src/config/load.ts';
import { type Daemon, startDaemon } from '../../src/daemon.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { eventually } from '../support/eventually.ts';
import { forThisFile } from '../support/lifetime.ts';
import { metricLines, metricValue } from '../support/metrics-text.ts';
import { lacksRedis, startRedis } from '../support/redis.ts';
import { addressOf } from '../support/redis-address.ts';

const TARGET = { interval: 200, timeout: 150, canaries: [] };

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
