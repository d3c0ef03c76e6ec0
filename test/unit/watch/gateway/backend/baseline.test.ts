import { describe, expect, it } from 'vitest';
import type { CounterSnapshot } from '../../../../../src/verdict/growth.ts';
import { keepBaseline } from '../../../../../src/watch/gateway/backend/baseline.ts';

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
    const baseline = keepBaseline();
    // Every second: pairs of 700 ms that move NOAUTH by 30, a pause of 300 ms that moves it by 1.
    const windows = [0, 1, 2, 3, 4].map((second) =>
      baseline.window(snapshot(second * 1000, second * 31), snapshot(second * 1000 + 700, second * 31 + 30)),
    );
    expect(windows.map((window) => window !== undefined && baseline.suffices(window))).toEqual([false, false, false, true, true]);
    const [latest] = windows.slice(-1);
    expect(latest?.pause).toMatchObject({ seconds: expect.closeTo(0.9), by: { NOAUTH: 3, rejected_connections: 0 } });
    expect(latest && baseline.increases(latest).NOAUTH).toEqual({ by: 30, usual: 8, pauseSeconds: expect.closeTo(0.9) });
  });

  it('forgets the pauses before a restart of the server', () => {
    const baseline = keepBaseline();
    baseline.window(snapshot(0, 0), snapshot(100, 30));
    baseline.window(snapshot(1000, 30), snapshot(1100, 60));
    const restarted = (at: number): CounterSnapshot => ({ ...snapshot(at, 0), counters: { ...snapshot(at, 0).counters, runId: 'b' } });
    const window = baseline.window(restarted(2000), restarted(2100));
    expect(window?.pause).toBeUndefined();
  });
});

describe('the baseline of a gateway that had an outage', () => {
  it('does not hold what others met in the outage against the next one', () => {
    const baseline = keepBaseline();
    const good = baseline.window(snapshot(0, 0), snapshot(100, 0));
    if (good) baseline.keep(good);
    const bad = baseline.window(snapshot(1000, 0), snapshot(1100, 5));
    expect(bad && baseline.increases(bad).NOAUTH).toMatchObject({ by: 5, usual: 2 });
    // Until the outage is over, users are refused, too: 40 times in 900 ms.
    const healed = baseline.window(snapshot(2000, 45), snapshot(2100, 45));
    if (healed) baseline.keep(healed);
    const next = baseline.window(snapshot(3000, 45), snapshot(3100, 50));
    expect(next && baseline.increases(next).NOAUTH).toEqual({
      by: 5,
      usual: 2,
    });
  });

  it('does not hold the first moments of an outage against it, in which the pairs were still good', () => {
    const baseline = keepBaseline();
    const good = baseline.window(snapshot(0, 0), snapshot(100, 0));
    if (good) baseline.keep(good);
    baseline.window(snapshot(1000, 0), snapshot(1100, 40));
    baseline.leaveOut();
    const mended = baseline.window(snapshot(2000, 90), snapshot(2100, 90));
    if (mended) baseline.keep(mended);
    const next = baseline.window(snapshot(3000, 90), snapshot(3100, 95));
    expect(next && baseline.increases(next).NOAUTH).toMatchObject({ by: 5, usual: 2 });
  });
});
