import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Tick } from '../../src/model/tick.ts';
import { eventually } from '../support/eventually.ts';
import { answering } from '../support/hostile-gateway.ts';
import { lacksRedis, startRedis } from '../support/redis.ts';
import { targetConfig, watchTarget } from '../support/target.ts';
import { gatewayConfig, watchGateway } from '../support/watched-gateway.ts';

const LACKS_REDIS = await lacksRedis('8.2.3');
const SETTINGS = '{"cache_type":"redis","status":"healthy"}';
const PAIR = { 'gen_ai.request.model': 'cache-probe' } as const;

/** A tick that the test ends: `cut` is called where the scheduler would see its timeout. */
function cuttableTick(): { tick: Tick; cut: () => void } {
  const ending = new AbortController();
  const tick: Tick = {
    signal: ending.signal,
    traceId: '0af7651916cd43dd8448eb211c80319c',
    step: (_, run) => run({}, () => undefined),
    note: () => undefined,
  };
  return { tick, cut: () => ending.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')) };
}

/** A gateway whose cache hits, and that answers nothing more at one place: `stuck` is called then. */
async function gateway(place: (path: string, request: number) => boolean) {
  const state = { stuck: () => undefined as unknown, free: false, asked: [] as string[] };
  const answers = new Map<string, number>();
  const url = await answering((request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? '';
    state.asked.push(path);
    const nth = state.asked.filter((one) => one === path).length;
    const hash = createHash('sha256');
    request.on('data', (chunk) => hash.update(chunk));
    request.on('end', () => {
      if (!state.free && place(path, nth)) return void state.stuck();
      if (path.startsWith('/health')) return void response.end('{"litellm_version":"1.110.2"}');
      if (path === '/cache/ping') return void response.end(SETTINGS);
      const key = hash.digest('hex');
      if (answers.has(key)) response.setHeader('x-litellm-cache-key', key);
      answers.set(key, answers.get(key) ?? answers.size);
      response.end(JSON.stringify({ id: `a${answers.get(key)}`, created: 1, choices: [], usage: {} }));
    });
  });
  return { url, state };
}

/** Runs one tick of a watch that is cut when the gateway gets stuck; whether it failed. */
async function cutTick(probed: ReturnType<typeof watchGateway>, state: { stuck: () => unknown }): Promise<boolean> {
  const { tick, cut } = cuttableTick();
  state.stuck = cut;
  return probed.watch.job.run(tick).then(
    () => false,
    () => true,
  );
}

describe('a tick that its timeout ends in the middle of a round', () => {
  const CHAT = '/v1/chat/completions';

  it.each<[string, (path: string, request: number) => boolean]>([
    ['at the first request of the second pair', (path, request) => path === CHAT && request === 1],
    ['at the duplicate of the second pair', (path, request) => path === CHAT && request === 2],
  ])('%s keeps the pair that was sent and paid for, and skips the other', async (_, place) => {
    const { url, state } = await gateway(place);
    const probed = watchGateway(gatewayConfig(url, { price_per_pair_usd: 0.001, cache_ping: 'off' }));
    expect(await cutTick(probed, state)).toBe(false);
    const pairs = (route: 'completions' | 'chat') => probed.value('llm.cache.probe.pairs', { route, ...PAIR, outcome: 'hit_unverified' });
    expect([pairs('completions'), pairs('chat')]).toEqual([1, 0]);
    expect(probed.value('llm.cache.probe.skipped', { route: 'chat', reason: 'overlap' })).toBe(1);
    expect(probed.watch.status().costUsd).toBeGreaterThan(0);
    state.free = true;
    expect((await probed.tick()).verdict).toBe('working');
  });

  it('at /cache/ping behind the pairs keeps both pairs, and what was known of the gateway', async () => {
    const { url, state } = await gateway((path, request) => path === '/cache/ping' && request === 2);
    const probed = watchGateway(gatewayConfig(url));
    expect(await cutTick(probed, state)).toBe(false);
    expect(probed.watch.status()).toMatchObject({ verdict: 'working', version: '1.110.2' });
    expect(probed.value('llm.cache.probe.skipped', { route: 'chat', reason: 'overlap' })).toBe(0);
  });

  it('before any pair was sent fails, and the next one begins anew', async () => {
    const { url, state } = await gateway((path, request) => path === '/v1/completions' && request === 1);
    const probed = watchGateway(gatewayConfig(url));
    expect(await cutTick(probed, state)).toBe(true);
    expect(probed.watch.status().verdict).toBe('unknown');
    state.free = true;
    expect((await probed.tick()).verdict).toBe('working');
  });
});

describe.skipIf(LACKS_REDIS)('/cache/ping that gave no answer in a tick that was cut short', () => {
  it('is asked again when Redis was away meanwhile and answers, and not where it answered all the time', async () => {
    const redis = await startRedis();
    for (const isAway of [true, false]) {
      const { url, state } = await gateway((path) => path === '/cache/ping');
      const watched = watchTarget(targetConfig(redis.url, { timeout: 500 }));
      const probed = watchGateway(gatewayConfig(url, { routes: ['completions'] }), watched.target);
      state.free = true;
      await watched.tick();
      await probed.tick();
      state.free = false;
      if (isAway) redis.pause();
      await watched.tick();
      await cutTick(probed, state);
      expect(probed.watch.status().overhead?.notAskedAgain).toEqual([{ question: 'cache_ping', why: 'limit' }]);
      if (isAway) redis.resume();
      state.free = true;
      const next = async () => {
        await watched.tick();
        return (await probed.tick()).overhead?.notAskedAgain;
      };
      if (isAway) await eventually(async () => (await next())?.length === 0, 30_000);
      else expect(await next()).toEqual([{ question: 'cache_ping', why: 'limit' }]);
      await probed.watch.close();
      await watched.watch.close();
    }
  });
});
