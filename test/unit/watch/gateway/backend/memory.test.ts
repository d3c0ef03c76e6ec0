import { describe, expect, it } from 'vitest';
import type { RedisFailure } from '../../../../../src/model/redis.ts';
import {
  availabilityOf,
  type BackendMemory,
  lacksPause,
  NO_BACKEND,
  signalsOf,
  withEvidence,
  withOutcome,
  withPause,
} from '../../../../../src/watch/gateway/backend/memory.ts';
import { counters, evidence, READABLE, refusals } from '../../../../support/round.ts';

const GOOD = { results: [], allGood: true, steady: true, sent: true };
const BAD = { ...GOOD, allGood: false };

/** What is known after some rounds of half a second, a minute apart; `moved` is by how much NOAUTH moves while pairs run. */
function memoryAfter(...rounds: readonly (readonly [moved: number, outcome: typeof GOOD])[]): BackendMemory {
  let memory: BackendMemory = { ...NO_BACKEND, report: READABLE };
  let NOAUTH = 0;
  for (const [index, [moved, outcome]] of rounds.entries()) {
    const before = counters(index * 60_000, { errors: { NOAUTH } });
    NOAUTH += moved;
    memory = withOutcome(withEvidence(memory, evidence(before, counters(index * 60_000 + 500, { errors: { NOAUTH } }))), outcome);
  }
  return memory;
}

describe('the signals of a target', () => {
  it('are none without a target', () => {
    expect(signalsOf(undefined, true)).toMatchObject({ redisFailure: undefined, usedBefore: false, increases: {}, seesEveryWrite: false });
  });

  it('hold an increase beside what is usual only after a bad round', () => {
    expect(signalsOf(memoryAfter([0, GOOD], [9, GOOD]), true).increases).toEqual({});
    expect(signalsOf(memoryAfter([0, GOOD], [9, BAD]), true).increases.NOAUTH).toMatchObject({ by: 9 });
  });

  it('take no round without pairs for one in which nobody new was refused', () => {
    const refusalsAfter = (...outcomes: (typeof GOOD)[]) => memoryAfter(...outcomes.map((outcome) => [0, outcome] as const)).refusals;
    expect(refusalsAfter(GOOD, { ...GOOD, sent: false }, { ...GOOD, sent: false })).toEqual(refusalsAfter(GOOD));
    expect(refusalsAfter(GOOD, GOOD)).not.toEqual(refusalsAfter(GOOD));
  });

  it('hold the same increase where no pairs were due since', () => {
    const memory = memoryAfter([0, GOOD], [9, BAD]);
    const idle = withOutcome(memory, { ...BAD, sent: false });
    expect(signalsOf(idle, true)).toEqual(signalsOf(memory, true));
  });

  it('hold refused commands of a new kind where these stand out more than all refusals do', () => {
    const noisy = { errors: { NOPERM: 0 } };
    const before = withOutcome(withEvidence(NO_BACKEND, evidence(counters(0, noisy), counters(500, { errors: { NOPERM: 50 } }))), GOOD);
    const denied = [{ what: 'command set', kind: 'command set app', count: 3, ageSeconds: 0 }];
    const bad = evidence(counters(60_000, { errors: { NOPERM: 50 } }), counters(60_500, { errors: { NOPERM: 103 } }), {
      refusals: refusals({ denied }),
    });
    expect(signalsOf(withOutcome(withEvidence(before, bad), BAD), true).increases.NOPERM).toEqual({ by: 3, usual: 0 });
  });
});

describe('a pause to compare with', () => {
  it('is missing after a bad round only, before a good one or a pause as long', () => {
    expect(lacksPause(memoryAfter([9, BAD]))).toBe(500);
    expect(lacksPause(memoryAfter([9, GOOD]))).toBeUndefined();
    expect(lacksPause(memoryAfter([0, GOOD], [9, BAD]))).toBeUndefined();
    expect(lacksPause(memoryAfter([9, BAD], [9, BAD]))).toBeUndefined();
    expect(lacksPause(NO_BACKEND)).toBeUndefined();
  });

  it('is enough once it was waited for', () => {
    const waited = withPause(memoryAfter([9, BAD]), counters(1_000, { errors: { NOAUTH: 9 } }));
    expect(lacksPause(waited)).toBeUndefined();
    expect(signalsOf(waited, true).increases.NOAUTH).toMatchObject({ by: 9, pauseSeconds: 0.5 });
    expect(lacksPause(withPause(memoryAfter([9, BAD]), undefined))).toBe(500);
  });
});

describe('the Redis of a gateway in a round', () => {
  const known = (failure: RedisFailure | undefined, more: Partial<BackendMemory> = {}): BackendMemory => ({
    ...NO_BACKEND,
    report: { ...READABLE, failure },
    ...more,
  });
  const after = counters(0, { state: {} });

  it.each<[string, BackendMemory | undefined, ReturnType<typeof availabilityOf>, boolean?]>([
    ['is not known without a target', undefined, 'not known'],
    ['is not known before it was read', known(undefined), 'not known'],
    ['answers when its condition was read', known(undefined, { after }), 'answers'],
    ['is away when it stalled, whatever it does now', known(undefined, { after }), 'away', true],
    ['answers where only an earlier round saw it stall', known(undefined, { after, stalled: true }), 'answers'],
    ['is away when it is loading', known(undefined, { after: counters(0, { loading: true }) }), 'away'],
    ['is away when nothing listens', known('refused'), 'away'],
    ['is not known when it refuses the exporter', known('wrongpass'), 'not known'],
  ])('%s', (_, memory, expected, stalled = false) => {
    expect(availabilityOf(memory, stalled)).toBe(expected);
  });
});
