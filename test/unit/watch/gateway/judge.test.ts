import { describe, expect, it } from 'vitest';
import type { Route } from '../../../../src/model/cache.ts';
import { type Experiments, needsExperiments } from '../../../../src/watch/gateway/experiments.ts';
import { isOpen, judge } from '../../../../src/watch/gateway/judge.ts';
import type { Round } from '../../../../src/watch/gateway/round.ts';
import { createState, learn } from '../../../../src/watch/gateway/state.ts';
import { counters, DOWN, evidence, READABLE, refusals, replicasFound, round, SETTINGS, stateAfter, UP } from '../../../support/round.ts';
import { gatewayConfig } from '../../../support/watched-gateway.ts';

const INTERVAL = 60_000;
const ROUTES: Route[] = ['completions', 'chat'];
const CONFIG = gatewayConfig('http://x', { interval: INTERVAL, routes: ROUTES });
const START = createState(CONFIG);
const WITH_TARGET = createState({ ...CONFIG, redis: 'cache' });
const GOOD = round({ completions: 'ok', chat: 'ok' });
const MASKED = round({ completions: 'miss_unexplained', chat: 'hit_unverified' });
const NOTHING: Experiments = {
  pause: { waited: false, after: undefined },
  ping: { report: UP, recovered: false, repetition: undefined },
  selfChecks: [],
  breakerOpen: undefined,
};

/** A round of pairs with what a target showed: its counters from a time on, with NOAUTH before and after the pairs. */
function watched(one: Round, at: number, [from, to]: readonly [number, number], more: Partial<Round> = {}): Round {
  const snapshot = (time: number, NOAUTH: number) => counters(time, { errors: { NOAUTH } });
  return { ...one, target: READABLE, backend: evidence(snapshot(at, from), snapshot(at + 500, to)), ...more };
}

describe('the judgement of a gateway', () => {
  it.each<[string, Round[], string, string]>([
    ['before any pair', [round({})], 'unknown', 'undetermined'],
    ['after good pairs', [GOOD], 'working', 'none'],
    ['after good pairs of some routes only', [round({ completions: 'ok' })], 'unknown', 'undetermined'],
    ['after an outage that its memory hides', [GOOD, MASKED], 'memory_only', 'undetermined'],
    ['when it is down, whatever its pairs showed', [GOOD, round({}, { before: DOWN, after: DOWN })], 'unreachable', 'gateway_error'],
    [
      'when it was down and is back, before its pairs',
      [GOOD, round({}, { before: DOWN, after: DOWN }), round({})],
      'unknown',
      'undetermined',
    ],
    ['three intervals after its last pairs', [GOOD, round({}), round({}), round({})], 'working', 'none'],
    ['more than three intervals after its last pairs', [GOOD, round({}), round({}), round({}), round({})], 'unknown', 'undetermined'],
  ])('%s', (_, rounds, verdict, cause) => {
    expect(judge(stateAfter(START, ...rounds)).judgement).toMatchObject({ verdict, cause });
  });

  it('holds a local cache for what it should be only where the configuration says so', () => {
    const report = { ...UP, health: { failure: undefined, ready: true, version: undefined, cacheType: 'local' as const } };
    const local = round({ completions: 'ok', chat: 'ok' }, { before: report, after: report });
    expect(judge(stateAfter(START, local)).judgement).toMatchObject({ verdict: 'local', cause: 'cache_local' });
    expect(judge(stateAfter({ ...START, expected: 'local' }, local)).judgement).toMatchObject({ verdict: 'local', cause: 'none' });
  });

  it('names a refusal of Redis that stands out against good rounds, with its number', () => {
    const state = stateAfter(
      WITH_TARGET,
      ...Array.from({ length: 12 }, (_, index) => watched(GOOD, index * INTERVAL, [0, 0])),
      watched(MASKED, 12 * INTERVAL, [0, 32]),
    );
    expect(judge(state).judgement).toMatchObject({ verdict: 'memory_only', cause: 'redis_auth' });
    expect(judge(state).judgement.evidence).toContain('Redis refused 32 commands without a password (NOAUTH) during the probes');
  });

  it.each<[string, readonly [clients: number, limit: number], readonly [clients: number, limit: number], string]>([
    ['the limit of clients while the server has little room', [25, 20], [25, 20], 'redis_max_clients'],
    ['the limit of clients where it was raised meanwhile', [25, 20], [5, 10_000], 'redis_max_clients'],
    ['the limit of clients where many have left meanwhile', [9_999, 10_000], [5, 10_000], 'redis_max_clients'],
    ['the limit of clients where it was reached meanwhile', [5, 10_000], [20, 20], 'redis_max_clients'],
    ['protected mode only where the server had room all the time', [5, 10_000], [6, 10_000], 'redis_auth'],
  ])('takes connections that were turned away for those of %s', (_, before, after, cause) => {
    const snapshot = (at: number, rejectedConnections: number, [clients, maxClients]: readonly [number, number]) =>
      counters(at, { rejectedConnections, state: { mode: 'standalone', clients, maxClients } });
    const good = Array.from({ length: 12 }, (_one, index) => watched(GOOD, index * INTERVAL, [0, 0]));
    const bad = {
      ...MASKED,
      target: READABLE,
      backend: evidence(snapshot(12 * INTERVAL, 0, before), snapshot(12 * INTERVAL + 500, 9, after)),
    };
    expect(judge(stateAfter(WITH_TARGET, ...good, bad)).judgement.cause).toBe(cause);
  });

  it('says nothing of counters while all pairs are good', () => {
    const { signals } = judge(stateAfter(WITH_TARGET, watched(GOOD, 0, [0, 0]), watched(GOOD, INTERVAL, [0, 32])));
    expect([signals.increases, signals.refusals, signals.deltas]).toMatchObject([{}, [], { NOAUTH: 32 }]);
  });

  it('knows a refusal of the key of a pair', () => {
    const onKey = refusals({ onKey: [{ cause: 'redis_permission', count: 2, tie: 'key' }] });
    const backend = evidence(counters(0), counters(500), { refusals: onKey });
    expect(judge(stateAfter(WITH_TARGET, { ...MASKED, target: READABLE, backend })).judgement.cause).toBe('redis_permission');
  });

  it('takes the failure of the target for what it is only where its counters cannot be read', () => {
    const failed = { ...READABLE, failure: 'timeout' } as const;
    const failure = (backend: Round['backend']) =>
      judge(stateAfter(WITH_TARGET, { ...MASKED, target: failed, backend })).signals.redisFailure;
    expect(failure(evidence(counters(0), counters(500)))).toBeUndefined();
    expect(failure(evidence(counters(0), counters(500, { loading: true })))).toBe('loading');
    expect(failure({ before: undefined, after: undefined, stalled: true, refusals: refusals() })).toBe('timeout');
  });

  it('sees every write where the server pushes them and the namespace is told, or held a key before', () => {
    const sees = (report: Round['after'], ...rounds: Round[]) => {
      const last = watched(MASKED, 9 * INTERVAL, [0, 0], { before: report, after: report });
      return judge(stateAfter(WITH_TARGET, ...rounds, last)).signals.seesEveryWrite;
    };
    expect(sees(UP)).toBe(false);
    expect(sees(UP, watched(GOOD, 0, [0, 0]))).toBe(true);
    expect(sees({ ...UP, settings: { ...SETTINGS, namespace: null } })).toBe(true);
    const cluster = { ...MASKED, target: READABLE, backend: evidence(counters(0), counters(500, { mode: 'cluster' })) };
    expect(judge(stateAfter(WITH_TARGET, watched(GOOD, 0, [0, 0]), cluster)).signals.seesEveryWrite).toBe(false);
  });

  it('takes hits of which nothing is ever written to the target for those of another server, from the tenth round on', () => {
    const unseen = (index: number): Round => ({
      ...round({ completions: 'hit_unverified', chat: 'hit_unverified' }),
      target: READABLE,
      backend: evidence(
        counters(index * INTERVAL, { state: { mode: 'standalone' } }),
        counters(index * INTERVAL + 500, { state: { mode: 'standalone' } }),
      ),
    });
    const verdict = (count: number) =>
      judge(stateAfter(WITH_TARGET, ...Array.from({ length: count }, (_, index) => unseen(index)))).judgement.verdict;
    expect([verdict(9), verdict(10)]).toEqual(['working', 'not_in_redis']);
  });

  it('adds to its evidence which replicas are down', () => {
    const state = stateAfter(createState({ ...CONFIG, addresses: ['a', 'b'] }), { ...GOOD, replicas: replicasFound('ab', 'b') });
    expect(judge(state).judgement).toMatchObject({
      verdict: 'working',
      evidence: expect.stringContaining('Down: b (connections are refused).'),
    });
  });
});

describe('experiments', () => {
  it.each<[string, Round[], boolean]>([
    ['not while all is well', [GOOD], false],
    ['not before any pair', [round({})], false],
    ['not when the gateway is down', [round({}, { before: DOWN, after: DOWN })], false],
    ['in an outage without a known cause', [MASKED], true],
    ['not when a request failed, which has its own cause', [round({ completions: 'error_first', chat: 'error_first' })], false],
  ])('are due %s', (_, rounds, due) => {
    expect(needsExperiments(stateAfter(START, ...rounds))).toBe(due);
  });

  it('are due where there is nothing to compare the counters with, although the cause is known', () => {
    const denied = refusals({ onKey: [{ cause: 'redis_permission', count: 2, tie: 'key' }] });
    const bad = { ...MASKED, target: READABLE, backend: evidence(counters(0), counters(500), { refusals: denied }) };
    const first = stateAfter(WITH_TARGET, bad);
    expect([isOpen(judge(first)), needsExperiments(first)]).toEqual([false, true]);
    const known = stateAfter(WITH_TARGET, watched(GOOD, 0, [0, 0]), bad);
    expect([isOpen(judge(known)), needsExperiments(known)]).toEqual([false, false]);
  });

  it('give the counters something to be compared with by a pause', () => {
    const first = stateAfter(WITH_TARGET, watched(MASKED, 0, [0, 32]));
    const quiet = (NOAUTH: number) => learn(first, { ...NOTHING, pause: { waited: true, after: counters(1_000, { errors: { NOAUTH } }) } });
    expect(judge(first).judgement.cause).toBe('undetermined');
    expect(judge(quiet(32)).judgement.cause).toBe('redis_auth');
    // As many were refused in a pause of the same length.
    expect(judge(quiet(64)).judgement.cause).toBe('undetermined');
    expect(judge(learn(first, { ...NOTHING, pause: { waited: true, after: undefined } })).judgement.cause).toBe('undetermined');
  });

  it('find the cause by what moved at each ping, or by an open circuit breaker', () => {
    const down = { ...UP, cachePing: 503 };
    const state = stateAfter(START, round({ completions: 'miss_unexplained', chat: 'hit_unverified' }, { before: down, after: down }));
    const found = (more: Partial<Experiments>) => {
      const experiments = { ...NOTHING, ping: { report: down, recovered: false, repetition: undefined }, ...more };
      return judge(learn(state, experiments), experiments).judgement.cause;
    };
    expect(found({})).toBe('undetermined');
    expect(found({ breakerOpen: true })).toBe('breaker_open');
    expect(found({ ping: { report: down, recovered: false, repetition: { times: 4, counters: ['NOAUTH'] } }, breakerOpen: true })).toBe(
      'redis_auth',
    );
  });
});
