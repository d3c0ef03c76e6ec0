import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTarget } from '../../src/redis/connection/connect.ts';
import { createKeyWatch } from '../../src/redis/probe-keys/watch.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { eventually } from '../support/eventually.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { lacksRedis, type RunningRedis } from '../support/redis.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { targetConfig, watchTarget } from '../support/target.ts';
import { gatewayConfig, inTurn, watchGateway } from '../support/watched-gateway.ts';

const PAIRS = 8;
const never = new AbortController().signal;

describe.skipIf(await lacksRedis('8.2.3'))('a LiteLLM before a Redis Cluster', () => {
  let nodes: RunningRedis[];
  let gateway: RunningGateway;
  const open: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    nodes = await startRedisCluster();
    const redis_startup_nodes = nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
    gateway = await startGateway({
      redis: { port: 0 },
      config: { litellm_settings: { cache_params: { host: null, port: null, redis_startup_nodes } } },
    });
  });
  afterAll(() => Promise.all(open.map((watch) => watch.close())));

  function watch() {
    const watched = watchTarget(targetConfig(nodes[0]?.url ?? '', { interval: 60_000 }));
    const probed = watchGateway(gatewayConfig(gateway.url, { api_key: gateway.apiKey, redis: 'cache' }), watched.target);
    open.push(watched.watch, probed.watch);
    return { watched, probed, ...inTurn(watched, probed) };
  }

  it('is working, although the watched node has only a part of its keys', async () => {
    const { watched, probed, tick, becomes } = watch();
    await becomes('working');
    for (let pair = 0; pair < PAIRS; pair++) {
      const status = await tick();
      expect(status).toMatchObject({ verdict: 'working', cause: 'none' });
      // What is not on this node is not known, and never taken for missing.
      for (const { outcome } of status.pairs) expect(['hit_unverified', 'ok']).toContain(outcome);
    }
    expect(watched.series('redis.info')).toEqual({
      'server=redis,version=8.2.3,redis.version=8.2.3,redis.mode=cluster,maxmemory_policy=noeviction': 1,
    });
    expect(probed.log.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('has keys of which the watched node knows nothing', async () => {
    const target = createTarget(targetConfig(nodes[0]?.url ?? ''));
    target.auth = 'ok';
    const keys = createKeyWatch(target, systemClock);
    open.push({ close: async () => keys.close() });
    await keys.connect(null, never);
    expect(keys.watching).toBe(true);
    expect((await keys.counters(never))?.mode).toBe('cluster');
    expect((await keys.inspect('lce-probe-01', undefined, true, never)).state).toBe('unknown');
  });

  it('is never asked /cache/ping: over restarts, beside a second exporter, by one without the target, at its start and later', async () => {
    const alone = () => {
      const probed = watchGateway(gatewayConfig(gateway.url, { api_key: gateway.apiKey }));
      open.push(probed.watch);
      return probed;
    };
    for (let start = 0; start < 3; start++) {
      expect(await watch().becomes('working')).toMatchObject({ cachePingNotAsked: 'cluster' });
      expect(await inTurn(undefined, alone()).becomes('working')).toMatchObject({ cachePingNotAsked: 'not_needed' });
    }
    expect(gateway.log()).toContain('/v1/completions');
    expect(gateway.log()).not.toContain('/cache/ping');
  });

  it('is found out when the cluster is down', async () => {
    const { tick, becomes } = watch();
    await becomes('working');
    await nodes[2]?.stop();
    // Until then its nodes do not refuse anything, and the gateway waits for the one that is gone.
    await eventually(async () => String(await nodes[0]?.command('CLUSTER', 'INFO')).includes('cluster_state:fail'), 30_000);
    const status = await eventually(async () => {
      const status = await tick();
      return status.cause === 'redis_cluster' && status;
    }, 60_000);
    expect(status.verdict).toBe('memory_only');
    expect(gateway.log()).not.toContain('/cache/ping');
    expect(status.evidence).toMatch(/^The Redis cluster is down: a node says that not all slots are served \(CLUSTER INFO\)\./);
  });
});
