import { describe, expect, it } from 'vitest';
import {
  CACHE_TYPE,
  CALL_TYPE,
  CAUSE,
  GATEWAY_FAILURE,
  type NonceOwner,
  OUTCOME,
  type Outcome,
  type PairRequest,
  ROUTE,
  ROUTES,
  type Route,
  VERDICT,
} from '../../../src/model/cache.ts';
import { REDIS_FAILURE } from '../../../src/model/redis.ts';
import { KEY_STATE } from '../../../src/redis/probe-keys/lookup.ts';
import { CAUSE_TABLE } from '../../../src/verdict/causes/index.ts';
import { judge } from '../../../src/verdict/judge.ts';
import type { NotLetIn } from '../../../src/verdict/repetition.ts';
import type { RouteResult, Signals } from '../../../src/verdict/signals.ts';
import { VERDICT_TABLE } from '../../../src/verdict/verdicts.ts';
import { quietSignals } from '../../support/quiet-signals.ts';

const QUIET = quietSignals({ version: '1.106.0', seesEveryWrite: false });

function result(route: Route, outcome: Outcome, more: Partial<RouteResult> = {}): RouteResult {
  return { route, outcome, key: 'unknown', ...more };
}

const LETTER = {
  W: 'working',
  P: 'partial',
  M: 'memory_only',
  C: 'not_caching',
  R: 'not_in_redis',
  A: 'wrong_answers',
  E: 'not_measurable',
} as const;

/** Verdicts by the outcome of one route (rows) and of another (columns, in the order of OUTCOME), keys not known. */
const COMPLETIONS_AND_CHAT: Record<Outcome, string> = {
  ok: 'W W P W A A P P P E E E',
  hit_unverified: 'W W P W A A P P P E E E',
  hit_not_in_redis: 'P R R R A R R R R E E E',
  hit_unlabelled: 'W W P W A A P P P E E E',
  hit_on_first: 'A A A A A A A A A A A A',
  hit_altered: 'A A A A A A A A A E E E',
  miss_key_present: 'M M M M A M C C C E E E',
  miss_not_written: 'P M M M A M C C C E E E',
  miss_unexplained: 'M M M M A M C C C E E E',
  error_first: 'E E E E A E E E E E E E',
  error_duplicate: 'E E E E A E E E E E E E',
  control_failed: 'E E E E A E E E E E E E',
};
/** Two routes whose hits prove a read: one that misses says nothing of reading while the other one hits. */
const COMPLETIONS_AND_MESSAGES: Record<Outcome, string> = {
  ok: 'W W P W A A P P P E E E',
  hit_unverified: 'W W P W A A P P P E E E',
  hit_not_in_redis: 'P P R P A A R R R E E E',
  hit_unlabelled: 'W W P W A A P P P E E E',
  hit_on_first: 'A A A A A A A A A A A A',
  hit_altered: 'A A A A A A A A A E E E',
  miss_key_present: 'P P R P A A C C C E E E',
  miss_not_written: 'P P R P A A C C C E E E',
  miss_unexplained: 'P P R P A A C C C E E E',
  error_first: 'E E E E A E E E E E E E',
  error_duplicate: 'E E E E A E E E E E E E',
  control_failed: 'E E E E A E E E E E E E',
};
const CHAT_AND_EMBEDDINGS: Record<Outcome, string> = {
  ok: 'W W P W A A P P P E E E',
  hit_unverified: 'W W R W A A P P P E E E',
  hit_not_in_redis: 'P R R R A R M M M E E E',
  hit_unlabelled: 'W W R W A A P P P E E E',
  hit_on_first: 'A A A A A A A A A A A A',
  hit_altered: 'A A R A A A A A A E E E',
  miss_key_present: 'P P M P A A C C C E E E',
  miss_not_written: 'P P M P A A C C C E E E',
  miss_unexplained: 'P P M P A A C C C E E E',
  error_first: 'E E E E A E E E E E E E',
  error_duplicate: 'E E E E A E E E E E E E',
  control_failed: 'E E E E A E E E E E E E',
};

const READING = ROUTE.filter((route) => ROUTES[route].provesRead !== 'none');
const OTHER = ROUTE.filter((route) => ROUTES[route].provesRead === 'none');
const HIT = ['ok', 'hit_unverified', 'hit_not_in_redis', 'hit_unlabelled'] as const satisfies readonly Outcome[];

function matrix(one: Route, other: Route): Record<string, string> {
  const letterOf = (verdict: string) => Object.entries(LETTER).find(([, name]) => name === verdict)?.[0] ?? verdict;
  return Object.fromEntries(
    OUTCOME.map((first) => [
      first,
      OUTCOME.map((second) => letterOf(judge([result(one, first), result(other, second)], QUIET).verdict)).join(' '),
    ]),
  );
}

describe('the verdict', () => {
  it('follows the table for every pair of outcomes of a route whose hits prove a read and of another', () => {
    expect(READING).toEqual(['completions', 'messages']);
    for (const reading of READING) for (const other of OTHER) expect(matrix(reading, other), other).toEqual(COMPLETIONS_AND_CHAT);
  });

  it('follows the table for every pair of outcomes of two routes whose hits prove a read', () => {
    expect(matrix('completions', 'messages')).toEqual(COMPLETIONS_AND_MESSAGES);
    expect(matrix('messages', 'completions')).toEqual(COMPLETIONS_AND_MESSAGES);
  });

  it('follows the table for every pair of outcomes of two routes whose hits prove nothing', () => {
    for (const one of OTHER) for (const other of OTHER) if (one !== other) expect(matrix(one, other)).toEqual(CHAT_AND_EMBEDDINGS);
  });

  it('counts an unmarked hit of messages as one of chat, beside every other outcome and key', () => {
    for (const hit of HIT) {
      for (const key of KEY_STATE) {
        for (const other of OUTCOME) {
          for (const cachePing of [200, 503, undefined]) {
            const judged = (route: Route, unmarked: boolean) =>
              judge([result(route, hit, { key, unmarked }), result('embeddings', other)], { ...QUIET, cachePing, seesEveryWrite: true });
            const { verdict, cause } = judged('messages', true);
            expect({ verdict, cause }, `${hit} ${key} ${other}`).toEqual(
              (({ verdict, cause }) => ({ verdict, cause }))(judged('chat', false)),
            );
          }
        }
      }
    }
  });

  it('takes two routes whose hits prove a read for one where they show the same, beside every outcome of chat', () => {
    for (const outcome of OUTCOME) {
      for (const other of OUTCOME) {
        const chat = result('chat', other);
        const both = judge([result('completions', outcome), result('messages', outcome), chat], QUIET).verdict;
        expect(both, `${outcome} ${other}`).toBe(judge([result('completions', outcome), chat], QUIET).verdict);
      }
    }
  });

  it('is partial where one of two reading routes hits, and the masked outage only where none of them does', () => {
    const judged = (one: Outcome, two: Outcome) =>
      judge([result('completions', one), result('messages', two), result('chat', 'ok', { key: 'present' })], QUIET).verdict;
    expect([judged('ok', 'miss_not_written'), judged('miss_not_written', 'ok'), judged('miss_key_present', 'ok')]).toEqual(
      Array(3).fill('partial'),
    );
    // Nothing was written for the one, and the other was not read: reading is broken.
    expect([judged('miss_not_written', 'miss_key_present'), judged('miss_key_present', 'miss_not_written')]).toEqual(
      Array(2).fill('memory_only'),
    );
    expect(judged('miss_not_written', 'miss_not_written')).toBe('partial');
  });

  it('does not depend on the order of the routes', () => {
    for (const first of OUTCOME) {
      for (const second of OUTCOME) {
        const pairs = [result('completions', first), result('chat', second)];
        expect(judge([...pairs].reverse(), QUIET).verdict).toBe(judge(pairs, QUIET).verdict);
      }
    }
  });

  it('takes a single route by itself', () => {
    const alone = (route: Route) => OUTCOME.map((outcome) => judge([result(route, outcome)], QUIET).verdict);
    const other = [
      'working',
      'working',
      'not_in_redis',
      'working',
      'wrong_answers',
      'wrong_answers',
      'not_caching',
      'not_caching',
      'not_caching',
      'not_measurable',
      'not_measurable',
      'not_measurable',
    ];
    for (const route of ROUTE) expect(alone(route), route).toEqual(other);
  });

  it('is the masked outage where completions is not probed and the gateway says that it cannot use its Redis', () => {
    const judged = (outcome: Outcome, key: RouteResult['key'], signals: Partial<Signals> = {}, more: RouteResult[] = []) =>
      judge([result('chat', outcome, { key }), ...more], { ...QUIET, cachePing: 503, ...signals }).verdict;
    expect(judged('hit_not_in_redis', 'absent')).toBe('memory_only');
    expect(judged('hit_unverified', 'unknown')).toBe('memory_only');
    expect(judged('hit_unverified', 'unknown', {}, [result('embeddings', 'miss_not_written')])).toBe('memory_only');
    expect(judged('hit_not_in_redis', 'absent', { cachePing: 200 })).toBe('not_in_redis');
    expect(judged('hit_unverified', 'unknown', { cachePing: undefined })).toBe('working');
    expect(judged('ok', 'present')).toBe('working');
    expect(judged('hit_not_in_redis', 'absent', {}, [result('completions', 'ok')])).toBe('partial');
    expect(causeOf([result('chat', 'hit_not_in_redis', { key: 'absent' })], { cachePing: 503, increases: { NOAUTH: GROWN } })).toBe(
      'redis_auth',
    );
  });

  it.each(REDIS_FAILURE)('without an answer to /cache/ping and with a Redis that shows the exporter %s', (redisFailure) => {
    const judged = (outcome: Outcome, key: RouteResult['key'], signals: Partial<Signals> = {}, more: RouteResult[] = []) =>
      judge([result('chat', outcome, { key }), ...more], { ...QUIET, cachePing: undefined, usedBefore: true, redisFailure, ...signals });
    const isGone = ['refused', 'dns', 'closed'].includes(redisFailure);
    expect(judged('hit_unverified', 'unknown')).toMatchObject(
      isGone ? { verdict: 'memory_only', cause: 'redis_unreachable' } : { verdict: 'working', doubt: expect.any(String) },
    );
    expect(judged('hit_unverified', 'unknown', { usedBefore: false }).verdict).toBe('working');
    expect(judged('hit_unverified', 'unknown', { cachePing: 200 }).verdict).toBe('working');
    expect(judged('hit_unverified', 'unknown', {}, [result('completions', 'hit_unverified', { key: 'unknown' })]).verdict).toBe('working');
    expect(judged('ok', 'present').verdict).toBe('working');
  });

  it('without an answer to /cache/ping and with a refused credential is memory only when the key is not in Redis', () => {
    const refused = { ...QUIET, cachePing: undefined, refusedCredential: { credential: 'litellm', error: 'wrongpass' as const } };
    const judged = (outcome: Outcome, key: RouteResult['key']) => judge([result('chat', outcome, { key })], refused);
    expect(judged('hit_not_in_redis', 'absent')).toMatchObject({ verdict: 'memory_only', cause: 'redis_auth' });
    expect(judged('hit_unverified', 'unknown').verdict).toBe('working');
    expect(judged('ok', 'present').verdict).toBe('working');
  });

  it('counts a hit of chat without its label as Redis only when the key is there', () => {
    const judged = KEY_STATE.map(
      (key) => judge([result('completions', 'miss_not_written'), result('chat', 'hit_unlabelled', { key })], QUIET).verdict,
    );
    expect(Object.fromEntries(KEY_STATE.map((key, index) => [key, judged[index]]))).toEqual({
      present: 'partial',
      absent: 'memory_only',
      other_database: 'memory_only',
      unknown: 'memory_only',
    });
  });

  it('counts a hit across replicas as Redis, whatever the route and the key', () => {
    const judged = (crossReplica: boolean) =>
      judge([result('completions', 'miss_not_written'), result('chat', 'hit_unverified', { crossReplica })], QUIET).verdict;
    expect([judged(true), judged(false)]).toEqual(['partial', 'memory_only']);
  });

  it('is unreachable before anything else, and unknown before any pair counts', () => {
    for (const outcome of OUTCOME) {
      const pairs = [result('completions', outcome)];
      for (const cacheType of CACHE_TYPE) {
        expect(judge(pairs, { ...QUIET, cacheType, down: 'refused' }).verdict).toBe('unreachable');
        expect(judge(pairs, { ...QUIET, cacheType, fresh: false }).verdict).toBe('unknown');
      }
    }
    expect(judge([], QUIET).verdict).toBe('unknown');
  });

  it('is what the gateway says of its cache type, unless answers are wrong', () => {
    const expected = {
      none: 'disabled',
      local: 'local',
      disk: 'local',
      s3: 'local',
      gcs: 'local',
      'azure-blob': 'local',
      'qdrant-semantic': 'local',
    };
    const seen = (outcome: Outcome) =>
      Object.fromEntries(
        CACHE_TYPE.map((cacheType) => [cacheType, judge([result('completions', outcome)], { ...QUIET, cacheType }).verdict]),
      );
    const rest = (verdict: string) => Object.fromEntries(CACHE_TYPE.map((cacheType) => [cacheType, verdict]));
    expect(seen('ok')).toEqual({ ...rest('working'), ...expected });
    expect(seen('miss_not_written')).toEqual({ ...rest('not_caching'), ...expected });
    expect(seen('error_first')).toEqual({ ...rest('not_measurable'), ...expected });
    expect(seen('hit_on_first')).toEqual(rest('wrong_answers'));
    // What is no Redis is not judged by its hits.
    expect(seen('hit_altered')).toEqual({ ...rest('wrong_answers'), ...expected });
  });

  it('is partial while a replica does not share the cache of the others, whichever has its turn', () => {
    const judged = (isolated: 'current_pair' | 'another_replica', outcome: Outcome) =>
      judge([result('completions', outcome)], { ...QUIET, replicas: { isolated, readsOtherCache: [] } }).verdict;
    expect(judged('current_pair', 'miss_key_present')).toBe('partial');
    expect(judged('another_replica', 'ok')).toBe('partial');
    // Two others do not read from each other: that is news.
    expect(judged('another_replica', 'miss_key_present')).toBe('not_caching');
  });

  it('has a row for every verdict, in their order of precedence', () => {
    expect([...new Set(VERDICT_TABLE.map(({ verdict }) => verdict))]).toEqual([
      'unreachable',
      'unknown',
      'wrong_answers',
      'disabled',
      'local',
      'not_measurable',
      'working',
      'partial',
      'not_in_redis',
      'memory_only',
      'not_caching',
    ]);
    expect(new Set(VERDICT_TABLE.map(({ verdict }) => verdict))).toEqual(new Set(VERDICT));
  });
});

const MASKED = [result('completions', 'miss_not_written', { key: 'absent' }), result('chat', 'hit_not_in_redis', { key: 'absent' })];
const GROWN = { by: 12, usual: 0 };

function evidenceOf(results: readonly RouteResult[], signals: Partial<Signals>): string {
  return judge(results, { ...QUIET, ...signals }).evidence;
}

function causeOf(results: readonly RouteResult[], signals: Partial<Signals>): string {
  return judge(results, { ...QUIET, ...signals }).cause;
}

describe('the cause', () => {
  it('is undetermined in an outage about which nothing else is known, and says what was seen', () => {
    expect(judge(MASKED, { ...QUIET, cachePing: 503 })).toEqual({
      verdict: 'memory_only',
      cause: 'undetermined',
      evidence: 'Last pairs: completions missed, the key was never written; chat hit, the key is not in Redis. /cache/ping answered 503.',
    });
  });

  it('is none for a working cache, whatever else moves', () => {
    const noise: Partial<Signals> = {
      increases: { NOAUTH: GROWN },
      redisFailure: 'refused',
      refusedCredential: { credential: 'litellm', error: 'wrongpass' },
    };
    expect(causeOf([result('completions', 'ok'), result('chat', 'ok')], noise)).toBe('none');
  });

  it('is redis_auth when NOAUTH grew by more than is usual, with the numbers', () => {
    expect(judge(MASKED, { ...QUIET, cachePing: 503, increases: { NOAUTH: GROWN } })).toEqual({
      verdict: 'memory_only',
      cause: 'redis_auth',
      evidence:
        'Redis refused 12 commands without a password (NOAUTH) during the probes; normally none in that time. Last pairs: completions missed, the key was never written; chat hit, the key is not in Redis. /cache/ping answered 503.',
    });
  });

  it('points at REDIS_URL in releases in which that hides the password', () => {
    const { evidence } = judge(MASKED, { ...QUIET, version: '1.92.2', increases: { NOAUTH: GROWN } });
    expect(evidence).toContain('In LiteLLM 1.92.2 a REDIS_URL in the environment hides host, port and password of cache_params.');
    expect(judge(MASKED, { ...QUIET, version: '1.92.2', increases: { WRONGPASS: GROWN } }).evidence).not.toContain('REDIS_URL');
  });

  it('is not named for growth that is usual', () => {
    expect(causeOf(MASKED, { increases: { NOAUTH: { ...GROWN, usual: 12 } } })).toBe('undetermined');
  });

  it('is not redis_auth while the gateway itself gets a PING through', () => {
    expect(causeOf(MASKED, { increases: { NOAUTH: GROWN }, cachePing: 200 })).toBe('undetermined');
    expect(causeOf(MASKED, { refusedCredential: { credential: 'litellm', error: 'wrongpass' }, cachePing: 200 })).toBe('undetermined');
    // Other types answer 200 without asking anybody.
    expect(causeOf(MASKED, { increases: { NOAUTH: GROWN }, cachePing: 200, cacheType: 'redis-semantic' })).toBe('redis_auth');
  });

  it('is redis_auth when the target refuses the credential of somebody else', () => {
    const judged = judge(MASKED, { ...QUIET, refusedCredential: { credential: 'litellm', error: 'wrongpass' } });
    expect(judged.cause).toBe('redis_auth');
    expect(judged.evidence).toMatch(/^Redis refuses the credential litellm on a fresh connection \(WRONGPASS\)\. /);
  });

  it('follows the counter that grew', () => {
    const causes = [
      'WRONGPASS',
      'NOAUTH',
      'NOPERM',
      'OOM',
      'READONLY',
      'LOADING',
      'MISCONF',
      'CLUSTERDOWN',
      'rejected_connections',
      'ERR',
    ] as const;
    expect(Object.fromEntries(causes.map((name) => [name, causeOf(MASKED, { increases: { [name]: GROWN } })]))).toEqual({
      WRONGPASS: 'redis_auth',
      NOAUTH: 'redis_auth',
      NOPERM: 'redis_permission',
      OOM: 'redis_out_of_memory',
      READONLY: 'redis_read_only',
      LOADING: 'redis_loading',
      MISCONF: 'redis_persistence_error',
      CLUSTERDOWN: 'redis_cluster',
      rejected_connections: 'redis_max_clients',
      ERR: 'undetermined',
    });
  });

  it('is what moves whenever /cache/ping makes the gateway turn to Redis, unless that lets it in', () => {
    const atPings = (...counters: NotLetIn[]) => ({ cachePing: 503, atPings: { times: 4, counters } });
    expect(judge(MASKED, { ...QUIET, version: '1.92.2', ...atPings('NOAUTH') })).toMatchObject({
      verdict: 'memory_only',
      cause: 'redis_auth',
      evidence: expect.stringMatching(
        /^Redis refused commands without a password \(NOAUTH\) each of the 4 times that \/cache\/ping was asked, and never in the longer times between\. In LiteLLM 1\.92\.2 a REDIS_URL /,
      ),
    });
    expect(causeOf(MASKED, atPings('WRONGPASS'))).toBe('redis_auth');
    expect(causeOf(MASKED, atPings('rejected_connections'))).toBe('redis_max_clients');
    expect(causeOf(MASKED, atPings())).toBe('undetermined');
    expect(causeOf(MASKED, { ...atPings('NOAUTH'), cachePing: 200 })).toBe('undetermined');
  });

  it('follows the state of a Redis that the exporter cannot use either', () => {
    const seen = Object.fromEntries(REDIS_FAILURE.map((redisFailure) => [redisFailure, causeOf(MASKED, { redisFailure })]));
    const named = {
      dns: 'redis_unreachable',
      refused: 'redis_unreachable',
      closed: 'redis_unreachable',
      timeout: 'redis_timeout',
      loading: 'redis_loading',
      maxclients: 'redis_max_clients',
      clusterdown: 'redis_cluster',
      readonly: 'redis_read_only',
      masterdown: 'redis_read_only',
      tls: 'redis_tls',
    };
    expect(seen).toEqual({ ...Object.fromEntries(REDIS_FAILURE.map((failure) => [failure, 'undetermined'])), ...named });
  });

  it('does not blame a Redis that only the exporter cannot use', () => {
    for (const redisFailure of REDIS_FAILURE) expect(causeOf(MASKED, { redisFailure, cachePing: 200 })).toBe('undetermined');
  });

  it('follows the failure of a request that could not be measured', () => {
    const seen = GATEWAY_FAILURE.map((failure) => [failure, causeOf([result('completions', 'error_first', { failure })], {})]);
    expect(Object.fromEntries(seen)).toEqual({
      auth: 'gateway_auth',
      policy: 'probe_key_policy',
      quota: 'gateway_quota',
      model: 'model_missing',
      provider: 'provider_error',
      timeout: 'gateway_timeout',
      dns: 'gateway_error',
      refused: 'gateway_error',
      tls: 'gateway_error',
      closed: 'gateway_error',
      too_large: 'gateway_error',
      protocol: 'gateway_error',
      status: 'gateway_error',
      unknown: 'gateway_error',
    });
  });

  it('is redis_timeout only when gateway and exporter both waited in vain', () => {
    const waiting = [result('completions', 'error_first', { failure: 'timeout' })];
    expect(causeOf(waiting, { redisStalled: true })).toBe('redis_timeout');
    expect(causeOf(waiting, { redisFailure: 'refused' })).toBe('gateway_timeout');
    expect(causeOf([result('completions', 'error_first', { failure: 'auth', status: 401 })], { redisStalled: true })).toBe('gateway_auth');
  });

  it('says of a key that could not be sent that the gateway refused nothing', () => {
    const unsent = result('completions', 'error_first', { failure: 'auth' });
    const refused = result('chat', 'error_first', { failure: 'auth', status: 401 });
    expect(causeOf([unsent], {})).toBe('gateway_auth');
    expect(evidenceOf([unsent], {})).toMatch(/cannot be sent: its file cannot be read/);
    expect(evidenceOf([unsent], {})).not.toContain('refused');
    expect(evidenceOf([unsent, refused], {})).toContain('The gateway refuses the API key of the probe.');
  });

  it('is call_type_not_cached when settings or release say so of every route that misses', () => {
    const partial = [result('completions', 'miss_not_written', { key: 'absent' }), result('chat', 'ok', { key: 'present' })];
    expect(causeOf(partial, { callTypes: ['acompletion'] })).toBe('call_type_not_cached');
    expect(causeOf(partial, { callTypes: ['acompletion', 'atext_completion'] })).toBe('undetermined');
    expect(evidenceOf(partial, { callTypes: undefined })).toContain('supported_call_types) is not known');
    expect(evidenceOf(partial, { callTypes: ['acompletion', 'atext_completion'] })).not.toContain('is not known');
    expect(causeOf(partial, {})).toBe('undetermined');
    const responses = [result('completions', 'ok'), result('responses', 'miss_not_written')];
    expect(causeOf(responses, { version: '1.80.9' })).toBe('call_type_not_cached');
    expect(causeOf(responses, { version: '1.81.0' })).toBe('undetermined');
    expect(causeOf(responses, { version: undefined })).toBe('undetermined');
    const messages = [result('completions', 'ok'), result('messages', 'miss_not_written')];
    expect(causeOf(messages, { version: '1.97.0' })).toBe('call_type_not_cached');
    expect(causeOf(messages, { version: '1.98.0' })).toBe('undetermined');
    // LiteLLM looks for the name of the function, which has no a in front.
    expect(causeOf(messages, { version: '1.110.2', callTypes: CALL_TYPE.filter((type) => type !== 'anthropic_messages') })).toBe(
      'call_type_not_cached',
    );
  });

  it('is what a replica by itself shows, in an outage between replicas', () => {
    const missed = [
      result('completions', 'miss_key_present', { crossReplica: true }),
      result('chat', 'miss_key_present', { crossReplica: true }),
    ];
    const alone = (outcome: Outcome, key: RouteResult['key'], more: Partial<Signals> = {}) => {
      const readsOtherCache = [{ name: 'b:4000', result: result('completions', outcome, { key }) }];
      return judge(missed, { ...QUIET, seesEveryWrite: true, replicas: { isolated: undefined, readsOtherCache }, ...more });
    };
    expect(alone('hit_not_in_redis', 'absent').cause).toBe('different_redis');
    expect(alone('hit_not_in_redis', 'absent').evidence).toContain('Replica b:4000 by itself: The gateway reads back from a Redis');
    expect(alone('hit_not_in_redis', 'other_database').cause).toBe('different_database');
    expect(alone('hit_not_in_redis', 'absent', { seesEveryWrite: false }).cause).toBe('undetermined');
    expect(alone('hit_not_in_redis', 'absent', { increases: { OOM: GROWN } }).cause).toBe('different_redis');
  });

  it.each([404, 405, 501])('is gateway_error for a path that is not served, and says which: HTTP %d', (status) => {
    const unserved = (route: Route) => result(route, 'error_first', { failure: 'status', status });
    for (const route of ROUTE) {
      const judged = judge([result('chat', 'ok'), unserved(route)], QUIET);
      expect(judged).toMatchObject({ verdict: 'not_measurable', cause: 'gateway_error' });
      expect(judged.evidence).toContain(`does not serve the path of ${ROUTES[route].title} (HTTP ${status})`);
    }
    expect(evidenceOf([unserved('messages'), unserved('responses')], {})).toContain('the path of messages, responses');
    expect(evidenceOf([result('messages', 'error_first', { failure: 'status', status: 500 })], {})).not.toContain('does not serve');
    expect(evidenceOf([result('messages', 'error_first', { failure: 'model', status })], {})).not.toContain('does not serve');
  });

  it('is write_batching when a flush size is set and a key was never written', () => {
    expect(causeOf(MASKED, { flushSize: 3 })).toBe('write_batching');
    expect(causeOf(MASKED, { flushSize: 1 })).toBe('undetermined');
    expect(causeOf([result('completions', 'miss_key_present')], { flushSize: 3 })).toBe('undetermined');
  });

  it('tells another database from another server, and from what is not known', () => {
    const unwatched = (key: RouteResult['key']) => [result('completions', 'hit_not_in_redis', { key })];
    expect(causeOf(unwatched('other_database'), {})).toBe('different_database');
    expect(causeOf(unwatched('absent'), { seesEveryWrite: true })).toBe('different_redis');
    expect(causeOf(unwatched('absent'), {})).toBe('undetermined');
    expect(causeOf(unwatched('absent'), { seesEveryWrite: true, cacheType: 'unknown' })).toBe('undetermined');
    // A hit of chat can come from the memory of the worker, and an unmarked one of messages from that of the chat call behind it.
    expect(causeOf([result('chat', 'hit_not_in_redis', { key: 'absent' })], { seesEveryWrite: true })).toBe('undetermined');
    const messages = (unmarked: boolean) =>
      causeOf([result('messages', 'hit_not_in_redis', { key: 'absent', unmarked })], { seesEveryWrite: true });
    expect([messages(false), messages(true)]).toEqual(['different_redis', 'undetermined']);
  });

  describe('of a key that was written and is gone again', () => {
    const GONE = [
      result('completions', 'miss_unexplained', { key: 'absent', lostAfterWrite: true }),
      result('chat', 'hit_not_in_redis', { key: 'absent', lostAfterWrite: true }),
    ];
    const [one] = GONE;
    const STILL = { evicted_keys: 0, expired_keys: 0, flushes: 0, deletes: 0 };

    it('follows what removed keys meanwhile, and is undetermined when more than one thing did', () => {
      const counts = [0, 1, 9];
      for (const evicted_keys of counts) {
        for (const flushes of counts) {
          for (const deletes of counts) {
            const named =
              deletes > 0 || (evicted_keys > 0 && flushes > 0)
                ? 'undetermined'
                : evicted_keys > 1
                  ? 'evicted'
                  : flushes > 0
                    ? 'flushed'
                    : 'undetermined';
            expect(causeOf(GONE, { deltas: { ...STILL, evicted_keys, flushes, deletes } }), `${evicted_keys} ${flushes} ${deletes}`).toBe(
              named,
            );
          }
        }
      }
    });

    it('says what was counted', () => {
      const evidence = (deltas: Signals['deltas'], increases: Signals['increases'] = {}) =>
        judge(GONE, { ...QUIET, deltas, increases }).evidence;
      expect(evidence({ ...STILL, evicted_keys: 12 })).toMatch(
        /^The key of a pair was written and lost before the pair ended; Redis evicted 12 keys during the probes, and was not flushed\. /,
      );
      expect(evidence({ ...STILL, flushes: 1 })).toMatch(/; FLUSHALL or FLUSHDB ran once during the probes, and nothing was evicted\. /);
      expect(evidence({ ...STILL, expired_keys: 2 }, { expired_keys: { ...GROWN, by: 2 } })).toMatch(
        /; 2 keys expired in Redis during the probes, normally none in that time, and nothing was evicted, flushed or deleted\. /,
      );
    });

    it('needs as many evictions as keys that vanished, and more than usual beside deletions', () => {
      expect(causeOf(one === undefined ? [] : [one], { deltas: { ...STILL, evicted_keys: 1 } })).toBe('evicted');
      expect(causeOf(GONE, { deltas: { ...STILL, evicted_keys: 1 } })).toBe('undetermined');
      const noisy: Partial<Signals> = { deltas: { ...STILL, evicted_keys: 12, deletes: 3 } };
      expect(causeOf(GONE, { ...noisy, increases: { evicted_keys: GROWN } })).toBe('evicted');
      expect(causeOf(GONE, { ...noisy, increases: { evicted_keys: { ...GROWN, usual: 12 } } })).toBe('undetermined');
    });

    it('is expiry only when more expires than is usual', () => {
      const expiring: Partial<Signals> = { deltas: { ...STILL, expired_keys: 12 } };
      expect(causeOf(GONE, expiring)).toBe('undetermined');
      expect(causeOf(GONE, { ...expiring, increases: { expired_keys: { ...GROWN, usual: 12 } } })).toBe('undetermined');
      expect(causeOf(GONE, { ...expiring, increases: { expired_keys: GROWN } })).toBe('ttl_too_short');
      expect(causeOf(GONE, { deltas: { ...STILL, expired_keys: 12, deletes: 1 }, increases: { expired_keys: GROWN } })).toBe(
        'undetermined',
      );
    });

    it('is not known without the counters, nor named for a key that did not vanish', () => {
      for (const deltas of [undefined, {}, { evicted_keys: 9 }, { flushes: 9 }]) expect(causeOf(GONE, { deltas })).toBe('undetermined');
      for (const name of ['evicted_keys', 'flushes', 'expired_keys'] as const)
        expect(causeOf(MASKED, { deltas: { ...STILL, [name]: 9 }, increases: { [name]: GROWN } })).toBe('undetermined');
    });

    it('is no other server and no other database, and no call that is not cached', () => {
      const read = [result('completions', 'hit_not_in_redis', { key: 'absent', lostAfterWrite: true })];
      expect(judge(read, { ...QUIET, seesEveryWrite: true })).toMatchObject({ verdict: 'not_in_redis', cause: 'undetermined' });
      expect(causeOf(read, { seesEveryWrite: true, deltas: { ...STILL, flushes: 1 } })).toBe('flushed');
      const once = [result('completions', 'hit_not_in_redis', { key: 'other_database' })];
      expect(causeOf(once, { deltas: { ...STILL, evicted_keys: 1 } })).toBe('undetermined');
      const pairs = [
        result('completions', 'miss_unexplained', { key: 'absent', lostAfterWrite: true }),
        result('chat', 'ok', { key: 'present' }),
      ];
      expect(judge(pairs, { ...QUIET, deltas: { ...STILL, evicted_keys: 1 } })).toMatchObject({ verdict: 'memory_only', cause: 'evicted' });
    });
  });

  it('is redis_tls when the exporter could use Redis before and the gateway cannot either', () => {
    expect(judge(MASKED, { ...QUIET, redisFailure: 'tls' })).toMatchObject({
      cause: 'redis_tls',
      evidence: expect.stringMatching(/^The exporter cannot agree on TLS with Redis any more either\. /),
    });
    expect(causeOf(MASKED, { redisFailure: 'tls', usedBefore: false })).toBe('undetermined');
    expect(causeOf(MASKED, { redisFailure: 'tls', cachePing: 200 })).toBe('undetermined');
  });

  it('follows refusals of the gateway itself', () => {
    const own = (cause: 'redis_auth' | 'redis_permission', tie: 'key' | { address: string }, count = 1): Partial<Signals> => ({
      refusals: [{ cause, count, tie }],
    });
    expect(judge(MASKED, { ...QUIET, ...own('redis_auth', { address: '10.0.0.5' }, 3) }).evidence).toMatch(
      /^ACL LOG of Redis shows 3 new refusals for a wrong user or password from 10\.0\.0\.5, the address of the gateway\. /,
    );
    expect(judge(MASKED, { ...QUIET, ...own('redis_permission', 'key') })).toMatchObject({
      cause: 'redis_permission',
      evidence: expect.stringMatching(/^ACL LOG of Redis shows 1 new refusal for a missing permission on the key of a pair\. /),
    });
    expect(causeOf(MASKED, own('redis_auth', { address: '10.0.0.5' }))).toBe('redis_auth');
    expect(causeOf(MASKED, { ...own('redis_auth', { address: '10.0.0.5' }), cachePing: 200 })).toBe('undetermined');
    expect(causeOf(MASKED, { ...own('redis_permission', 'key'), cachePing: 200 })).toBe('redis_permission');
  });

  it('is breaker_open when nothing else is known to be wrong', () => {
    expect(causeOf(MASKED, { breakerOpen: true })).toBe('breaker_open');
    expect(causeOf(MASKED, { breakerOpen: false })).toBe('undetermined');
    expect(causeOf(MASKED, { breakerOpen: true, increases: { WRONGPASS: GROWN } })).toBe('redis_auth');
    expect(causeOf([result('completions', 'ok')], { breakerOpen: true })).toBe('none');
  });

  it('is none for a cache that is what the configuration expects', () => {
    const pairs = [result('completions', 'miss_not_written')];
    expect(causeOf(pairs, { cacheType: 'local' })).toBe('cache_local');
    expect(causeOf(pairs, { cacheType: 'local', expected: 'local' })).toBe('none');
    expect(causeOf(pairs, { cacheType: 'none' })).toBe('cache_disabled');
    expect(causeOf(pairs, { cacheType: 'none', expected: 'none' })).toBe('none');
    expect(causeOf(pairs, { cacheType: 'none', expected: 'local' })).toBe('cache_disabled');
  });

  it('of wrong answers is a key that leaves the prompt out, of an unreachable gateway the gateway', () => {
    expect(causeOf([result('chat', 'hit_on_first')], {})).toBe('semantic_or_key_collision');
    expect(causeOf([result('chat', 'hit_altered')], {})).toBe('answer_wrong');
    expect(causeOf([result('chat', 'hit_altered'), result('completions', 'hit_on_first')], {})).toBe('semantic_or_key_collision');
    expect(causeOf([], { down: 'refused' })).toBe('gateway_error');
    expect(causeOf([], { down: 'timeout' })).toBe('gateway_timeout');
    expect(causeOf([result('chat', 'control_failed')], {})).toBe('undetermined');
  });

  it('of tenants who share where they must not is that they do, only out of working and partial, and says who', () => {
    const pairs = [
      { from: 'research', to: 'sales', result: 'shared', routes: ['chat', 'completions'] },
      { from: 'sales', to: 'research', result: 'separate', routes: ['chat'] },
    ] as const;
    const tenants = { expected: 'isolated', pairs } as const;
    const good = [result('chat', 'ok'), result('completions', 'ok')];
    const judged = judge(good, { ...QUIET, tenants });
    expect(judged).toMatchObject({ verdict: 'wrong_answers', cause: 'shared_between_tenants' });
    expect(judged.evidence).toMatch(/sales got what research had asked \(chat, completions\)\./);
    for (const expected of ['shared', undefined] as const)
      expect(judge(good, { ...QUIET, tenants: { expected, pairs } })).toMatchObject({ verdict: 'working', cause: 'none' });
    expect(judge(good, { ...QUIET, tenants: { expected: 'isolated', pairs: pairs.slice(1) } }).verdict).toBe('working');
    for (const first of OUTCOME)
      for (const second of OUTCOME) {
        const results = [result('completions', first), result('chat', second)];
        const { verdict } = judge(results, QUIET);
        const turned = verdict === 'working' || verdict === 'partial';
        expect(judge(results, { ...QUIET, tenants }).verdict, `${first} ${second}`).toBe(turned ? 'wrong_answers' : verdict);
      }
    for (const elsewhere of [{ down: 'refused' }, { cacheType: 'local' }, { cacheType: 'none' }, { fresh: false }] as const)
      expect(judge(good, { ...QUIET, ...elsewhere, tenants }).verdict).toBe(judge(good, { ...QUIET, ...elsewhere }).verdict);
    const both = judge([result('chat', 'hit_altered')], { ...QUIET, tenants });
    expect(both.cause).toBe('answer_wrong');
    expect(both.evidence).toContain('sales got what research had asked');
    expect(causeOf([result('chat', 'hit_on_first')], { tenants })).toBe('semantic_or_key_collision');
  });

  it('of a gateway that uses another server is that, also where the answer from there is changed', () => {
    const pairs = [result('completions', 'hit_altered', { key: 'absent' })];
    expect(judge(pairs, { ...QUIET, seesEveryWrite: true })).toMatchObject({ verdict: 'not_in_redis', cause: 'different_redis' });
  });

  it('of a changed answer says where it differs', () => {
    const differs = ['/choices/0/message/content', '/choices/1'];
    expect(judge([result('chat', 'hit_altered', { differs }), result('completions', 'ok')], QUIET).evidence).toMatch(
      /^The cache answered with something else than the answer that was stored: chat, which differs at \/choices\/0\/message\/content, \/choices\/1\. /,
    );
  });

  it('is told with what keeps content from proving it, once for all routes that it is the same of', () => {
    const pairs = [
      result('chat', 'ok', { doubt: 'first_not_ours' }),
      result('completions', 'ok', { doubt: 'first_not_ours' }),
      result('embeddings', 'miss_unexplained', { doubt: 'duplicate_not_signed' }),
    ];
    const { evidence } = judge(pairs, QUIET);
    expect(evidence.match(/The answers of /g)).toHaveLength(2);
    expect(evidence).toContain('The answers of chat, completions do not come from the origin');
    for (const setting of ['api_base', 'mock_response', 'fallbacks', 'model_info']) expect(evidence).toContain(setting);
    expect(evidence).toContain('The answers of embeddings are cut, changed or mixed the second time');
  });

  it('of a collision says whose answer was given, where that is known', () => {
    const sentence = (otherOwner?: NonceOwner, otherRequest?: PairRequest) =>
      judge([result('chat', 'hit_on_first', { otherOwner, otherRequest })], QUIET).evidence;
    expect(sentence()).toMatch(/^A prompt with a fresh 128-bit nonce was answered from the cache: /);
    expect(sentence('own')).toContain('from the cache with the answer to an earlier probe of this exporter: ');
    expect(sentence('other_exporter')).toContain('with the answer to a probe of another exporter: ');
    expect(sentence('unknown')).toContain('or the prompt was rewritten on its way: ');
    expect(sentence('own', 'first')).toBe(sentence('own'));
  });

  it('of a collision that only the duplicate shows says so, and nothing of a hit on a new request', () => {
    const pair = (otherRequest: PairRequest) => result('chat', 'hit_on_first', { otherOwner: 'own', otherRequest });
    const { verdict, cause, evidence } = judge([pair('duplicate')], QUIET);
    expect([verdict, cause]).toEqual(['wrong_answers', 'semantic_or_key_collision']);
    expect(evidence).toMatch(
      /^The duplicate of a prompt with a fresh 128-bit nonce was not answered as its first request, with the answer to an earlier probe of this exporter: /,
    );
    expect(evidence).toContain('chat hit with the answer to another prompt');
    expect(evidence).not.toMatch(/hit on a new request|answered from the cache/);
    const both = judge([pair('duplicate'), { ...pair('first'), route: 'completions' }], QUIET).evidence;
    expect(both).toMatch(/^A prompt with a fresh 128-bit nonce was answered from the cache with the answer to an earlier probe/);
    expect(both).toContain('completions hit on a new request');
  });

  it('of an outage is that of the outage, whatever a hit beside it holds', () => {
    const away = { redisFailure: 'refused', usedBefore: true } as const;
    for (const hit of ['hit_altered', 'hit_unverified'] as const) {
      const outage = judge([result('completions', 'miss_unexplained'), result('embeddings', hit)], { ...QUIET, ...away });
      expect(outage, hit).toMatchObject({ verdict: 'memory_only', cause: 'redis_unreachable' });
      expect(outage.evidence.includes('The cache answered with something else than the answer that was stored: embeddings')).toBe(
        hit === 'hit_altered',
      );
    }
  });

  it('is always of the closed set and never none without need', () => {
    for (const { cause, verdicts } of CAUSE_TABLE) {
      expect(CAUSE).toContain(cause);
      for (const verdict of verdicts) expect(VERDICT).toContain(verdict);
    }
    for (const first of OUTCOME) {
      for (const second of OUTCOME) {
        const judged = judge([result('completions', first), result('chat', second)], { ...QUIET, increases: { OOM: GROWN } });
        expect(judged.cause === 'none', `${first} ${second}`).toBe(judged.verdict === 'working');
      }
    }
  });
});
