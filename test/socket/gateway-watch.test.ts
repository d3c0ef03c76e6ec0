import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CAUSE, OUTCOME, SKIP_REASON, VERDICT } from '../../src/model/cache.ts';
import type { LeaseState } from '../../src/model/lease.ts';
import type { Target } from '../../src/redis/connection/target.ts';
import type { Clock } from '../../src/schedule/clock.ts';
import { answering } from '../support/hostile-gateway.ts';
import { lacksRedis, startRedis } from '../support/redis.ts';
import { targetConfig, watchTarget } from '../support/target.ts';
import { gatewayConfig, type WatchedGateway, watchGateway } from '../support/watched-gateway.ts';

const INTERVAL = 60_000;
const LACKS_REDIS = await lacksRedis('8.2.3');
const labels = { route: 'completions', 'gen_ai.request.model': 'cache-probe' } as const;

/** A stand-in whose cache, price and health can be switched, which no real gateway allows from one tick to the next. */
async function standIn() {
  const state = {
    caching: true,
    alive: true,
    ping: 200,
    cacheType: 'redis' as string | undefined,
    /** What readiness calls the cache; nothing by default, as of a release that does not tell. */
    readiness: undefined as string | undefined,
    /** What the cache is after the next pair. */
    nextType: undefined as string | undefined,
    costUsd: undefined as number | undefined,
    pings: 0,
    /** Whether each `/cache/ping` names another namespace than the one before. */
    restless: false,
    /** Milliseconds until `/cache/ping` answers. */
    pingTakes: 0,
    pairs: 0,
    traces: new Set<string | undefined>(),
  };
  const cache = new Map<string, number>();
  let answers = 0;
  const url = await answering((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      if (!state.alive) return void response.writeHead(503).end();
      if (request.url?.startsWith('/health'))
        return void response.end(JSON.stringify({ cache: state.readiness, litellm_version: '1.106.0' }));
      if (request.url === '/cache/ping') {
        state.pings += 1;
        const params = { type: state.cacheType, namespace: `team-${state.pings}` };
        const settings = { cache_type: state.cacheType, ...(state.restless && { litellm_cache_params: JSON.stringify(params) }) };
        const answer = () => void response.writeHead(state.ping).end(JSON.stringify(settings));
        return void setTimeout(answer, state.pingTakes);
      }
      if (request.url === '/metrics/') return void response.writeHead(404).end();
      state.pairs += 1;
      state.traces.add(request.headers.traceparent?.toString());
      const known = state.caching ? cache.get(text) : undefined;
      if (known !== undefined) state.cacheType = state.nextType ?? state.cacheType;
      answers += 1;
      cache.set(text, known ?? answers);
      if (known !== undefined) response.setHeader('x-litellm-cache-key', createHash('sha256').update(text).digest('hex'));
      if (state.costUsd !== undefined) response.setHeader('x-litellm-response-cost', String(state.costUsd));
      response.end(
        JSON.stringify({ id: `a${known ?? answers}`, created: 1, choices: [], usage: { prompt_tokens: 12, completion_tokens: 1 } }),
      );
    });
  });
  return { url, state };
}

/** The clock of the machine, which can be put forward, or only its time of day set, and does not sleep. */
function movingClock(): Clock & { forward(milliseconds: number): void; set(ahead: number): void } {
  let shift = 0;
  let ahead = 0;
  return {
    now: () => 1_700_000_000_000 + shift + ahead,
    set: (milliseconds) => {
      ahead = milliseconds;
    },
    monotonic: () => performance.now() + shift,
    sleep: async () => undefined,
    forward: (milliseconds) => {
      shift += milliseconds;
    },
  };
}

async function start(config: Parameters<typeof gatewayConfig>[1] = {}, target?: Target) {
  const { url, state } = await standIn();
  const clock = movingClock();
  const probed = watchGateway(gatewayConfig(url, { routes: ['completions'], interval: INTERVAL, ...config }), target, clock);
  /** Runs ticks of the grid and tells for each whether it sent a pair. */
  const ticks = async (count: number): Promise<boolean[]> => {
    const sent: boolean[] = [];
    for (let tick = 0; tick < count; tick++) {
      const before = state.pairs;
      await probed.tick();
      sent.push(state.pairs > before);
      clock.forward(INTERVAL);
    }
    return sent;
  };
  return { state, clock, probed, ticks };
}

function current(probed: WatchedGateway, of: 'verdict' | 'cause'): string[] {
  return of === 'verdict'
    ? VERDICT.filter((verdict) => probed.value('llm.cache.verdict', { verdict }) === 1)
    : CAUSE.filter((cause) => probed.value('llm.cache.cause', { cause }) === 1);
}

describe('a gateway before its first tick', () => {
  it('has its counters at 0 and an unknown verdict', async () => {
    const { probed } = await start({ redis: 'cache', routes: ['completions', 'chat'], expect: { cache: 'redis', ttl: 3_600_000 } });
    expect(OUTCOME.map((outcome) => probed.value('llm.cache.probe.pairs', { ...labels, outcome }))).toEqual(OUTCOME.map(() => 0));
    expect(SKIP_REASON.map((reason) => probed.value('llm.cache.probe.skipped', { route: 'chat', reason }))).toEqual(
      SKIP_REASON.map(() => 0),
    );
    expect(probed.shown('llm.cache.probe.pairs')).toBe(2 * OUTCOME.length);
    expect(probed.value('llm.cache.probe.cost_usd', {})).toBe(0);
    expect(probed.value('llm.cache.probe.budget_usd', {})).toBe(1);
    expect(probed.value('llm.cache.probe.expected_ttl', {})).toBe(3600);
    expect(probed.value('llm.cache.probe.interval', { route: 'chat' })).toBe(60);
    expect(probed.value('cache_exporter.gateway_target_info', { redis_target: 'cache' })).toBe(1);
    expect([current(probed, 'verdict'), current(probed, 'cause')]).toEqual([['unknown'], ['undetermined']]);
    expect([
      probed.shown('llm.gateway.up'),
      probed.shown('llm.cache.last_outcome'),
      probed.shown('llm.cache.verdict_since.timestamp'),
    ]).toEqual([0, 0, 0]);
    expect(probed.watch.status()).toMatchObject({ verdict: 'unknown', pairs: [], costUsd: 0 });
    expect(probed.watch.status()).not.toHaveProperty('up');
  });
});

describe('the ticks of a gateway', () => {
  it('do not judge the pairs of a gateway by the settings of the one that took its place meanwhile', async () => {
    const { state, probed, ticks } = await start();
    state.cacheType = 'local';
    await ticks(2);
    expect(current(probed, 'verdict')).toEqual(['local']);
    state.nextType = 'redis';
    await ticks(1);
    expect(current(probed, 'verdict')).toEqual(['local']);
    await ticks(1);
    expect(current(probed, 'verdict')).toEqual(['working']);
  });

  it('judge a gateway whose settings change all the time in every second round', async () => {
    const { state, probed, ticks } = await start();
    state.restless = true;
    const verdicts: string[] = [];
    for (let tick = 0; tick < 4; tick++) {
      await ticks(1);
      verdicts.push(...current(probed, 'verdict'));
    }
    expect(verdicts).toEqual(['unknown', 'working', 'working', 'working']);
    expect(state.pings).toBeGreaterThanOrEqual(4);
  });

  it('send none to a gateway whose health names another cache, whatever its settings say', async () => {
    const { state, probed, ticks } = await start();
    state.readiness = 'local';
    await ticks(14);
    expect(current(probed, 'verdict')).toEqual(['local']);
    [state.readiness, state.caching] = ['redis', false];
    await ticks(1);
    expect(current(probed, 'verdict')).toEqual(['not_caching']);
  });

  it('judge a gateway in the round in which it tells its cache for the first time', async () => {
    const { state, probed, ticks } = await start();
    state.cacheType = undefined;
    state.nextType = 'redis';
    expect(await ticks(1)).toEqual([true]);
    expect(current(probed, 'verdict')).toEqual(['working']);
  });

  it('send no negative control while the cache is out: it would keep the outage alive', async () => {
    const { state, probed, ticks } = await start();
    state.caching = false;
    await ticks(14);
    expect(current(probed, 'verdict')).toEqual(['not_caching']);
    state.caching = true;
    await ticks(1);
    expect(current(probed, 'verdict')).toEqual(['working']);
  });

  it.skipIf(LACKS_REDIS)('send none where the hits are not in Redis: one would be taken for a miss', async () => {
    const redis = await startRedis();
    const watched = watchTarget(targetConfig(redis.url));
    await watched.tick();
    const { probed, ticks } = await start({ redis: 'cache', namespace: 'litellm', routes: ['chat'] }, watched.target);
    for (let tick = 0; tick < 16; tick++) {
      await ticks(1);
      expect([tick, ...current(probed, 'verdict')]).toEqual([tick, 'not_in_redis']);
    }
    await Promise.all([probed.watch.close(), watched.watch.close()]);
  });

  it('send none to a gateway that was away either: it may be another one', async () => {
    const { state, probed, ticks } = await start();
    await ticks(14);
    state.alive = false;
    await ticks(1);
    state.alive = true;
    state.caching = false;
    await ticks(1);
    expect(current(probed, 'verdict')).toEqual(['not_caching']);
  });

  it('ask for /cache/ping once when that holds up the gateway, also when it was away meanwhile', async () => {
    const { state, probed, ticks } = await start();
    state.pingTakes = 700;
    await ticks(3);
    state.pingTakes = 0;
    await ticks(2);
    state.alive = false;
    await ticks(1);
    state.alive = true;
    await ticks(2);
    expect(state.pings).toBe(1);
    expect(current(probed, 'verdict')).toEqual(['working']);
    expect(probed.watch.status()).toMatchObject({ cachePingNotAsked: 'slow' });
  });

  it('take no latency from the first pair of a process', async () => {
    const { state, probed, ticks } = await start();
    const measured = () => probed.count('llm.cache.probe.request.duration', labels);
    await ticks(1);
    expect([measured(), probed.shown('llm.cache.probe.phase.duration'), current(probed, 'verdict')]).toEqual([0, 0, ['working']]);
    await ticks(1);
    expect([measured(), probed.shown('llm.cache.probe.phase.duration')]).toEqual([2, 12]);
    state.alive = false;
    await ticks(1);
    expect(current(probed, 'verdict')).toEqual(['unreachable']);
    state.alive = true;
    await ticks(1);
    expect(measured()).toBe(2);
    await ticks(1);
    expect(measured()).toBe(4);
    expect(probed.count('llm.cache.probe.speedup', labels)).toBe(2);
    expect(probed.count('gen_ai.client.token.usage', { 'gen_ai.token.type': 'input' })).toBe(2);
    expect([...state.traces]).toEqual(['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01']);
  });

  it('name the time since which the cache is, or is not, working', async () => {
    const { state, probed, ticks } = await start();
    const since = () => probed.value('llm.cache.verdict_since.timestamp', {});
    await ticks(3);
    expect(since()).toBe(1_700_000_000);
    state.caching = false;
    await ticks(2);
    expect([current(probed, 'verdict'), since()]).toEqual([['not_caching'], 1_700_000_180]);
    state.caching = true;
    await ticks(1);
    expect([current(probed, 'verdict'), since()]).toEqual([['working'], 1_700_000_300]);
    expect(probed.log.map(({ level, verdict, verdict_before }) => [level, verdict_before, verdict])).toEqual([
      ['info', 'unknown', 'working'],
      ['warn', 'working', 'not_caching'],
      ['info', 'not_caching', 'working'],
    ]);
  });

  it('do not call a pair old by a clock that is set', async () => {
    const { clock, probed, ticks } = await start();
    await ticks(1);
    for (const ahead of [10 * INTERVAL, -10 * INTERVAL]) {
      clock.set(ahead);
      expect(probed.watch.status()).toMatchObject({ verdict: 'working' });
    }
  });

  it('do not call the pair of one route old while the first of another is under way', async () => {
    const { probed } = await start({ routes: ['completions', 'chat'] });
    const evidence = new Set([probed.watch.status().evidence]);
    let running = true;
    const tick = probed.tick().finally(() => {
      running = false;
    });
    while (running) {
      await new Promise(setImmediate);
      if (running) evidence.add(probed.watch.status().evidence);
    }
    await tick;
    expect([...evidence]).toEqual(['No pair has run yet.', 'The first pairs are under way.']);
  });

  it('withdraw an outcome that has grown old, and keep the time of the last pair', async () => {
    const { clock, probed, ticks } = await start();
    await ticks(2);
    clock.forward(3 * INTERVAL);
    expect(probed.watch.status()).toMatchObject({
      verdict: 'unknown',
      evidence: 'The last pair of completions is older than three intervals.',
    });
    expect(probed.shown('llm.cache.probe.phase.duration')).toBe(0);
    expect(probed.value('llm.cache.probe.last_run.timestamp', { route: 'completions' })).toBe(1_700_000_060);
  });
});

describe('the pace of a gateway', () => {
  it('slows down on misses of a model with a price, keeps the verdict, and counts what it leaves out', async () => {
    const { state, probed, ticks } = await start({ price_per_pair_usd: 0.0001 });
    state.caching = false;
    expect(await ticks(16)).toEqual([true, false, true, false, false, false, true, ...Array(7).fill(false), true, false]);
    expect(probed.value('llm.cache.probe.skipped', { route: 'completions', reason: 'backoff' })).toBe(12);
    expect(probed.value('llm.cache.probe.interval', { route: 'completions' })).toBe(480);
    expect(current(probed, 'verdict')).toEqual(['not_caching']);
    expect(probed.value('llm.gateway.up', {})).toBe(1);
    state.caching = true;
    expect((await ticks(8)).filter(Boolean)).toEqual([true, true]);
    expect(probed.value('llm.cache.probe.interval', { route: 'completions' })).toBe(60);
  });

  it('does not slow down where a pair costs nothing', async () => {
    const { state, ticks } = await start({ price_per_pair_usd: 0 });
    state.caching = false;
    expect(await ticks(4)).toEqual([true, true, true, true]);
  });

  it('sends a pair at once when /cache/ping recovers', async () => {
    const { state, ticks } = await start({ price_per_pair_usd: 0.0001 });
    [state.caching, state.ping] = [false, 503];
    expect(await ticks(4)).toEqual([true, false, true, false]);
    state.ping = 200;
    expect(await ticks(2)).toEqual([false, true]);
  });
});

describe('the budget of a gateway', () => {
  it('ends the pairs of a day, not the free questions, and the verdict becomes unknown', async () => {
    const { state, clock, probed, ticks } = await start({ daily_budget_usd: 1, price_per_pair_usd: undefined });
    state.costUsd = 0.25;
    expect(await ticks(6)).toEqual([true, true, true, true, false, false]);
    expect(probed.value('llm.cache.probe.cost_usd', {})).toBe(1);
    expect(probed.watch.status().costUsd).toBe(1);
    expect(probed.value('llm.cache.probe.skipped', { route: 'completions', reason: 'budget' })).toBe(2);
    await ticks(2);
    expect([current(probed, 'verdict'), probed.value('llm.gateway.up', {})]).toEqual([['unknown'], 1]);
    expect(probed.shown('llm.cache.last_outcome')).toBe(0);
    clock.forward(24 * 3_600_000);
    expect(await ticks(1)).toEqual([true]);
    expect(current(probed, 'verdict')).toEqual(['working']);
  });
});

describe('a gateway whose exporter shares a lease', () => {
  it('ends the pair in which the lease is lost, and begins no other', async () => {
    const { url, state } = await standIn();
    const lease = (): LeaseState => (state.pairs === 0 ? 'held' : 'other');
    const probed = watchGateway(gatewayConfig(url), undefined, movingClock(), lease);
    await probed.tick();
    expect(state.pairs).toBe(2);
    expect(probed.value('llm.cache.probe.pairs', { ...labels, outcome: 'hit_unverified' })).toBe(1);
    expect(probed.value('llm.cache.probe.skipped', { route: 'chat', reason: 'lease' })).toBe(1);
  });

  it('sends nothing while it does not hold it, and counts the pairs that nobody sends', async () => {
    const { url, state } = await standIn();
    let lease: LeaseState = 'other';
    const probed = watchGateway(gatewayConfig(url), undefined, movingClock(), () => lease);
    const skipped = () => probed.value('llm.cache.probe.skipped', { route: 'chat', reason: 'lease' });
    expect(await probed.tick()).toMatchObject({ verdict: 'unknown', cause: 'undetermined', lease: 'other', pairs: [] });
    expect(skipped()).toBe(0);
    lease = 'unknown';
    expect(await probed.tick()).toMatchObject({ verdict: 'unknown', lease: 'unknown' });
    expect(skipped()).toBe(1);
    expect(state.pairs).toBe(0);
    expect(probed.log).toEqual([]);
    lease = 'held';
    expect(await probed.tick()).toMatchObject({ verdict: 'working', lease: 'held' });
    lease = 'other';
    await probed.tick();
    expect(probed.shown('llm.cache.verdict')).toBe(0);
  });
});

describe('the past of a gateway', () => {
  it('holds pairs, failures with their judgement, and changes of the verdict', async () => {
    const { probed, state, ticks, clock } = await start();
    const began = clock.now();
    await ticks(2);
    state.caching = false;
    await ticks(1);
    state.caching = true;
    await ticks(1);
    const { history } = probed.watch.status();
    const outcomes = ['hit_unverified', 'hit_unverified', 'miss_unexplained', 'hit_unverified'];
    expect(history?.pairs.map(({ route }) => route)).toEqual(['completions']);
    expect(history?.pairs[0]?.records.map(({ at, outcome, duplicate }) => [at, outcome, duplicate])).toEqual(
      outcomes.map((outcome, index) => [began + index * INTERVAL, outcome, outcome.startsWith('hit') ? 'hit' : 'miss']),
    );
    expect(history?.failures).toMatchObject([
      { at: began + 2 * INTERVAL, route: 'completions', outcome: 'miss_unexplained', verdict: 'not_caching', cause: 'undetermined' },
    ]);
    expect(history?.changes.map(({ from, to }) => `${from} to ${to}`)).toEqual([
      'unknown to working',
      'working to not_caching',
      'not_caching to working',
    ]);
  });

  it('tells what the last judgement was made of', async () => {
    const { probed, ticks, clock } = await start();
    expect(probed.watch.judged()).toBeUndefined();
    await ticks(1);
    expect(probed.watch.judged()).toMatchObject({
      at: clock.now() - INTERVAL,
      judgement: { verdict: 'working', cause: 'none' },
      results: [{ route: 'completions', outcome: 'hit_unverified', key: 'unknown' }],
      signals: { fresh: true, cacheType: 'redis', cachePing: 200 },
    });
  });
});
