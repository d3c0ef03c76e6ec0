import type { CacheSettings } from '../../src/litellm/cache-ping.ts';
import type { Outcome, Route } from '../../src/model/cache.ts';
import { PROBERS } from '../../src/pairs/index.ts';
import type { PairResult } from '../../src/pairs/pair.ts';
import type { CounterSnapshot } from '../../src/verdict/growth.ts';
import type { BackendEvidence, TargetReport } from '../../src/watch/gateway/backend/backend.ts';
import type { RefusalEvidence } from '../../src/watch/gateway/backend/refusals.ts';
import type { ReplicasFound } from '../../src/watch/gateway/replicas/memory.ts';
import type { Round } from '../../src/watch/gateway/round.ts';
import type { SentPair } from '../../src/watch/gateway/route.ts';
import type { SelfReport } from '../../src/watch/gateway/self-report.ts';
import { advance, type GatewayState } from '../../src/watch/gateway/state.ts';

const INTERVAL = 60_000;

/** A gateway that is up and names Redis. */
export const UP: SelfReport = {
  health: { failure: undefined, ready: true, version: '1.106.0', cacheType: 'redis' },
  version: '1.106.0',
};

/** Settings of a cache in Redis, of which nothing else is told. */
export const SETTINGS: CacheSettings = {
  off: false,
  cacheType: 'redis',
  namespace: undefined,
  flushSize: undefined,
  defaultOff: undefined,
  callTypes: undefined,
};

/** A gateway whose liveness endpoint refuses connections. */
export const DOWN: SelfReport = { health: { failure: 'refused', ready: false, version: undefined, cacheType: undefined } };

/** A target that can be used and tells of every probe key. */
export const READABLE: TargetReport = { failure: undefined, refusedCredential: undefined, acceptedCredential: undefined, watching: true };

/** A pair that was sent: its first request missed in 400 ms, its duplicate hit in 2 ms unless the outcome says otherwise. */
export function sentPair(route: Route, outcome: Outcome | undefined, more: Partial<PairResult> = {}): SentPair {
  const failed = outcome === 'error_first' || outcome === 'error_duplicate';
  const pair: PairResult = {
    probe: 'lce-probe-1',
    prober: PROBERS[route],
    kind: outcome === undefined ? 'control' : 'own',
    outcome,
    first: { seconds: 0.4, mark: outcome === 'hit_on_first' ? 'hit' : 'miss', ...(failed && { failure: 'timeout' as const }) },
    duplicate: { seconds: 0.002, mark: outcome === 'ok' || outcome?.startsWith('hit') ? 'hit' : 'miss' },
    key: outcome === 'ok' ? 'present' : outcome === 'miss_not_written' ? 'absent' : 'unknown',
    ...more,
  };
  return { pair, at: 0, ranAt: 0 };
}

/** A round in which the gateway was up and pairs of these outcomes were sent, all of it at one moment; without outcomes none was due. */
export function round(outcomes: Partial<Record<Route, Outcome | undefined>>, more: Partial<Round> = {}): Round {
  const pairs = Object.entries(PROBERS).flatMap(([, { route }]) => (route in outcomes ? [sentPair(route, outcomes[route])] : []));
  return {
    traceId: 'trace',
    before: UP,
    after: UP,
    cacheReplaced: false,
    replicas: undefined,
    pairs,
    skipped: [],
    pairsTook: pairs.length === 0 ? undefined : 1_000,
    pairsEndedAt: 0,
    priced: false,
    redisUsable: undefined,
    backend: undefined,
    target: undefined,
    at: 0,
    endedAt: 0,
    ...more,
  };
}

/** The states after each of some rounds, one interval apart. */
export function statesAfter(start: GatewayState, ...rounds: readonly Round[]): GatewayState[] {
  let state = start;
  return rounds.map((one, index) => {
    const at = (index + 1) * INTERVAL;
    const pairs = one.pairs.map(({ pair }) => ({ pair, at, ranAt: at }));
    state = advance(state, { ...one, pairs, pairsEndedAt: at, at, endedAt: at });
    return state;
  });
}

/** The last of them. */
export function stateAfter(start: GatewayState, ...rounds: readonly Round[]): GatewayState {
  return statesAfter(start, ...rounds).at(-1) ?? start;
}

/** The counters of a server at which nothing was counted yet. */
const NO_COUNTS = {
  runId: 'a',
  errors: {},
  rejectedConnections: 0,
  evictedKeys: 0,
  expiredKeys: 0,
  flushes: 0,
  deletes: 0,
  sets: 0,
  mode: 'standalone',
  loading: false,
} as const satisfies CounterSnapshot['counters'];

/** The counters of a server at a monotonic time in milliseconds; what is not named is at 0. `own`: what this daemon caused of it. */
export function counters(at: number, more: Partial<CounterSnapshot['counters']> = {}, own: CounterSnapshot['own'] = {}): CounterSnapshot {
  return { at, counters: { ...NO_COUNTS, ...more }, own };
}

/** What the ACL LOG showed: nothing, unless given. */
export function refusals(more: Partial<RefusalEvidence> = {}): RefusalEvidence {
  return { isComplete: true, beforeAt: 0, afterAt: 0, deniedBefore: [], denied: [], onKey: [], tied: [], ...more };
}

/** What a server showed between two readings. */
export function evidence(before: CounterSnapshot, after: CounterSnapshot, more: Partial<BackendEvidence> = {}): BackendEvidence {
  return { before, after, stalled: false, refusals: refusals(), ...more };
}

/** Replicas that were found, of which those in `down` are down. */
export function replicasFound(names: string, down = ''): ReplicasFound {
  const all = [...names].map((name, port) => ({ name, host: name, port }));
  const answers = all.map((replica) => ({
    replica,
    health: {
      failure: down.includes(replica.name) ? ('refused' as const) : undefined,
      ready: true,
      version: undefined,
      cacheType: undefined,
    },
  }));
  return { all, answers, begin: 0 };
}
