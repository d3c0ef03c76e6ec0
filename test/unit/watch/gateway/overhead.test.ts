import { describe, expect, it } from 'vitest';
import type { FinishedRequest } from '../../../../src/litellm/gateway.ts';
import { QUESTION, type Question } from '../../../../src/model/cache.ts';
import { createStore } from '../../../../src/telemetry/store.ts';
import { createOverhead, createOverheadMemory } from '../../../../src/watch/gateway/overhead.ts';
import { handClock } from '../../../support/clock.ts';

/** The account of a gateway, what a question leaves there, and the seconds that are shown of it. */
function account(share = 1, memory = createOverheadMemory()) {
  const clock = handClock();
  const store = createStore(clock);
  const series = store.open({ kind: 'gateway', name: 'g', staleAfter: 1_000 });
  const overhead = createOverhead(share, memory, series, clock);
  const ask = (question: Question | undefined, ended: Partial<FinishedRequest> = {}, modelSeconds?: number) =>
    overhead.took({ method: 'GET', status: 200, seconds: 0.01, ...ended }, { question, modelSeconds });
  const shown = (question: Question) =>
    [...store.read(clock.now())]
      .filter(({ metric }) => metric === 'cache_exporter.probe_overhead')
      .flatMap(({ points }): readonly { attributes: object; value: unknown }[] => points)
      .find(({ attributes }) => Object.values(attributes).includes(question))?.value;
  return { clock, overhead, ask, shown, memory };
}

describe('a question beside the pairs', () => {
  it.each<[string, Partial<FinishedRequest>, string | undefined]>([
    ['a quick answer', {}, undefined],
    ['a quick refusal', { status: 503, failure: 'status' }, undefined],
    ['a slow answer', { seconds: 0.501 }, 'slow'],
    ['a slow refusal', { status: 503, failure: 'status', seconds: 6 }, 'slow'],
    ['no answer in time', { status: undefined, failure: 'timeout', seconds: 10 }, 'limit'],
    ['no answer in a time of our own that is short', { status: undefined, failure: 'timeout', seconds: 0.08 }, 'limit'],
    ['a connection that ends', { status: undefined, failure: 'closed', seconds: 0.1 }, 'limit'],
    ['an answer without an end', { failure: 'too_large', seconds: 0.1 }, 'limit'],
    ['no HTTP', { status: undefined, failure: 'protocol', seconds: 0.1 }, 'limit'],
    ['the end of the time of a tick', { status: undefined, failure: 'closed', seconds: 0.2, aborted: 'time' }, 'limit'],
    ['the end of the exporter after a long time', { status: undefined, failure: 'closed', seconds: 3, aborted: 'other' }, 'limit'],
    ['the end of the exporter', { status: undefined, failure: 'closed', seconds: 0.1, aborted: 'other' }, undefined],
    ['nobody that listens', { status: undefined, failure: 'refused', seconds: 0.01 }, undefined],
    ['a name without an address', { status: undefined, failure: 'dns', seconds: 0.01 }, undefined],
    ['a slow resolver', { seconds: 3, resolveSeconds: 2.9 }, undefined],
  ])('after %s is asked again, or not', (_, ended, why) => {
    for (const question of ['cache_ping', 'metrics', 'control', 'experiment', 'fidelity', 'tenants'] as const) {
      const { overhead, ask } = account();
      ask(question, ended);
      expect(overhead.withheld(question, true)).toBe(why);
      expect(overhead.withheld(question === 'metrics' ? 'control' : 'metrics', true)).toBeUndefined();
    }
  });

  it('is always asked where it is one of health', () => {
    const { overhead, ask } = account(0.01);
    for (const question of ['liveness', 'readiness'] as const) {
      ask(question, { status: undefined, failure: 'timeout', seconds: 10 });
      expect(overhead.withheld(question)).toBeUndefined();
    }
  });

  it('does not count the time of the model as its own', () => {
    const { overhead, ask } = account();
    ask('control', { seconds: 3 }, 2.8);
    expect(overhead.withheld('control')).toBeUndefined();
    ask('control', { seconds: 3.4 }, 2.8);
    expect(overhead.withheld('control')).toBe('slow');
  });

  it('is asked once more in an outage long after a slow start of the gateway, and never after a second slow answer', async () => {
    const { clock, overhead, ask } = account();
    ask('cache_ping', { seconds: 0.8 });
    expect(overhead.withheld('cache_ping', true)).toBe('slow');
    await clock.advance(300_000);
    expect(overhead.withheld('cache_ping')).toBe('slow');
    expect(overhead.withheld('cache_ping', true)).toBeUndefined();
    ask('cache_ping', { seconds: 0.9 });
    for (let hour = 0; hour < 24; hour++) {
      await clock.advance(3_600_000);
      expect(overhead.withheld('cache_ping', true)).toBe('slow');
    }
  });

  it('is asked as ever after a quick answer to that one', async () => {
    const { clock, overhead, ask } = account();
    ask('cache_ping', { seconds: 0.8 });
    await clock.advance(300_000);
    ask('cache_ping', { seconds: 0.02 });
    expect(overhead.withheld('cache_ping')).toBeUndefined();
    ask('cache_ping', { seconds: 0.8 });
    await clock.advance(300_000);
    expect(overhead.withheld('cache_ping', true)).toBe('slow');
  });

  it.each<[string, Partial<FinishedRequest>[]]>([
    ['gave no answer at its start', [{ status: undefined, failure: 'timeout', seconds: 1 }]],
    ['was quick before', [{ seconds: 0.1 }, { seconds: 0.8 }]],
    ['was given up, and slow to be alive again', [{ status: undefined, failure: 'timeout', seconds: 1 }, { seconds: 6 }]],
    ['was quick to be alive after it was given up', [{ status: undefined, failure: 'timeout', seconds: 1 }, { seconds: 0.01 }]],
  ])('is never asked again where it %s', async (_, answers) => {
    const { clock, overhead, ask } = account();
    for (const ended of answers) ask('cache_ping', ended);
    await clock.advance(3_600_000);
    expect(overhead.withheld('cache_ping', true)).not.toBeUndefined();
  });

  describe('that was slow or gave no answer while Redis was away', () => {
    const GIVEN_UP = { status: undefined, failure: 'timeout', seconds: 1 } as const;
    const questions = ['cache_ping', 'control', 'experiment'] as const;

    it.each<[string, Partial<FinishedRequest>]>([
      ['gave no answer', GIVEN_UP],
      ['was slow', { seconds: 0.8 }],
    ])('and %s is asked again when Redis answers, and not before', async (_, ended) => {
      for (const question of questions) {
        const { clock, overhead, ask } = account();
        // A gateway that was quick before.
        ask(question);
        await clock.advance(60_000);
        const start = clock.monotonic();
        await clock.advance(1_000);
        ask(question, ended);
        overhead.excuse(start, 'away');
        expect(overhead.withheld(question, true)).toBeDefined();
        overhead.excuse(clock.monotonic(), 'not known');
        overhead.excuse(clock.monotonic() + 1, 'away');
        expect(overhead.withheld(question, true)).toBeDefined();
        overhead.excuse(clock.monotonic(), 'answers');
        expect(overhead.withheld(question, true)).toBeUndefined();
        expect(overhead.status().notAskedAgain).toEqual([]);
      }
    });

    it('is not asked again where it was so before, or is so again while Redis answers', async () => {
      const { clock, overhead, ask } = account();
      ask('cache_ping', GIVEN_UP);
      await clock.advance(1_000);
      overhead.excuse(clock.monotonic(), 'away');
      overhead.excuse(clock.monotonic(), 'answers');
      expect(overhead.withheld('cache_ping', true)).toBe('limit');
      const another = account();
      another.ask('cache_ping', GIVEN_UP);
      another.overhead.excuse(0, 'away');
      another.overhead.excuse(0, 'answers');
      another.ask('cache_ping', GIVEN_UP);
      for (let hour = 0; hour < 24; hour++) {
        another.overhead.excuse(another.clock.monotonic(), 'answers');
        expect(another.overhead.withheld('cache_ping', true)).toBe('limit');
        await another.clock.advance(3_600_000);
      }
    });

    it('is asked again every five minutes at most, whatever Redis does', async () => {
      const { clock, overhead, ask } = account();
      let asked = 0;
      for (let minute = 0; minute < 60; minute++) {
        const start = clock.monotonic();
        if (overhead.withheld('cache_ping', true) === undefined) {
          ask('cache_ping', GIVEN_UP);
          asked += 1;
        }
        overhead.excuse(start, 'away');
        await clock.advance(30_000);
        overhead.excuse(clock.monotonic(), 'answers');
        await clock.advance(30_000);
      }
      expect(asked).toBeLessThanOrEqual(13);
      expect(asked).toBeGreaterThan(6);
    });
  });

  it('stays unasked in an outage, by a reload of the entry, and when a release is told for the first time', () => {
    const { ask, memory, overhead } = account();
    ask('cache_ping', { seconds: 6 });
    ask('liveness', { status: undefined, failure: 'refused' });
    overhead.learnVersion(undefined);
    expect(account(1, memory).overhead.withheld('cache_ping', true)).toBe('slow');
    overhead.learnVersion('1.110.2');
    expect(overhead.withheld('cache_ping', true)).toBe('slow');
  });

  it('is asked once of each of two releases that answer in turns, and of a few that change all the time', () => {
    const { overhead, ask } = account();
    let asked = 0;
    const round = (version: string) => {
      overhead.learnVersion(version);
      if (overhead.withheld('cache_ping', true) !== undefined) return;
      asked += 1;
      ask('cache_ping', { seconds: 0.6 });
    };
    for (let turn = 0; turn < 20; turn++) for (const version of ['1.104.2', '1.110.2']) round(version);
    expect(asked).toBe(2);
    for (let turn = 0; turn < 200; turn++) round(`1.0.${turn}`);
    expect(asked).toBe(8);
  });

  it('keeps to its share of the time, however long it goes on', async () => {
    const { clock, overhead, ask, shown } = account(0.01);
    let asked = 0;
    for (let second = 0; second < 3_600; second++) {
      await clock.advance(1_000);
      if (overhead.withheld('cache_ping', true) !== undefined) continue;
      ask('cache_ping', { seconds: 0.4 });
      asked += 1;
    }
    expect(asked * 0.4).toBeLessThanOrEqual(0.01 * (3_600 + 300) + 0.4);
    expect(asked * 0.4).toBeGreaterThan(0.01 * 3_600 * 0.9);
    expect(shown('cache_ping')).toBeCloseTo(asked * 0.4, 6);
  });

  it('leaves half of what is saved to the questions of an outage, and half of the income whatever health costs', async () => {
    const { clock, overhead, ask } = account(0.01);
    while (overhead.withheld('cache_ping') === undefined) ask('cache_ping', { seconds: 0.1 });
    expect(overhead.withheld('cache_ping')).toBe('budget');
    expect(overhead.withheld('cache_ping', true)).toBeUndefined();
    while (overhead.withheld('cache_ping', true) === undefined) ask('cache_ping', { seconds: 0.1 });
    for (let round = 0; round < 100; round++) ask('liveness', { status: undefined, failure: 'timeout', seconds: 10 });
    await clock.advance(60_000);
    expect(overhead.withheld('cache_ping', true)).toBeUndefined();
  });

  it('is shown by its kind from the start', () => {
    const { ask, shown } = account();
    for (const question of QUESTION) expect(shown(question)).toBe(0);
    ask(undefined, { seconds: 9 });
    ask('readiness', { seconds: 0.25 });
    expect(shown('readiness')).toBe(0.25);
    expect(shown('liveness')).toBe(0);
  });
});
