import { connect, createServer, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NEWEST_RELEASE } from '../../dev/gateway.ts';
import { freePort } from '../../dev/process.ts';
import { redisServer } from '../../dev/redis.ts';
import type { GatewayConfig } from '../../src/config/effective.ts';
import { eventually } from '../support/eventually.ts';
import { type RunningGateway, startWarmGateway } from '../support/gateway.ts';
import { lacks } from '../support/lacks.ts';
import { type RunningRedis, startRedis } from '../support/redis.ts';
import { targetConfig, watchTarget } from '../support/target.ts';
import { gatewayConfig, watchGateway } from '../support/watched-gateway.ts';

const KEY = 'sk-both-replicas-of-the-test';

/** A port that leads to one Redis and then to another, as the address of a service does. */
async function switchable(first: number) {
  const sockets = new Set<Socket>();
  let port = first;
  const server = createServer((socket) => {
    const upstream = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
      one.pipe(other);
    }
  });
  const listening = await freePort();
  await new Promise<void>((resolve) => server.listen(listening, '127.0.0.1', resolve));
  return {
    port: listening,
    lead(to: number) {
      port = to;
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
  };
}

describe.skipIf(await lacks(() => redisServer('7.0.15', () => undefined)))('two LiteLLM replicas behind one gateway', () => {
  let redis: RunningRedis;
  let other: RunningRedis;
  let way: Awaited<ReturnType<typeof switchable>>;
  let replicas: RunningGateway[];
  const watches: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    [redis, other] = await Promise.all([startRedis({ release: '7.0.15' }), startRedis({ release: '7.0.15' })]);
    way = await switchable(redis.port);
    const env = { LITELLM_MASTER_KEY: KEY };
    replicas = await Promise.all([redis.port, way.port].map((port) => startWarmGateway({ redis: { port }, env })));
  });

  afterEach(async () => {
    await Promise.all(watches.splice(0).map((watch) => watch.close()));
  });

  function watch(ports: readonly number[], settings: Partial<Omit<GatewayConfig, 'api_key'>> = {}) {
    const watched = watchTarget(targetConfig(redis.url, { interval: 60_000 }));
    const addresses = ports.map((port) => `127.0.0.1:${port}`);
    // Nothing listens at the address of the URL: all requests go to the replicas.
    const probed = watchGateway(gatewayConfig('http://litellm.invalid:4000', { api_key: KEY, addresses, ...settings }), watched.target);
    watches.push(probed.watch, watched.watch);
    const tick = async () => {
      await watched.tick();
      return probed.tick();
    };
    return { probed, addresses, tick };
  }

  it('share a cache: a hit crosses from each to the other', async () => {
    const [a = 0, b = 0] = replicas.map(({ port }) => port);
    const { probed, addresses, tick } = watch([a, b]);
    expect(probed.value('llm.cache.probe.replica_coverage', {})).toBeUndefined();
    const first = await tick();
    expect(first).toMatchObject({ verdict: 'working', up: true, version: NEWEST_RELEASE });
    expect(probed.value('llm.cache.probe.phase.duration', { route: 'chat', request: 'duplicate', phase: 'wait' })).toBeUndefined();
    expect(first.replicas).toMatchObject([{ from: addresses[0], to: addresses[1], outcome: 'ok' }]);
    expect(probed.value('llm.cache.probe.replica_coverage', {})).toBeUndefined();
    const second = await tick();
    expect(second.pairs.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
    expect(second.replicas).toHaveLength(2);
    expect(probed.value('llm.cache.probe.replica_coverage', {})).toBe(1);
    expect(probed.value('llm.cache.probe.phase.duration', { route: 'chat', request: 'duplicate', phase: 'wait' })).toBeGreaterThan(0);
  });

  it('do not share one: both are named, in both directions', async () => {
    const [a = 0, b = 0] = replicas.map(({ port }) => port);
    const { probed, addresses, tick } = watch([a, b]);
    way.lead(other.port);
    const status = await eventually(async () => {
      const { replicas: tried, ...rest } = await tick();
      return tried?.length === 2 && tried.every(({ outcome }) => /^miss_(key_present|not_written)$/.test(outcome)) && { tried, ...rest };
    }, 60_000);
    expect(status).toMatchObject({ verdict: 'not_caching', cause: 'different_redis' });
    expect(status.evidence).toContain(`Replica ${addresses[1]} by itself: The gateway reads back from a Redis`);
    expect(status.evidence).toContain(`${addresses[1]} did not read what ${addresses[0]} wrote (missed, the key is in Redis)`);
    // The duplicate that missed is stored by the replica that answered it, so the key may be there by now.
    expect(status.evidence).toMatch(
      new RegExp(`${addresses[0]} did not read what ${addresses[1]} wrote \\(missed, the key (was never written|is in Redis)\\)`),
    );
    expect(probed.value('llm.cache.probe.replica_coverage', {})).toBe(0);
    way.lead(redis.port);
    await eventually(async () => (await tick()) && probed.value('llm.cache.probe.replica_coverage', {}) === 1, 60_000);
  });

  describe('with a namespace each', () => {
    let own: RunningGateway;
    beforeAll(async () => {
      const named = { litellm_settings: { cache_params: { namespace: 'of-its-own' } } };
      own = await startWarmGateway({ redis: { port: redis.port }, env: { LITELLM_MASTER_KEY: KEY }, config: named });
    });
    afterAll(() => own.stop());

    it.each(['auto', 'off'] as const)('are not on two servers, with /cache/ping %s', async (cache_ping) => {
      const [a = 0] = replicas.map(({ port }) => port);
      const { tick } = watch([a, own.port], { cache_ping });
      const causes: string[] = [];
      for (let round = 0; round < 4; round += 1) causes.push((await tick()).cause);
      expect(causes).toEqual(['undetermined', 'undetermined', 'undetermined', 'undetermined']);
    });
  });

  it.each(['auto', 'off'] as const)(
    'are not working when all are on another server, from the first round on, with /cache/ping %s',
    async (cache_ping) => {
      const [, b = 0] = replicas.map(({ port }) => port);
      const { probed, tick } = watch([b], { cache_ping });
      await eventually(
        async () => (await tick()).verdict === 'working' && probed.watch.judged()?.results.every(({ key }) => key === 'present'),
        60_000,
      );
      way.lead(other.port);
      // The gateway may notice that its connections have ended only with the first requests.
      const said = await eventually(async () => {
        const { verdict, cause } = await tick();
        return verdict !== 'memory_only' && verdict !== 'partial' && verdict !== 'not_caching' && { verdict, cause };
      }, 60_000);
      way.lead(redis.port);
      expect(said).toEqual({ verdict: 'not_in_redis', cause: 'different_redis' });
    },
  );

  it('are up while one of them answers, and the other is named', async () => {
    const [a = 0] = replicas.map(({ port }) => port);
    const closed = await freePort();
    const { probed, addresses, tick } = watch([a, closed]);
    const status = await tick();
    expect(status).toMatchObject({ verdict: 'working', up: true, ready: true });
    expect(status.evidence).toContain(`Down: ${addresses[1]} (connections are refused).`);
    expect(status.replicas).toMatchObject([{ from: addresses[0], to: addresses[0], outcome: 'ok' }]);
    expect(probed.value('llm.gateway.up', {})).toBe(1);
  });

  it('are unreachable when none answers', async () => {
    const { probed, addresses, tick } = watch([await freePort(), await freePort()]);
    const status = await tick();
    expect(status).toMatchObject({ verdict: 'unreachable', cause: 'gateway_error', replicas: [] });
    expect(status.evidence).toContain(`Down: ${addresses[0]} (connections are refused), ${addresses[1]} (connections are refused).`);
    expect(probed.value('llm.cache.probe.replica_coverage', {})).toBeUndefined();
  });
});
