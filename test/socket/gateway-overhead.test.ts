import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../src/config/effective.ts';
import { createOverheadMemory } from '../../src/watch/gateway/overhead.ts';
import { answering } from '../support/hostile-gateway.ts';
import { lacksRedis, startRedis } from '../support/redis.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { targetConfig, watchTarget } from '../support/target.ts';
import { gatewayConfig, inTurn, watchGateway } from '../support/watched-gateway.ts';

const HEALTH: Readonly<Record<string, string>> = {
  '/health/liveliness': '"alive"',
  '/health/readiness': '{"status":"healthy","litellm_version":"1.104.2"}',
};
const TYPED = { ...HEALTH, '/health/readiness': '{"cache":"redis","litellm_version":"1.104.2"}' };
const SETTINGS = '{"status":"healthy","cache_type":"redis","litellm_cache_params":"{\\"type\\":\\"redis\\"}"}';

const lacks = await lacksRedis('8.2.3');
const open: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(open.splice(0).map((watch) => watch.close())));

/** A gateway that misses every pair, or hits it, and does something with `/cache/ping`; what it was asked, by path. */
async function gateway(ping: (response: ServerResponse) => void, health: Readonly<Record<string, string>> = HEALTH, hits = false) {
  const asked: Record<string, number> = {};
  const state = { alive: true };
  const url = await answering((request, response) => {
    const path = request.url ?? '';
    asked[path] = (asked[path] ?? 0) + 1;
    request.resume();
    if (path.startsWith('/health/liv') && !state.alive) return void response.writeHead(503).end();
    if (path === '/cache/ping') return ping(response);
    if (health[path] !== undefined) return void response.end(health[path]);
    if (request.method === 'POST') return void answerPair(request, response, hits);
    response.writeHead(404).end();
  });
  return { url, state, pings: () => asked['/cache/ping'] ?? 0 };
}

function answerPair(request: IncomingMessage, response: ServerResponse, hits: boolean): void {
  const hash = createHash('sha256');
  request.on('data', (chunk) => hash.update(chunk));
  request.on('end', () => response.end(JSON.stringify({ id: hits ? hash.digest('hex') : `id-${Math.random()}`, created: 1, choices: [] })));
}

function watch(config: GatewayConfig, target?: Parameters<typeof watchGateway>[1], memory = createOverheadMemory()) {
  const probed = watchGateway(config, target, undefined, undefined, memory);
  open.push(probed.watch);
  return probed;
}

const WAYS: readonly (readonly [string, (response: ServerResponse) => void])[] = [
  ['answers 200 after a second', (response) => void setTimeout(() => response.end(SETTINGS), 1_000)],
  ['answers 503 after a second', (response) => void setTimeout(() => response.writeHead(503).end('{}'), 1_000)],
  ['never answers', () => undefined],
  ['sends headers and no body', (response) => response.writeHead(200).flushHeaders()],
  ['begins a body and does not end it', (response) => void response.write('{')],
  ['resets the connection', (response) => void response.socket?.resetAndDestroy()],
  ['sends more than is taken', (response) => void response.end(Buffer.alloc(5 * 1024 * 1024, 'a'))],
];

describe('/cache/ping of a gateway', () => {
  // All at once: what takes the time is to wait for answers that do not come.
  it('that answers late, never or wrong is asked once: not after an outage, not after a reload that keeps the entry', async () => {
    const asked = WAYS.map(async ([how, ping]) => {
      const { url, state, pings } = await gateway(ping);
      const config = gatewayConfig(url, { timeout: 1_500 });
      const memory = createOverheadMemory();
      const first = watch(config, undefined, memory);
      for (let round = 0; round < 3; round++) await first.tick();
      state.alive = false;
      expect(await first.tick(), how).toMatchObject({ verdict: 'unreachable' });
      state.alive = true;
      await first.tick();
      const status = await watch(config, undefined, memory).tick();
      return [how, pings(), status.overhead?.notAskedAgain.map(({ question }) => question)];
    });
    expect(await Promise.all(asked)).toEqual(WAYS.map(([how]) => [how, 1, ['cache_ping']]));
  });

  it('that is quick is asked again', async () => {
    const { url, pings } = await gateway((response) => void response.end(SETTINGS));
    const probed = watch(gatewayConfig(url));
    for (let round = 0; round < 3; round++) await probed.tick();
    expect(pings()).toBeGreaterThanOrEqual(3);
    expect(probed.value('cache_exporter.probe_overhead', { question: 'cache_ping' })).toBeGreaterThan(0);
    expect(probed.value('cache_exporter.probe_overhead', { question: 'liveness' })).toBeGreaterThan(0);
  });

  it('is given up after a second, and booked with all the time that the gateway answers nobody', async () => {
    const FROZEN_MS = 4_000;
    let freeUntil = 0;
    const givenUp: boolean[] = [];
    const url = await answering((request, response) => {
      const path = request.url ?? '';
      request.resume();
      if (path === '/cache/ping') {
        freeUntil = performance.now() + FROZEN_MS;
        return void request.socket.once('close', () => givenUp.push(performance.now() < freeUntil));
      }
      setTimeout(
        () => response.end(HEALTH[path] ?? `{"id":"id-${Math.random()}","choices":[]}`),
        Math.max(0, freeUntil - performance.now()),
      );
    });
    const probed = watch(gatewayConfig(url));
    const status = await probed.tick();
    await probed.tick();
    expect(givenUp).toEqual([true]);
    expect(probed.value('cache_exporter.probe_overhead', { question: 'cache_ping' })).toBeGreaterThan(FROZEN_MS / 1_000 - 0.2);
    // No pair of the tick waited for the exporter's own question.
    expect(status.cause).not.toBe('gateway_timeout');
    expect(status.overhead?.notAskedAgain).toEqual([{ question: 'cache_ping', why: 'limit' }]);
  }, 60_000);

  it('is not asked without a target while completions prove the cache, over restarts and several exporters', async () => {
    const { url, pings } = await gateway(() => undefined, TYPED, true);
    for (let start = 0; start < 3; start++) {
      const [one, other] = [watch(gatewayConfig(url)), watch(gatewayConfig(url, { name: 'twice', interval: 10_000 }))];
      for (let round = 0; round < 2; round++) {
        const statuses = [await one.tick(), await other.tick()];
        for (const status of statuses) expect(status).toMatchObject({ verdict: 'working', cachePingNotAsked: 'not_needed' });
      }
    }
    expect(pings()).toBe(0);
  });

  it('is asked without a target where the cache does not work, and where nothing but it tells a memory from Redis, or the type of the cache', async () => {
    const missing = await gateway((response) => void response.end(SETTINGS), TYPED);
    const untold = await gateway((response) => void response.end(SETTINGS), HEALTH, true);
    await watch(gatewayConfig(untold.url)).tick();
    await watch(gatewayConfig(missing.url)).tick();
    const chat = await gateway((response) => void response.writeHead(503).end('{}'), TYPED, true);
    expect(await watch(gatewayConfig(chat.url, { routes: ['chat'] })).tick()).toMatchObject({ cachePing: 503 });
    expect([missing.pings(), untold.pings() > 0, chat.pings() > 0]).toEqual([1, true, true]);
  });

  it('is never asked where the configuration says so, or where it tells nothing new', async () => {
    const off = await gateway((response) => void response.end(SETTINGS));
    const told = await gateway((response) => void response.end(SETTINGS), {
      ...HEALTH,
      '/health/readiness': '{"cache":"redis","litellm_version":"1.80.9"}',
    });
    const one = watch(gatewayConfig(off.url, { cache_ping: 'off' }));
    const other = watch(gatewayConfig(told.url, { namespace: 'litellm' }));
    for (let round = 0; round < 2; round++) {
      expect(await one.tick()).toMatchObject({ cachePingNotAsked: 'off' });
      expect(await other.tick()).toMatchObject({ cachePingNotAsked: 'not_needed', cacheType: 'redis' });
    }
    expect([off.pings(), told.pings()]).toEqual([0, 0]);
  });

  it('of replicas is not asked of the second where the first was slow', async () => {
    const slow = (response: ServerResponse) => void setTimeout(() => response.end(SETTINGS), 800);
    const replicas = [await gateway(slow), await gateway(slow)];
    const probed = watch(gatewayConfig('http://litellm.invalid', { addresses: replicas.map(({ url }) => url) }));
    for (let round = 0; round < 3; round++) await probed.tick();
    expect(replicas.reduce((sum, { pings }) => sum + pings(), 0)).toBe(1);
  });

  it.skipIf(lacks)('is not asked before it is known what the target is, nor before a Redis Cluster', async () => {
    const redis = await startRedis();
    const single = await gateway((response) => void response.end(SETTINGS));
    const watched = watchTarget(targetConfig(redis.url, { interval: 60_000 }));
    open.push(watched.watch);
    const probed = watch(gatewayConfig(single.url, { redis: 'cache' }), watched.target);
    await redis.stop();
    expect(await inTurn(watched, probed).tick()).toMatchObject({ cachePingNotAsked: 'mode_not_known' });
    expect(single.pings()).toBe(0);

    const [node] = await startRedisCluster();
    const clustered = await gateway((response) => void response.end(SETTINGS));
    const watchedNode = watchTarget(targetConfig(node?.url ?? '', { interval: 60_000 }));
    open.push(watchedNode.watch);
    const before = watch(gatewayConfig(clustered.url, { redis: 'cache' }), watchedNode.target);
    for (let round = 0; round < 3; round++) {
      expect(await inTurn(watchedNode, before).tick()).toMatchObject({ cachePingNotAsked: 'cluster' });
    }
    expect(clustered.pings()).toBe(0);
  });
});
