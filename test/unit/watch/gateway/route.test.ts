import { describe, expect, it } from 'vitest';
import type { Outcome, Route } from '../../../../src/model/cache.ts';
import type { PairResult } from '../../../../src/pairs/pair.ts';
import {
  createRouteRecord,
  currentResult,
  expectColdStart,
  forget,
  isGood,
  nextKind,
  planOf,
  type RouteRecord,
  recordPair,
} from '../../../../src/watch/gateway/route.ts';
import { lastingRouteSamples, pairStatus, routeSamples } from '../../../../src/watch/gateway/route-series.ts';
import { SETTINGS, sentPair } from '../../../support/round.ts';

const START = createRouteRecord('completions');

/** The record after some pairs. */
function recordAfter(...pairs: readonly (readonly [Outcome | undefined, Partial<PairResult>?])[]): RouteRecord {
  let record = START;
  for (const [outcome, more] of pairs) record = recordPair(record, sentPair('completions', outcome, more), 'trace', false);
  return record;
}

function metrics(record: RouteRecord): string[] {
  return [...new Set(routeSamples(record, 'm').map(({ metric }) => metric))];
}

describe('the record of a route', () => {
  it('keeps the latest result, and forgets whether it counts', () => {
    const record = recordAfter(['ok'], ['miss_not_written', { kind: 'own' }]);
    expect(currentResult(record)).toMatchObject({ outcome: 'miss_not_written', crossReplica: false });
    expect([currentResult(forget(record)), isGood(record), isGood(recordAfter(['ok'])), isGood(forget(recordAfter(['ok'])))]).toEqual([
      undefined,
      false,
      true,
      false,
    ]);
    expect(forget(record).result?.outcome).toBe('miss_not_written');
  });

  it('has the failure of whichever request failed', () => {
    const failed = { seconds: 1, mark: 'unknown', failure: 'quota' } as const;
    expect(currentResult(recordAfter(['error_first', { first: failed, duplicate: undefined }]))?.failure).toBe('quota');
    expect(currentResult(recordAfter(['error_duplicate', { first: { seconds: 1, mark: 'miss' }, duplicate: failed }]))?.failure).toBe(
      'quota',
    );
  });

  it('measures the speed-up of pairs that hit, once the process is warm, of the last fifty', () => {
    expect(recordAfter(['ok']).ratios).toEqual([]);
    expect(recordAfter(['ok'], ['ok'], ['miss_not_written'], ['ok', { duplicate: { seconds: 0, mark: 'hit' } }]).ratios).toEqual([200]);
    const many = Array.from({ length: 60 }, () => ['ok'] as const);
    expect(recordAfter(...many).ratios).toHaveLength(50);
    const cold = recordPair(expectColdStart(recordAfter(['ok'], ['ok'])), sentPair('completions', 'ok'), 'trace', false);
    expect([cold.ratios.length, cold.last?.warm, cold.coldStart]).toEqual([1, false, false]);
  });

  it('keeps the time to live of entries with and without cache controls apart, as long as a key shows it', () => {
    const plain = { kind: 'plain', ttlSeconds: 3_600 } as const;
    expect(recordAfter(['ok', { ttlSeconds: 60 }], ['ok', plain]).ttl).toEqual({ probe: 60, none: 3_600 });
    expect(recordAfter(['ok', { ttlSeconds: 60 }], ['ok', plain], ['ok', { ttlSeconds: undefined }]).ttl).toEqual({ none: 3_600 });
  });

  it.each<[number, string]>([
    [9, 'own'],
    [10, 'plain'],
    [15, 'control'],
    [16, 'own'],
  ])('makes its pair number %d %s while the cache hits', (number, kind) => {
    const hits = Array.from({ length: number - 1 }, () => ['ok'] as const);
    expect(nextKind(recordAfter(...hits))).toBe(kind);
    expect(nextKind(forget(recordAfter(...hits)))).toBe(kind === 'control' ? 'own' : kind);
  });
});

describe('the kind of the next pair', () => {
  const nineHits = (route: Route, unmarked: boolean) => {
    let record = createRouteRecord(route);
    for (let pair = 1; pair < 10; pair++) record = recordPair(record, sentPair(route, 'ok', { unmarked }), 'trace', false);
    return record;
  };

  it('is never plain where the hits do not name their key, which nothing else would find', () => {
    expect([nextKind(nineHits('messages', false)), nextKind(nineHits('completions', false)), nextKind(nineHits('chat', false))]).toEqual([
      'plain',
      'plain',
      'own',
    ]);
    expect([nextKind(nineHits('messages', true)), nextKind(nineHits('completions', true))]).toEqual(['own', 'own']);
    expect(currentResult(nineHits('messages', true))?.unmarked).toBe(true);
  });
});

describe('the plan of a pair', () => {
  const config = { model: 'm', ttl: 120_000, instance: '0' };

  it.each<[boolean | undefined, boolean]>([
    [undefined, true],
    [true, true],
    [false, false],
  ])('for a gateway that tells default_off as %s asks for caching: %s', (defaultOff, onDemand) => {
    expect(planOf(config, { ...SETTINGS, defaultOff }, 'chat', 'own', 5)).toMatchObject({ onDemand, ttlSeconds: 120, until: 5 });
    expect(planOf(config, undefined, 'chat', 'own', 5).onDemand).toBe(true);
  });
});

describe('what is shown of a route', () => {
  const phases = { resolve: 0, connect: 0, tls: 0, send: 0, wait: 0.3, transfer: 0.1 };
  const measured = { first: { seconds: 0.4, mark: 'miss', phases }, ttlSeconds: 60 } as const;

  it('is nothing before its first pair, and no phases of a process that has just started', () => {
    expect([routeSamples(START, 'm'), lastingRouteSamples(START, true), pairStatus(START, 'm')]).toEqual([[], [], undefined]);
    expect(metrics(recordAfter(['ok', measured]))).toEqual(['llm.cache.probe.key_ttl']);
    expect(metrics(recordAfter(['ok'], ['ok', measured]))).toEqual(['llm.cache.probe.phase.duration', 'llm.cache.probe.key_ttl']);
  });

  it('has a median of the speed-up from six pairs that hit', () => {
    const warm = (count: number) => metrics(recordAfter(['ok'], ...Array.from({ length: count }, () => ['ok'] as const)));
    expect([warm(5), warm(6)]).toEqual([[], ['llm.cache.probe.speedup.median']]);
  });

  it('has no outcome once that is too old, and the time of the pair for ever', () => {
    const record = recordAfter(['ok']);
    const names = (fresh: boolean) => new Set(lastingRouteSamples(record, fresh).map(({ metric }) => metric));
    expect(names(true)).toEqual(new Set(['llm.cache.probe.last_run.timestamp', 'llm.cache.last_outcome']));
    expect(names(false)).toEqual(new Set(['llm.cache.probe.last_run.timestamp']));
  });

  it('is a line of evidence on the page', () => {
    expect(pairStatus(recordAfter(['ok', { ttlSeconds: 60, writeLagSeconds: 0.001 }]), 'm')).toEqual({
      route: 'completions',
      model: 'm',
      outcome: 'ok',
      at: 0,
      firstSeconds: 0.4,
      duplicateSeconds: 0.002,
      writeLagSeconds: 0.001,
      ttlSeconds: 60,
      evidence: 'duplicate hit in 2.0 ms, key in Redis',
      traceId: 'trace',
    });
    expect(pairStatus(recordAfter([undefined]), 'm')).toBeUndefined();
  });
});
