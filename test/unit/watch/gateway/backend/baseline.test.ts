import { describe, expect, it } from 'vitest';
import type { CounterSnapshot } from '../../../../../src/verdict/growth.ts';
import {
  type Baseline,
  increasesBeside,
  NO_BASELINE,
  observe,
  suffices,
  withBad,
  withGood,
} from '../../../../../src/watch/gateway/backend/baseline.ts';

/** The counters at a time in milliseconds, with NOAUTH at a value. */
function snapshot(at: number, NOAUTH: number): CounterSnapshot {
  return {
    at,
    counters: {
      runId: 'a',
      errors: { NOAUTH },
      rejectedConnections: 0,
      evictedKeys: 0,
      expiredKeys: 0,
      flushes: 0,
      deletes: 0,
      mode: 'standalone',
      loading: false,
    },
    own: { WRONGPASS: 0, NOAUTH: 0, NOPERM: 0 },
  };
}

describe('the baseline of a gateway that was never seen well', () => {
  it('joins pauses that are shorter than the pairs until they last as long', () => {
    // Every second: pairs of 700 ms that move NOAUTH by 30, a pause of 300 ms that moves it by 1.
    let baseline: Baseline = NO_BASELINE;
    const windows = [0, 1, 2, 3, 4].map((second) => {
      const seen = observe(baseline, snapshot(second * 1000, second * 31), snapshot(second * 1000 + 700, second * 31 + 30));
      baseline = seen.baseline;
      return seen.window;
    });
    expect(windows.map((window) => window !== undefined && suffices(baseline, window))).toEqual([false, false, false, true, true]);
    const [latest] = windows.slice(-1);
    expect(latest?.pause).toMatchObject({ seconds: expect.closeTo(0.9), by: { NOAUTH: 3, rejected_connections: 0 } });
    expect(latest && increasesBeside(baseline, latest).NOAUTH).toEqual({ by: 30, usual: 8, pauseSeconds: expect.closeTo(0.9) });
  });

  it('forgets the pauses before a restart of the server', () => {
    const first = observe(NO_BASELINE, snapshot(0, 0), snapshot(100, 30)).baseline;
    const second = observe(first, snapshot(1000, 30), snapshot(1100, 60)).baseline;
    const restarted = (at: number): CounterSnapshot => ({ ...snapshot(at, 0), counters: { ...snapshot(at, 0).counters, runId: 'b' } });
    expect(observe(second, restarted(2000), restarted(2100)).window?.pause).toBeUndefined();
  });
});

describe('the baseline of a gateway that had an outage', () => {
  /** Takes in rounds in turn: all pairs good, or a bad one or other trouble; gives what NOAUTH did in the last of them. */
  function last(...rounds: readonly [how: 'good' | 'bad', before: CounterSnapshot, after: CounterSnapshot][]) {
    let baseline = NO_BASELINE;
    let increase: ReturnType<typeof increasesBeside>['NOAUTH'];
    for (const [how, before, after] of rounds) {
      const seen = observe(baseline, before, after);
      increase = seen.window && increasesBeside(seen.baseline, seen.window).NOAUTH;
      baseline = how === 'good' && seen.window !== undefined ? withGood(seen.baseline, seen.window) : withBad(seen.baseline);
    }
    return increase;
  }

  it('does not hold what others met in the outage against the next one', () => {
    const good = ['good', snapshot(0, 0), snapshot(100, 0)] as const;
    const bad = ['bad', snapshot(1000, 0), snapshot(1100, 5)] as const;
    expect(last([...good], [...bad])).toMatchObject({ by: 5, usual: 2 });
    // Until the outage is over, users are refused, too: 40 times in 900 ms.
    const healed = ['good', snapshot(2000, 45), snapshot(2100, 45)] as const;
    expect(last([...good], [...bad], [...healed], ['bad', snapshot(3000, 45), snapshot(3100, 50)])).toEqual({ by: 5, usual: 2 });
  });

  it('does not hold the first moments of an outage against it, in which the pairs were still good', () => {
    const increase = last(
      ['good', snapshot(0, 0), snapshot(100, 0)],
      ['bad', snapshot(1000, 0), snapshot(1100, 40)],
      ['good', snapshot(2000, 90), snapshot(2100, 90)],
      ['bad', snapshot(3000, 90), snapshot(3100, 95)],
    );
    expect(increase).toMatchObject({ by: 5, usual: 2 });
  });
});
