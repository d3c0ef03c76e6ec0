import { setTimeout as sleep } from 'node:timers/promises';
import { type GatewayRelease, type RunningGateway, startGateway } from '../../../dev/gateway.ts';
import type { Mapping } from '../../../dev/merge.ts';
import type { Progress } from '../../../dev/progress.ts';
import { type RunningRedis, startRedis } from '../../../dev/redis.ts';
import { joinCluster, NODE_ARGS, SLOTS } from '../../../dev/redis-cluster.ts';
import { startExporter } from '../exporter.ts';
import { startProvider } from './provider.ts';
import { sendChats, type Waits } from './traffic.ts';

export const KIND = ['standalone', 'cluster'] as const;
export type Kind = (typeof KIND)[number];

/** One exporter beside the users of a gateway, and what they waited for without it on the same gateway. */
export interface Beside {
  release: GatewayRelease;
  kind: Kind;
  /** How the exporter was configured. */
  exporter: string;
  without: Waits;
  with: Waits;
  /** How often the gateway was asked `/cache/ping`, by its access log. */
  pings: number;
}

const WARM_UP_SECONDS = 8;
const MODEL = 'cache-probe';

/** The configurations of the exporter that are tried; one without a target does not know that the Redis is a cluster. */
const EXPORTERS: Readonly<Record<Kind, readonly (readonly [string, Mapping, boolean])[]>> = {
  standalone: [
    ['default interval', {}, true],
    ['interval 5s', { interval: '5s' }, true],
  ],
  cluster: [
    ['default interval', {}, true],
    ['interval 5s', { interval: '5s' }, true],
    ['interval 5s, no target', { interval: '5s' }, false],
  ],
};

/** Measures users' waits, `seconds` long without an exporter and as long beside each, which starts twice in that time. */
export async function measure(release: GatewayRelease, kind: Kind, seconds: number, progress: Progress): Promise<Beside[]> {
  const provider = await startProvider();
  const nodes: RunningRedis[] = [];
  for (let node = 0; node < (kind === 'cluster' ? SLOTS.length : 1); node++)
    nodes.push(await startRedis({ args: kind === 'cluster' ? NODE_ARGS : [], progress }));
  if (kind === 'cluster') await joinCluster(nodes);
  const gateway = await startGateway({
    release,
    redis: { port: nodes[0]?.port ?? 0 },
    config: configOf(kind, nodes, provider.url),
    progress,
  });
  try {
    await sendChats(gateway.url, gateway.apiKey, WARM_UP_SECONDS);
    const without = await sendChats(gateway.url, gateway.apiKey, seconds);
    progress(`${release}, ${kind}: ${JSON.stringify(without)}`);
    const results: Beside[] = [];
    for (const [exporter, entry, hasTarget] of EXPORTERS[kind]) {
      const before = pings(gateway);
      const waits = await withExporter(gateway, hasTarget ? nodes[0]?.url : undefined, entry, seconds);
      const result = { release, kind, exporter, without, with: waits, pings: pings(gateway) - before };
      progress(`${release}, ${kind}, ${exporter}: ${JSON.stringify(waits)}, ${result.pings} pings`);
      results.push(result);
    }
    return results;
  } finally {
    await gateway.stop();
    await Promise.all(nodes.map((node) => node.stop()));
    await provider.stop();
  }
}

async function withExporter({ url, apiKey }: RunningGateway, redis: string | undefined, entry: Mapping, seconds: number): Promise<Waits> {
  const exporter = await startExporter({
    ...(redis === undefined ? {} : { redis: [{ name: 'cache', url: redis }] }),
    gateways: [{ name: 'litellm', url, api_key: apiKey, model: MODEL, price_per_pair_usd: 0, ...(redis && { redis: 'cache' }), ...entry }],
  });
  try {
    const [waits] = await Promise.all([sendChats(url, apiKey, seconds), sleep((seconds * 1_000) / 2).then(() => exporter.restart())]);
    return waits;
  } finally {
    await exporter.stop();
  }
}

function configOf(kind: Kind, nodes: readonly RunningRedis[], provider: string): Mapping {
  const redis_startup_nodes = nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
  return {
    model_list: [
      { model_name: 'users', litellm_params: { model: 'openai/users', api_base: provider, api_key: 'none' } },
      { model_name: MODEL, litellm_params: { model: `openai/${MODEL}`, api_key: 'none', mock_response: 'ok' } },
    ],
    ...(kind === 'cluster' ? { litellm_settings: { cache_params: { host: null, port: null, redis_startup_nodes } } } : {}),
  };
}

function pings(gateway: RunningGateway): number {
  return gateway.log().split('GET /cache/ping').length - 1;
}
