import { describe, expect, it } from 'vitest';
import { difference, leaseMoved } from '../../../src/config/diff.ts';
import type { Config, GatewayConfig, TargetConfig } from '../../../src/config/effective.ts';
import { Secret } from '../../../src/source/secret.ts';
import { addressOf } from '../../support/redis-address.ts';

function target(name: string, changes: Partial<TargetConfig> = {}): TargetConfig {
  return {
    name,
    address: addressOf(`redis://${name}`),
    password: Secret.of('a'),
    interval: 15_000,
    timeout: 2000,
    canaries: [],
    max_series: 5_000,
    ...changes,
  };
}

function gateway(name: string, changes: Partial<GatewayConfig> = {}): GatewayConfig {
  return {
    name,
    url: `http://${name}`,
    model: 'm',
    routes: ['chat'],
    interval: 60_000,
    timeout: 10_000,
    ttl: 120_000,
    expect: { cache: 'redis' },
    daily_budget_usd: 1,
    price_per_pair_usd: 0,
    overhead: 0.01,
    cache_ping: 'auto',
    ...changes,
  };
}

function config(redis: TargetConfig[], gateways: GatewayConfig[] = []): Config {
  const rest = { traces: { sample_ratio: 1 }, metrics: {}, log: { level: 'info', format: 'json' } } as const;
  return { redis, gateways, http: { listen: [':9464'], enable_lifecycle: false }, ...rest };
}

const NONE = { added: [], removed: [], changed: [] };

describe('the difference of two configurations', () => {
  it('is nothing where they say the same', () => {
    const canaries = [{ name: 'litellm', password: Secret.of('b') }];
    const one = config([target('a', { canaries, username: undefined })], [gateway('g', { redis: 'a' })]);
    const two = config(
      [target('a', { canaries: [{ name: 'litellm', username: undefined, password: Secret.of('b') }] })],
      [gateway('g', { redis: 'a' })],
    );
    expect(difference(one, two)).toEqual({ targets: NONE, gateways: NONE });
  });

  it('goes by names, not by places', () => {
    const { targets } = difference(config([target('a'), target('b'), target('c')]), config([target('c'), target('d'), target('a')]));
    expect(targets).toEqual({ added: ['d'], removed: ['b'], changed: [] });
  });

  it.each<[string, Partial<TargetConfig>]>([
    ['address', { address: addressOf('redis://elsewhere') }],
    ['interval', { interval: 30_000 }],
    ['password', { password: Secret.of('b') }],
    ['place of the password', { password: Secret.fromFile('/run/secrets/redis') }],
    ['absence of a password', { password: undefined }],
    ['canaries', { canaries: [{ name: 'litellm' }] }],
    ['TLS', { tls: { insecure_skip_verify: true } }],
    ['Sentinels', { sentinel: { master: 'm', nodes: ['a:1'] } }],
  ])('sees another %s', (_, changes) => {
    expect(difference(config([target('a')]), config([target('a', changes)])).targets).toEqual({ ...NONE, changed: ['a'] });
  });

  it('takes a rotated file for the same secret', () => {
    const file = () => target('a', { password: Secret.fromFile('/run/secrets/redis') });
    expect(difference(config([file()]), config([file()])).targets).toEqual(NONE);
  });

  it('changes a gateway with its target', () => {
    const gateways = [gateway('g', { redis: 'a' }), gateway('h', { redis: 'b' }), gateway('i')];
    const before = config([target('a'), target('b')], gateways);
    const after = config([target('a', { interval: 30_000 }), target('b')], gateways);
    expect(difference(before, after).gateways).toEqual({ ...NONE, changed: ['g'] });
  });

  it.each<[string, Partial<GatewayConfig>]>([
    ['routes', { routes: ['chat', 'completions'] }],
    ['key', { api_key: Secret.of('sk') }],
    ['expectation', { expect: { cache: 'redis', ttl: 1000 } }],
    ['target', { redis: 'a' }],
  ])('sees other %s of a gateway', (_, changes) => {
    const targets = [target('a')];
    expect(difference(config(targets, [gateway('g')]), config(targets, [gateway('g', changes)])).gateways).toEqual({
      ...NONE,
      changed: ['g'],
    });
  });
});

describe('the lease of two configurations', () => {
  const lease = (url: string) => ({ redis: { address: addressOf(url), password: Secret.of('a') } });
  const before = { ...config([target('a')], [gateway('g'), gateway('h')]), lease: lease('redis://lease') };

  it('is the same while its place and the names of the gateways are', () => {
    expect(
      leaseMoved(before, { ...before, ...config([], [gateway('h', { model: 'n' }), gateway('g')]), lease: lease('redis://lease') }),
    ).toBe(false);
  });

  it('is another one elsewhere, for other gateways, and where there is none', () => {
    expect(leaseMoved(before, { ...before, lease: lease('redis://other') })).toBe(true);
    expect(leaseMoved(before, { ...before, gateways: [gateway('g')] })).toBe(true);
    expect(leaseMoved(before, { ...before, lease: undefined })).toBe(true);
    expect(leaseMoved(before, { ...before, lease: { kubernetes: { namespace: 'a', name: 'b' } } })).toBe(true);
  });
});
