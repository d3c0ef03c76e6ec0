import { stringify } from 'yaml';
import { formatDuration } from '../source/duration.ts';
import type { Secret } from '../source/secret.ts';
import type { Config, Credential, GatewayConfig, TargetConfig } from './effective.ts';

/**
 * The effective configuration as YAML, every default written out. A secret from a file is named by that
 * file, any other is `<secret>`; but for those the text loads again as the same configuration.
 */
export function printConfig(config: Config): string {
  const { redis, gateways, lease, http, traces, metrics, log } = config;
  const otlp = metrics.otlp && { ...metrics.otlp, interval: formatDuration(metrics.otlp.interval) };
  const tree = {
    redis: redis.map(targetTree),
    gateways: gateways.map(gatewayTree),
    lease: lease && { ...lease, redis: lease.redis && serverTree(lease.redis) },
    http,
    traces,
    metrics: { otlp },
    log,
  };
  return stringify(escaped(tree), { lineWidth: 0 });
}

/** The effective configuration of one gateway as YAML, as `printConfig` gives it. */
export function printGateway(config: GatewayConfig): string {
  return stringify(escaped(gatewayTree(config)), { lineWidth: 0 });
}

function targetTree({ name, sentinel, interval, timeout, canaries, max_series, census, ...rest }: TargetConfig): object {
  return {
    name,
    ...serverTree(rest),
    sentinel: sentinel && credentialTree(sentinel),
    interval: formatDuration(interval),
    timeout: formatDuration(timeout),
    canaries: canaries.map(credentialTree),
    max_series,
    census: census && { ...census, interval: formatDuration(census.interval) },
  };
}

function gatewayTree({ api_key, interval, timeout, ttl, expect, overhead, ...rest }: GatewayConfig): object {
  return {
    ...rest,
    ...secretTree('api_key', api_key),
    interval: formatDuration(interval),
    timeout: formatDuration(timeout),
    ttl: formatDuration(ttl),
    overhead: `${Number((overhead * 100).toFixed(6))}%`,
    expect: { ...expect, ttl: expect.ttl === undefined ? undefined : formatDuration(expect.ttl) },
  };
}

function serverTree({ address, ...rest }: Pick<TargetConfig, 'address' | 'password'>): object {
  return { url: address?.url, ...credentialTree(rest) };
}

function credentialTree({ password, ...rest }: Pick<Credential, 'password'>): object {
  return { ...rest, ...secretTree('password', password) };
}

function secretTree(key: string, secret: Secret | undefined): object {
  return secret?.file === undefined ? { [key]: secret?.toString() } : { [`${key}_file`]: secret.file };
}

/** Text as `interpolate` gives it back: one `$` is `$$`. */
function escaped(node: unknown): unknown {
  if (typeof node === 'string') return node.replaceAll('$', '$$$$');
  if (Array.isArray(node)) return node.map(escaped);
  if (node === null || typeof node !== 'object') return node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, escaped(value)]));
}
