import type { Cause, Outcome, Route, Verdict } from '../../src/model/cache.ts';
import type { GatewayStatus, PairRecord, Status } from '../../src/model/status.ts';
import { REMEMBERED } from '../../src/watch/gateway/history.ts';

const NOW = Date.UTC(2026, 2, 4, 12, 30, 0);
const INTERVAL = 30_000;
const TRACE = '0af7651916cd43dd8448eb211c80319c';

/** What a gateway looks like in each verdict: its cause and evidence, and the outcomes of its two routes. */
const EXAMPLES: Readonly<Record<Verdict, { cause: Cause; evidence: string; outcomes: readonly [Outcome, Outcome] }>> = {
  working: {
    cause: 'none',
    evidence: 'Last pairs: completions hit, the key is in Redis; chat hit, the key is in Redis. /cache/ping answered 200.',
    outcomes: ['ok', 'ok'],
  },
  partial: {
    cause: 'call_type_not_cached',
    evidence:
      'The gateway does not cache calls of these routes: completions. Last pairs: completions missed, the key was never written; chat hit, the key is in Redis.',
    outcomes: ['miss_not_written', 'ok'],
  },
  memory_only: {
    cause: 'redis_auth',
    evidence:
      'Redis refused 47 commands without a password (NOAUTH) during the probes; normally none in that time. Last pairs: completions missed, the key was never written; chat hit, the key is not in Redis. /cache/ping answered 200.',
    outcomes: ['miss_not_written', 'hit_not_in_redis'],
  },
  not_caching: {
    cause: 'redis_unreachable',
    evidence: 'The exporter cannot reach Redis either: connections are refused.',
    outcomes: ['miss_unexplained', 'miss_unexplained'],
  },
  not_in_redis: {
    cause: 'different_redis',
    evidence: 'The gateway reads back from a Redis what was never written to the watched one.',
    outcomes: ['hit_not_in_redis', 'hit_not_in_redis'],
  },
  wrong_answers: {
    cause: 'semantic_or_key_collision',
    evidence: 'A prompt with a fresh 128-bit nonce was answered from the cache.',
    outcomes: ['hit_on_first', 'hit_on_first'],
  },
  local: {
    cause: 'cache_local',
    evidence: 'The gateway says that its cache is of type local.',
    outcomes: ['hit_not_in_redis', 'hit_not_in_redis'],
  },
  disabled: {
    cause: 'cache_disabled',
    evidence: 'The gateway says that it has no cache.',
    outcomes: ['miss_not_written', 'miss_not_written'],
  },
  not_measurable: {
    cause: 'gateway_quota',
    evidence: 'A rate limit or budget of the gateway refuses the probe.',
    outcomes: ['error_first', 'error_duplicate'],
  },
  unreachable: { cause: 'gateway_error', evidence: 'The liveness endpoint fails: connections are refused.', outcomes: ['ok', 'ok'] },
  unknown: { cause: 'undetermined', evidence: 'The last pair is older than three intervals.', outcomes: ['ok', 'ok'] },
};

/** A gateway that worked until ten minutes ago and has been in a verdict since, with as much of a past as is kept. */
export function exampleGateway(verdict: Verdict, name = 'litellm'): GatewayStatus {
  const { cause, evidence, outcomes } = EXAMPLES[verdict];
  const routes = (['completions', 'chat'] as const).map((route, index) => ({ route, outcome: outcomes[index] ?? 'ok' }));
  const turned = verdict === 'working' ? [] : [change('working', verdict, cause, evidence, NOW - 20 * INTERVAL)];
  return {
    name,
    url: `http://${name}:4000`,
    redisTarget: 'cache',
    verdict,
    cause,
    ...(verdict === 'local' ? { asExpected: true } : {}),
    evidence,
    since: NOW - 20 * INTERVAL,
    up: verdict !== 'unreachable',
    ready: verdict !== 'unreachable',
    version: '1.106.0',
    cacheType: verdict === 'local' ? 'local' : verdict === 'disabled' ? 'none' : 'redis',
    cachePing: 200,
    pairs: routes.map(({ route, outcome }) => ({
      route,
      model: 'cache-probe',
      at: NOW - 12_000,
      firstSeconds: 0.22,
      duplicateSeconds: 0.0031,
      ttlSeconds: 118,
      evidence: 'duplicate seen in 2.1 ms, key looked up',
      traceId: TRACE,
      outcome,
    })),
    speedup: { point: 75.3, lower: 61.2, upper: 88.9, pairs: 50 },
    costUsd: 0.0123,
    lastRunAt: NOW - 12_000,
    history: {
      pairs: routes.map(({ route, outcome }) => ({ route, records: records(outcome) })),
      failures: Array.from({ length: verdict === 'working' ? 3 : REMEMBERED.failures }, (_, index) => ({
        at: NOW - (REMEMBERED.failures - index) * INTERVAL,
        ...failureOf(routes, index),
        verdict,
        cause,
        evidence: 'duplicate missed in 231 ms, key not in Redis',
        traceId: TRACE,
      })),
      changes: [
        change(
          'unknown',
          'working',
          'none',
          'Last pairs: completions hit, the key is in Redis; chat hit, the key is in Redis.',
          NOW - 100 * INTERVAL,
        ),
        ...turned,
      ],
    },
  };
}

function failureOf(routes: readonly { route: Route; outcome: Outcome }[], index: number): { route: Route; outcome: Outcome } {
  const { route, outcome } = routes[index % routes.length] ?? { route: 'chat', outcome: 'ok' };
  return { route, outcome: outcome === 'ok' ? 'miss_unexplained' : outcome };
}

function change(from: Verdict, to: Verdict, cause: Cause, evidence: string, at: number) {
  return { at, from, to, cause, evidence, traceId: TRACE };
}

/** Pairs of which the last twenty have an outcome, with a negative control now and then. */
function records(outcome: Outcome): PairRecord[] {
  return Array.from({ length: REMEMBERED.pairs }, (_, index) => {
    const at = NOW - (REMEMBERED.pairs - index) * INTERVAL;
    if (index % 20 === 15) return { at, ...taken('miss_unexplained', index), traceId: TRACE };
    const own = index < REMEMBERED.pairs - 20 ? 'ok' : outcome;
    return { at, outcome: own, ...taken(own, index), traceId: TRACE };
  });
}

/** Durations that vary a little, the same every time: a slow first request, a duplicate that is fast when it hit. */
function taken(outcome: Outcome, index: number): Pick<PairRecord, 'firstSeconds' | 'duplicateSeconds' | 'duplicate'> {
  const first = 0.22 * 1.6 ** Math.sin(index * 2.1);
  if (outcome === 'error_first' || outcome === 'hit_on_first') return { firstSeconds: first };
  const hit = outcome === 'ok' || outcome.startsWith('hit_');
  return { firstSeconds: first, duplicateSeconds: (hit ? 0.0031 : 0.2) * 1.5 ** Math.cos(index * 1.7), duplicate: hit ? 'hit' : 'miss' };
}

/** A status with these gateways and one Redis target. */
export function exampleStatus(gateways: GatewayStatus[]): Status {
  return {
    version: '1.2.3',
    startedAt: NOW - 3_600_000,
    now: NOW,
    ready: true,
    configReload: { successful: true, at: NOW - 3_600_000, problems: [] },
    gateways,
    targets: [
      {
        name: 'cache',
        address: 'redis://cache:6379/0',
        up: true,
        version: '7.0.15',
        role: 'master',
        keys: 12_345,
        usedMemoryBytes: 734_003_200,
        maxMemoryBytes: 1_073_741_824,
        maxMemoryPolicy: 'allkeys-lru',
        evictedKeys: 1_204,
        lastScrapeAt: NOW - 3_000,
        scrapeSeconds: 0.0021,
        authRequired: true,
        credentials: [
          { credential: 'exporter', state: 'ok', lastSuccessAt: NOW - 3_000 },
          { credential: 'litellm', state: 'failed', error: 'wrongpass', lastSuccessAt: NOW - 620_000, lastFailureAt: NOW - 3_000 },
        ],
        rejectionsOfOthers: { WRONGPASS: 0, NOAUTH: 1_047, NOPERM: 0 },
      },
    ],
  };
}
