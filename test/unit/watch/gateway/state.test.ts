import { describe, expect, it } from 'vitest';
import type { CacheSettings } from '../../../../src/litellm/cache-ping.ts';
import type { Outcome } from '../../../../src/model/cache.ts';
import type { KeyState } from '../../../../src/redis/probe-keys/lookup.ts';
import { effectiveInterval, isDue } from '../../../../src/watch/gateway/backoff.ts';
import { type Experiments, needsExperiments } from '../../../../src/watch/gateway/experiments.ts';
import { pairInTurn } from '../../../../src/watch/gateway/replicas/memory.ts';
import type { Round } from '../../../../src/watch/gateway/round.ts';
import { currentResult, nextKind } from '../../../../src/watch/gateway/route.ts';
import type { SelfReport } from '../../../../src/watch/gateway/self-report.ts';
import { advance, createState, type GatewayState, learn, mayJudge, routesAfter } from '../../../../src/watch/gateway/state.ts';
import {
  counters,
  DOWN,
  evidence,
  READABLE,
  refusals,
  replicasFound,
  round,
  SETTINGS,
  sentPair,
  stateAfter,
  statesAfter,
  UP,
} from '../../../support/round.ts';
import { gatewayConfig } from '../../../support/watched-gateway.ts';

const CONFIG = gatewayConfig('http://x', { interval: 60_000 });
const START = createState(CONFIG);
const WITH_TARGET = createState({ ...CONFIG, redis: 'cache' });
const WITH_REPLICAS = createState({ ...CONFIG, addresses: ['a', 'b'] });

/** The same value, in which an attempt to change a field, or what a map or a set holds, throws. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (value instanceof Map || value instanceof Set) {
    for (const part of value instanceof Map ? [...value].flat() : value) frozen(part);
    for (const name of ['set', 'add', 'delete', 'clear'])
      if (name in value) {
        const refuse = () => {
          throw new TypeError(`${name} of a ${value.constructor.name} that may not change`);
        };
        Object.defineProperty(value, name, { value: refuse });
      }
  }
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}

/** A gateway that has just told these settings. */
function telling(settings: Partial<CacheSettings>): SelfReport {
  return { ...UP, settings: { ...SETTINGS, ...settings }, cachePing: 200 };
}

function outcomes({ routes }: GatewayState): (Outcome | undefined)[] {
  return routes.map((record) => currentResult(record)?.outcome);
}

const GOOD = round({ completions: 'ok', chat: 'ok' });
const MISSED = round({ completions: 'miss_not_written', chat: 'miss_not_written' });

describe('what is known after a round', () => {
  it('takes pairs whose answers the cache changes for no outage, as long as their keys are not missing in Redis', () => {
    const seen = { target: READABLE, backend: evidence(counters(0), counters(100)) };
    const known = (key: KeyState) => {
      const pairs = (['completions', 'chat'] as const).map((route) => sentPair(route, 'hit_altered', { key }));
      return advance(WITH_TARGET, { ...round({ completions: 'hit_altered', chat: 'hit_altered' }, seen), pairs }).backend?.allGood;
    };
    expect([known('present'), known('unknown'), known('absent'), known('other_database')]).toEqual([true, true, false, false]);
  });

  it.each<[string, Partial<Round>, (Outcome | undefined)[]]>([
    ['keeps what the pairs showed where none was due', {}, ['ok', 'ok']],
    ['forgets it when the gateway is down', { before: DOWN, after: DOWN }, [undefined, undefined]],
    ['forgets it when the gateway names another cache', { cacheReplaced: true }, [undefined, undefined]],
    [
      'forgets it when the settings changed meanwhile',
      { before: telling({ namespace: 'a' }), after: telling({ namespace: 'b' }) },
      [undefined, undefined],
    ],
    [
      'forgets it when caching is on demand only from now on',
      { before: telling({ defaultOff: false }), after: telling({ defaultOff: true }) },
      [undefined, undefined],
    ],
    [
      'keeps it when settings are told for the first time',
      { before: UP, after: telling({ namespace: 'b', defaultOff: true }) },
      ['ok', 'ok'],
    ],
    ['keeps it when settings are told no longer', { before: telling({ namespace: 'a' }), after: UP }, ['ok', 'ok']],
    [
      'keeps it of a cache that is not Redis, whose settings say all',
      {
        before: telling({ namespace: 'a' }),
        after: { ...telling({ namespace: 'b' }), health: { failure: undefined, ready: true, version: undefined, cacheType: 'local' } },
      },
      ['ok', 'ok'],
    ],
  ])('%s', (_, more, expected) => {
    expect(outcomes(stateAfter(START, GOOD, round({}, more)))).toEqual(expected);
  });

  it.each<[string, Round, Round]>([
    ['after good pairs', GOOD, MISSED],
    ['after bad pairs', MISSED, MISSED],
    ['after bad pairs that are mended', MISSED, GOOD],
    ['with the settings of another cache', GOOD, { ...GOOD, cacheReplaced: true }],
    ['of a gateway that went down', GOOD, { ...GOOD, before: DOWN, after: DOWN }],
  ])('is made anew: nothing of the state before is changed, nor of the round, %s', (_, first, second) => {
    const start = createState({ ...CONFIG, redis: 'cache', addresses: ['a', 'b'] });
    const around = (at: number): Partial<Round> => ({
      target: READABLE,
      replicas: replicasFound('ab'),
      backend: evidence(counters(at, { errors: { NOAUTH: at } }), counters(at + 100, { errors: { NOAUTH: at + 9 } }), {
        refusals: refusals({
          denied: [{ what: 'command set', kind: 'command set app', count: 3, ageSeconds: 0 }],
          tied: [{ cause: 'redis_permission', count: 2, tie: { address: '10.0.0.1' }, kind: 'command set app' }],
        }),
      }),
    });
    const before = frozen(stateAfter(start, { ...first, ...around(1) }, { ...first, ...around(1_000) }));
    const shown = outcomes(before);
    const round = frozen({ ...second, ...around(2_000) });
    const next = advance(before, round);
    expect(next).not.toBe(before);
    expect(outcomes(before)).toEqual(shown);
    expect(advance(before, round)).toEqual(next);
    const learnt = frozen(next);
    learn(learnt, {
      pause: { waited: true, after: counters(3_000) },
      ping: { report: { ...UP, cachePing: 200 }, recovered: true, repetition: undefined },
      selfChecks: [{ name: 'a', result: { route: 'completions', outcome: 'hit_not_in_redis', key: 'absent' } }],
      breakerOpen: undefined,
    });
  });

  it('holds nothing that the test could not see changed', () => {
    expect(() => frozen({ a: new Map([[1, 2]]) }).a.set(1, 3)).toThrow('set of a Map that may not change');
    expect(() => frozen([new Set([1])])[0]?.add(2)).toThrow('add of a Set that may not change');
    expect(() => Object.assign(frozen({ a: { b: 1 } }).a, { b: 2 })).toThrow(TypeError);
  });

  it('takes the last result where a negative control passed, and none for a route that was skipped', () => {
    const state = stateAfter(START, GOOD, round({ completions: undefined }, { skipped: [{ route: 'chat', reason: 'overlap' }] }));
    expect(outcomes(state)).toEqual(['ok', 'ok']);
    expect(state.routes.map(({ pairs }) => pairs)).toEqual([2, 1]);
    expect(outcomes(stateAfter(START, round({ completions: undefined })))).toEqual([undefined, undefined]);
  });
});

describe('a round during which the settings changed', () => {
  const changed = (from: string, to: string) =>
    round({ completions: 'ok', chat: 'ok' }, { before: telling({ namespace: from }), after: telling({ namespace: to }) });

  it('is not judged, and the next one is due at once', () => {
    const state = stateAfter(START, changed('a', 'b'));
    expect([mayJudge(state), isDue(state.backoff, 0)]).toEqual([false, true]);
  });

  it('is never one of two, so that a gateway whose settings change all the time is judged', () => {
    const rounds = ['ab', 'ba', 'ab', 'ba', 'ab'].map(([from = '', to = '']) => changed(from, to));
    expect(statesAfter(START, ...rounds).map(mayJudge)).toEqual([false, true, false, true, false]);
  });

  it('is followed by one that is judged where the gateway is down then, and that does not count as one without a change', () => {
    const down = round({}, { before: DOWN, after: DOWN });
    expect(statesAfter(START, changed('a', 'b'), down, changed('b', 'c')).map(mayJudge)).toEqual([false, true, true]);
  });
});

describe('the back-off after a round', () => {
  const intervals = (...rounds: Round[]) => statesAfter(START, ...rounds).map(({ backoff }) => effectiveInterval(backoff) / 60_000);

  it('grows with misses that cost money, and only with these', () => {
    const priced = { ...MISSED, priced: true };
    expect(intervals(priced, priced, priced, priced)).toEqual([2, 4, 8, 8]);
    expect(intervals(MISSED, MISSED)).toEqual([1, 1]);
    expect(intervals(priced, { ...round({ completions: 'error_first', chat: 'error_first' }), priced: true })).toEqual([2, 1]);
    expect(intervals(priced, round({}), round({}, { before: DOWN, after: DOWN }), { ...GOOD, priced: true })).toEqual([2, 2, 2, 1]);
  });

  it.each<[string, Round, boolean]>([
    ['nothing happens', round({}), false],
    ['/cache/ping recovers', round({}, { before: { ...UP, cachePing: 503 }, after: { ...UP, cachePing: 200 } }), true],
    ['/cache/ping answers for the first time', round({}, { before: UP, after: { ...UP, cachePing: 200 } }), false],
    ['/cache/ping answers as before', round({}, { before: { ...UP, cachePing: 200 }, after: { ...UP, cachePing: 200 } }), false],
    ['the gateway names another cache', round({}, { cacheReplaced: true }), true],
    ['Redis is not usable', round({}, { redisUsable: false }), false],
  ])('ends at once or not when %s', (_, next, due) => {
    const state = stateAfter(START, { ...MISSED, priced: true }, next);
    expect(isDue(state.backoff, 120_000)).toBe(due);
  });

  it('ends at once when Redis was not usable and is', () => {
    const states = statesAfter(
      START,
      { ...MISSED, priced: true },
      ...[false, undefined, true].map((redisUsable) => round({}, { redisUsable })),
    );
    expect(states.map(({ backoff }) => isDue(backoff, 60_001))).toEqual([false, false, false, true]);
  });
});

describe('a pair', () => {
  it('is not measured where it meets a process that has just started', () => {
    const warm = (...rounds: Round[]) => statesAfter(START, ...rounds).map(({ routes }) => routes[0]?.last?.warm);
    expect(warm(GOOD, GOOD)).toEqual([false, true]);
    expect(warm(GOOD, GOOD, round({}, { before: DOWN, after: DOWN }), GOOD, GOOD)).toEqual([false, true, true, false, true]);
  });

  it('is not measured for each replica that gets its first one, or its first since it was down', () => {
    const found = (down: string) => ({ ...GOOD, replicas: replicasFound('abc', down) });
    // ab, bc, ca have been sent something, and are measured in the second cycle.
    const states = statesAfter(WITH_REPLICAS, found(''), found(''), found(''), found(''), found('c'), found(''));
    expect(states.map(({ routes }) => routes[0]?.last?.warm)).toEqual([false, false, true, true, true, false]);
  });

  it('is a negative control only while the latest one hit', () => {
    const rounds = (last: Round) => [...Array.from({ length: 13 }, () => GOOD), last];
    const kind = (last: Round) => stateAfter(START, ...rounds(last)).routes.map(nextKind)[1];
    expect([kind(GOOD), kind(MISSED)]).toEqual(['control', 'own']);
  });
});

describe('the replicas after a round', () => {
  const turn = (state: GatewayState) => {
    const pair = pairInTurn(state.replicas);
    return pair && pair.from.name + pair.to.name;
  };

  it('have their turn one pair after the other, and again where no pair was sent', () => {
    const found = replicasFound('ab');
    const states = statesAfter(WITH_REPLICAS, { ...GOOD, replicas: found }, round({}, { replicas: found }), { ...GOOD, replicas: found });
    expect(states.map(turn)).toEqual(['ab', 'ba', 'ba']);
  });

  it('are told by results across them', () => {
    const state = stateAfter(WITH_REPLICAS, { ...MISSED, replicas: replicasFound('ab') });
    expect(state.routes.map((record) => currentResult(record)?.crossReplica)).toEqual([true, true]);
    expect(stateAfter(WITH_REPLICAS, { ...MISSED, replicas: replicasFound('a') }).routes[0]?.result?.crossReplica).toBe(false);
  });
});

describe('the target after a round', () => {
  const seen = (at: number, NOAUTH: number, outcome: Outcome = 'ok'): Round => ({
    ...round({ completions: outcome, chat: outcome }),
    target: READABLE,
    backend: evidence(counters(at, { errors: { NOAUTH } }), counters(at + 100, { errors: { NOAUTH } })),
  });

  it('adds what moved with good pairs to what is usual, unless something else changed meanwhile', () => {
    const good = (...rounds: Round[]) => stateAfter(WITH_TARGET, ...rounds).backend?.baseline.good.length;
    expect(good(seen(0, 0), seen(1_000, 1))).toBe(2);
    expect(good(seen(0, 0), seen(1_000, 1, 'miss_not_written'))).toBe(1);
    const healing = { ...seen(1_000, 1), before: { ...UP, cachePing: 503 }, after: { ...UP, cachePing: 200 } };
    expect(good(seen(0, 0), healing)).toBe(1);
  });

  it('counts no window twice where no pair was due since', () => {
    const idle = round({}, { target: READABLE });
    const { backend } = stateAfter(WITH_TARGET, seen(0, 0), idle, idle);
    expect([backend?.baseline.good.length, backend?.window]).toEqual([1, undefined]);
  });

  it('leaves a misread round out of what is usual', () => {
    const misread = { ...seen(0, 0), before: telling({ namespace: 'a' }), after: telling({ namespace: 'b' }) };
    expect(stateAfter(WITH_TARGET, misread).backend?.baseline.good).toEqual([]);
  });
});

describe('what experiments add', () => {
  const state = stateAfter(WITH_REPLICAS, { ...MISSED, priced: true, replicas: replicasFound('ab') });
  const nothing: Experiments = {
    pause: { waited: false, after: undefined },
    ping: { report: state.report, recovered: false, repetition: undefined },
    selfChecks: [],
    breakerOpen: undefined,
  };

  it('is nothing where they found nothing', () => {
    expect(learn(state, nothing)).toEqual(state);
  });

  it('is what the gateway said last, and pairs that are due at once when it recovered', () => {
    const report = { ...state.report, cachePing: 200 };
    const learnt = learn(state, { ...nothing, ping: { report, recovered: true, repetition: undefined } });
    expect([learnt.report, isDue(state.backoff, 60_000), isDue(learnt.backoff, 60_000)]).toEqual([report, false, true]);
  });

  it('is which replica reads another cache, and no other', () => {
    const result = (outcome: Outcome) => ({ route: 'completions', outcome, key: 'absent' }) as const;
    const selfChecks = [
      { name: 'a', result: result('ok') },
      { name: 'b', result: result('hit_not_in_redis') },
    ];
    expect([...(learn(state, { ...nothing, selfChecks }).replicas?.readsOtherCache.keys() ?? [])]).toEqual(['b']);
  });
});

describe('what the metrics answered', () => {
  const url = 'http://x/metrics/';
  const shown = (metrics: GatewayState['metrics'], ...rounds: Round[]) =>
    stateAfter({ ...stateAfter(START, MISSED), metrics }, ...rounds).metrics;

  it('is no open breaker any more once all pairs are good, so that an address of its own is asked again', () => {
    expect(shown({ url, breaker: 'open' }, MISSED)).toEqual({ url, breaker: 'open' });
    expect(shown({ url, breaker: 'open' }, round({ completions: 'miss_not_written', chat: 'ok' }))).toEqual({ url, breaker: 'open' });
    expect(shown({ url, breaker: 'open' }, GOOD)).toBeUndefined();
    const own = createState({ ...CONFIG, metrics_url: 'http://x:4001/metrics' });
    expect(needsExperiments(stateAfter({ ...own, metrics: { url, breaker: 'open' } }, GOOD))).toBe(true);
    expect(needsExperiments(stateAfter({ ...own, metrics: { url, breaker: 'not_open' } }, GOOD))).toBe(false);
  });

  it('is kept otherwise', () => {
    for (const answer of [{ breaker: 'not_open' }, { breaker: 'none' }, { failure: 'refused' }] as const)
      expect(shown({ url, ...answer }, GOOD)).toEqual({ url, ...answer });
  });
});

describe('the routes while a round runs', () => {
  it('are those of the state after it', () => {
    const before = stateAfter(START, GOOD);
    for (const next of [MISSED, GOOD, { ...MISSED, cacheReplaced: true }])
      expect(routesAfter(before, next)).toEqual(advance(before, next).routes);
  });
});
