import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../../../src/model/cache.ts';
import type { RouteResult } from '../../../../../src/verdict/signals.ts';
import {
  isColdStart,
  joinedHealth,
  NO_REPLICAS,
  pairInTurn,
  type ReplicaMemory,
  replicaSamples,
  replicaSentences,
  sharingOf,
  unchecked,
  windowOf,
  withReplicas,
  withRound,
  withSelfCheck,
} from '../../../../../src/watch/gateway/replicas/memory.ts';
import { replicasFound } from '../../../../support/round.ts';

function result(outcome: Outcome): RouteResult {
  return { route: 'completions', outcome, key: 'unknown', crossReplica: true };
}

/** What is known after some rounds of replicas, each of which those in `names` share no cache with others; with what each round told. */
function rounds(count: number, among: string, alone: string, before: ReplicaMemory = NO_REPLICAS) {
  let memory = before;
  const isolated = Array.from({ length: count }, () => {
    memory = withReplicas(memory, replicasFound(among));
    const pair = pairInTurn(memory);
    const shares = pair !== undefined && !alone.includes(pair.from.name) && !alone.includes(pair.to.name);
    memory = withRound(memory, [{ result: result(shares ? 'hit_unverified' : 'miss_not_written'), at: 0 }]);
    return sharingOf(memory).isolated;
  });
  return { memory, isolated };
}

describe('what is known of replicas', () => {
  it('has one that is down in no pair, and forgets what it was sent', () => {
    const { memory } = rounds(6, 'abc', '');
    const down = withReplicas(memory, replicasFound('abc', 'c'));
    expect([pairInTurn(down)?.from.name, pairInTurn(down)?.to.name].includes('c')).toBe(false);
    expect([down.seenBefore.has('c'), down.seenBefore.has('a')]).toEqual([false, true]);
    expect(pairInTurn(withReplicas(memory, replicasFound('ab', 'ab')))).toBeUndefined();
    expect(pairInTurn(undefined)).toBeUndefined();
  });

  it('forgets one that is gone, so that its address may come back with another replica', () => {
    const { memory } = rounds(6, 'abc', '');
    const gone = withReplicas(memory, replicasFound('ab'));
    expect([...gone.seenBefore].sort()).toEqual(['a', 'b']);
    expect(withReplicas(gone, replicasFound('abc')).seenBefore.has('c')).toBe(false);
  });

  it('begins cold for each that was sent nothing yet', () => {
    const found = withReplicas(NO_REPLICAS, replicasFound('ab'));
    expect(isColdStart(found)).toBe(true);
    expect(isColdStart(withReplicas(withRound(found, []), replicasFound('ab')))).toBe(false);
  });

  it('is that one is isolated in every round, whichever pair is probed', () => {
    const { isolated } = rounds(12, 'abc', 'c');
    expect(isolated.slice(6)).toEqual([
      'another_replica',
      'current_pair',
      'current_pair',
      'current_pair',
      'another_replica',
      'current_pair',
    ]);
    expect(rounds(12, 'abc', 'abc').isolated.every((one) => one === undefined)).toBe(true);
  });

  it('takes a round in which no pair had an outcome for no word on sharing', () => {
    const { memory } = rounds(6, 'abc', 'c');
    const next = withReplicas(memory, replicasFound('abc'));
    expect(sharingOf(withRound(next, [])).isolated).toBe('another_replica');
    expect(unchecked(withRound(next, []))).toHaveLength(2);
  });

  it('has a share of pairs that share a cache after a full cycle', () => {
    expect(replicaSamples(rounds(5, 'abc', 'c').memory)).toEqual([]);
    expect(replicaSamples(rounds(6, 'abc', 'c').memory)).toEqual([
      { metric: 'llm.cache.probe.replica_coverage', labels: {}, value: 2 / 6 },
    ]);
  });

  it('has sentences on who is down and who does not read', () => {
    const { memory } = rounds(1, 'ab', 'ab');
    expect(replicaSentences(withReplicas(memory, replicasFound('ab', 'b')))).toEqual(['Down: b (connections are refused).']);
    expect(replicaSentences(memory)).toEqual(['Replica b did not read what a wrote (missed, the key was never written).']);
  });
});

describe('a replica by itself', () => {
  const { memory: missed } = rounds(1, 'ab', 'ab');
  const alone = (name: string, outcome: Outcome) => withSelfCheck(missed, name, { ...result(outcome), crossReplica: false });

  it('is tried where its pair did not share a hit, and there is another one', () => {
    expect(unchecked(missed).map(({ name }) => name)).toEqual(['a', 'b']);
    expect(unchecked(rounds(1, 'ab', '').memory)).toEqual([]);
    expect(unchecked(rounds(1, 'a', 'a').memory)).toEqual([]);
    expect(unchecked(NO_REPLICAS)).toEqual([]);
  });

  it('reads another cache where it hits what the watched server does not have, and is not tried again then', () => {
    expect(sharingOf(alone('b', 'hit_not_in_redis')).readsOtherCache.map(({ name }) => name)).toEqual(['b']);
    expect(unchecked(alone('b', 'hit_not_in_redis'))).toEqual([]);
    for (const outcome of ['ok', 'miss_not_written', 'error_first'] as const) expect(alone('b', outcome).readsOtherCache.size).toBe(0);
  });

  it('says nothing of an outage between two others, and does where they share', () => {
    const { memory } = rounds(1, 'abc', 'abc');
    const known = withSelfCheck(memory, 'c', { ...result('hit_not_in_redis'), crossReplica: false });
    expect(sharingOf(known).readsOtherCache).toEqual([]);
    expect(sharingOf(withRound(known, [{ result: result('hit_unverified'), at: 0 }])).readsOtherCache.map(({ name }) => name)).toEqual([
      'c',
    ]);
  });

  it('shares the cache again once a pair of it does, and is forgotten when it is gone', () => {
    const reads = alone('b', 'hit_not_in_redis');
    expect(withRound(reads, [{ result: result('hit_unverified'), at: 0 }]).readsOtherCache.size).toBe(0);
    expect(withReplicas(reads, replicasFound('a')).readsOtherCache.size).toBe(0);
  });
});

describe('of many replicas', () => {
  const names = 'abcdefghij';

  it('eight are looked at, others when all pairs of these had their turn', () => {
    const all = replicasFound(names).all;
    expect(windowOf(NO_REPLICAS, all.slice(0, 8)).window).toHaveLength(8);
    let memory = NO_REPLICAS;
    const begins: number[] = [];
    for (let round = 0; round < 57; round++) {
      const { window, begin } = windowOf(memory, all);
      expect(window).toHaveLength(8);
      begins.push(begin);
      const answers = replicasFound(names).answers.filter(({ replica }) => window.some(({ name }) => name === replica.name));
      memory = withRound(withReplicas(memory, { all, answers, begin }), [{ result: result('ok'), at: round }]);
    }
    expect([new Set(begins.slice(0, 56)), begins[56]]).toEqual([new Set([0]), 7]);
  });
});

describe('the health of a gateway with replicas', () => {
  it('is that of the first that is alive, ready when any is, and down without any', () => {
    const { answers } = replicasFound('ab', 'a');
    expect(joinedHealth(answers)).toMatchObject({ failure: undefined, ready: true });
    expect(joinedHealth(replicasFound('ab', 'ab').answers)).toMatchObject({ failure: 'refused' });
    expect(joinedHealth([])).toMatchObject({ failure: 'dns', ready: false });
  });
});
