import type { RouteResult, Signals } from '../../src/verdict/signals.ts';

/** What a judgement is made of where nothing stands out: a Redis that is looked at and a gateway that says redis. */
export function quietSignals(more: Partial<Signals> = {}): Signals {
  return {
    down: undefined,
    fresh: true,
    cacheType: 'redis',
    expected: 'redis',
    version: '1.110.2',
    callTypes: undefined,
    flushSize: undefined,
    cachePing: undefined,
    redisFailure: undefined,
    redisStalled: false,
    refusedCredential: undefined,
    usedBefore: true,
    refusals: [],
    deltas: { evicted_keys: 0, expired_keys: 0, flushes: 0, deletes: 0 },
    breakerOpen: undefined,
    atPings: undefined,
    increases: {},
    replicas: undefined,
    seesEveryWrite: true,
    ...more,
  };
}

/** Pairs of an outage that the memory of a worker hides: nothing is in Redis, and the duplicate hits all the same. */
export const MASKED: readonly RouteResult[] = [
  { route: 'completions', outcome: 'miss_not_written', key: 'absent' },
  { route: 'chat', outcome: 'hit_not_in_redis', key: 'absent' },
];
