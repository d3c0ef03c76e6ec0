import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { lacksRedis, type RunningRedis } from '../support/redis.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { watchCluster } from '../support/target.ts';
import { gatewayConfig, inTurn, watchGateway } from '../support/watched-gateway.ts';

const nodeOf = ({ port }: RunningRedis) => `127.0.0.1:${port}`;

describe.skipIf(await lacksRedis('8.2.3'))('a LiteLLM before a watched cluster of three masters and three replicas', () => {
  let nodes: RunningRedis[] = [];
  let gateway: RunningGateway;
  const open: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    nodes = await startRedisCluster({ replicas: true });
    const redis_startup_nodes = nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
    // 1.110.2 finds a new master after 15 s to more than a minute: its breaker stays open meanwhile.
    gateway = await startGateway({
      release: '1.106.0',
      redis: { port: 0 },
      config: { litellm_settings: { cache_params: { host: null, port: null, redis_startup_nodes } } },
    });
  }, 180_000);
  afterAll(async () => {
    for (const watched of open) await watched.close();
    await Promise.all(nodes.map((node) => node.kill().catch(() => undefined)));
  });

  function watch() {
    const watched = watchCluster(nodes.slice(0, 2).map(nodeOf), { interval: 60_000 });
    const probed = watchGateway(gatewayConfig(gateway.url, { api_key: gateway.apiKey, redis: 'cache' }), watched.target);
    open.push(watched.watch, probed.watch);
    return { watched, probed, ...inTurn(watched, probed) };
  }

  it('is working, with every key found on the master that has its slot, and no redirection of the exporter', async () => {
    const { probed, tick, becomes } = watch();
    await becomes('working');
    for (let pair = 0; pair < 6; pair++) {
      const status = await tick();
      expect(status).toMatchObject({ verdict: 'working', cause: 'none', cachePingNotAsked: 'cluster' });
      for (const { outcome } of status.pairs) expect(outcome).toBe('ok');
    }
    expect(probed.log.filter(({ level }) => level === 'warn')).toEqual([]);
    expect(gateway.log()).not.toContain('/cache/ping');
  });

  it('loses a master under pairs: the cause is right within two intervals, and all is well after the failover', async () => {
    const { watched, tick, becomes } = watch();
    await becomes('working');
    const [name = ''] = watched.target.masters().map((master) => master.name);
    const victim = nodes.find((node) => nodeOf(node) === name);
    const others = nodes.filter((node) => node !== victim);
    const id = String(await victim?.command('CLUSTER', 'MYID'));
    // Its replica waits, so that the outage lasts for some rounds.
    for (const node of others) await node.command('CONFIG', 'SET', 'cluster-replica-no-failover', 'yes');
    await victim?.kill();
    nodes = others;
    await eventually(async () => String(await others[0]?.command('CLUSTER', 'INFO')).includes('cluster_state:fail'), 30_000);
    const first = await tick();
    const second = await tick();
    const judged = [first, second].find(({ verdict }) => verdict !== 'working') ?? second;
    expect(judged.cause, judged.evidence).toBe('redis_cluster');
    expect(watched.series('redis.cluster.state')).toEqual({ '': 0 });
    expect(watched.series('redis.up')[`redis_node=${name}`]).toBe(0);

    for (const node of others) await node.command('CONFIG', 'SET', 'cluster-replica-no-failover', 'no');
    await eventually(async () => String(await others[0]?.command('CLUSTER', 'INFO')).includes('cluster_state:ok'), 60_000);
    const healed = await eventually(async () => {
      const status = await tick();
      return status.verdict === 'working' && status;
    }, 60_000);
    expect(healed.cause).toBe('none');
    expect(watched.target.masters()).toHaveLength(3);

    for (const node of others) await node.command('CLUSTER', 'FORGET', id);
    await eventually(async () => {
      await watched.tick();
      return watched.series('redis.up')[`redis_node=${name}`] === undefined;
    }, 30_000);
    for (const metric of watched.metrics())
      expect(
        Object.keys(watched.series(metric)).filter((labels) => labels.includes(`redis_node=${name}`)),
        metric,
      ).toEqual([]);
  });

  it('is found without a master that the others do not miss yet', async () => {
    const { watched, tick, becomes } = watch();
    await becomes('working');
    for (const node of nodes) await node.command('CONFIG', 'SET', 'cluster-node-timeout', 600_000);
    const [name = ''] = watched.target.masters().map((master) => master.name);
    const victim = nodes.find((node) => nodeOf(node) === name);
    await victim?.kill();
    nodes = nodes.filter((node) => node !== victim);
    const status = await eventually(async () => {
      const now = await tick();
      return now.verdict !== 'working' && now;
    }, 90_000);
    expect(status.cause, status.evidence).toBe('redis_unreachable');
    expect(watched.target.state).toMatchObject({ up: true, failure: 'refused' });
  });
});
