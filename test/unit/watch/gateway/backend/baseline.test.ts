import { describe, expect, it } from 'vitest';
import { type CounterSnapshot, ratioOf } from '../../../../../src/verdict/growth.ts';
import {
  type Baseline,
  increasesBeside,
  NO_BASELINE,
  observe,
  passedOver,
  suffices,
  withBad,
  withGood,
} from '../../../../../src/watch/gateway/backend/baseline.ts';
import { counters } from '../../../../support/round.ts';

/** The counters at a time in milliseconds, with NOAUTH at a value. */
function snapshot(at: number, NOAUTH: number): CounterSnapshot {
  return counters(at, { errors: { NOAUTH } });
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

  it('takes a steady noise of others for that, however many bad rounds it goes on', () => {
    for (const perSecond of [1, 3, 20]) {
      let baseline: Baseline = NO_BASELINE;
      const ratios = Array.from({ length: 20 }, (_, round) => {
        const before = round * 10_000;
        const at = (milliseconds: number) => snapshot(milliseconds, Math.floor((milliseconds / 1_000) * perSecond));
        const seen = observe(baseline, at(before), at(before + 4_000));
        baseline = seen.window === undefined ? seen.baseline : withBad(seen.baseline, seen.window);
        const { NOAUTH } = seen.window === undefined ? {} : increasesBeside(baseline, seen.window);
        expect(NOAUTH?.steady).toBeUndefined();
        return NOAUTH && ratioOf(NOAUTH);
      });
      expect(ratios).toEqual(ratios.map(() => undefined));
    }
  });

  it('finds what moves with its pairs only, from the first round behind a pause that is long enough', () => {
    let baseline: Baseline = NO_BASELINE;
    const ratios = Array.from({ length: 4 }, (_, round) => {
      const seen = observe(baseline, snapshot(round * 10_000, round * 8), snapshot(round * 10_000 + 4_000, round * 8 + 8));
      baseline = seen.window === undefined ? seen.baseline : withBad(seen.baseline, seen.window);
      const { NOAUTH } = seen.window === undefined ? {} : increasesBeside(baseline, seen.window);
      return NOAUTH && ratioOf(NOAUTH);
    });
    // Beside a burst of two refusals, which any client may cause: (8 + 1) / (2 + 1).
    expect(ratios).toEqual([undefined, 3, 3, 3]);
  });
});

type Kind = 'good' | 'bad' | 'passed over';
type WindowOf = readonly [kind: Kind, before: CounterSnapshot, after: CounterSnapshot];

/** What NOAUTH did beside what is usual in each of some windows in turn, where a pair was bad in it. */
function increases(...windows: readonly WindowOf[]) {
  let baseline = NO_BASELINE;
  return windows.map(([kind, before, after]) => {
    const { baseline: observed, window } = observe(baseline, before, after);
    if (window === undefined) throw new Error('the window is known');
    if (kind === 'bad') baseline = withBad(observed, window);
    else baseline = kind === 'good' ? withGood(observed, window) : passedOver(observed);
    return kind === 'bad' ? increasesBeside(baseline, window).NOAUTH : undefined;
  });
}

describe('the baseline of a gateway that had an outage', () => {
  it('does not hold what others met in the outage against the next one', () => {
    const [, bad, , next] = increases(
      ['good', snapshot(0, 0), snapshot(100, 0)],
      ['bad', snapshot(1000, 0), snapshot(1100, 5)],
      // Until the outage is over, users are refused, too: 40 times in 900 ms.
      ['good', snapshot(2000, 45), snapshot(2100, 45)],
      ['bad', snapshot(3000, 45), snapshot(3100, 50)],
    );
    expect(bad).toMatchObject({ by: 5, usual: 2 });
    expect(next).toEqual({ by: 5, usual: 2 });
  });

  it('does not hold the first moments of an outage against it, in which the pairs were still good', () => {
    const [, , , next] = increases(
      ['good', snapshot(0, 0), snapshot(100, 0)],
      ['passed over', snapshot(1000, 0), snapshot(1100, 40)],
      ['good', snapshot(2000, 90), snapshot(2100, 90)],
      ['bad', snapshot(3000, 90), snapshot(3100, 95)],
    );
    expect(next).toMatchObject({ by: 5, usual: 2 });
  });

  it('takes what moves in two bad windows one after the other for no burst, unless a good one is between them', () => {
    const usual = (...kinds: readonly (Kind | 'bad and still')[]) => {
      let refused = 0;
      const windows = kinds.map((kind, index): WindowOf => {
        const before = refused;
        if (kind === 'bad') refused += 2;
        return [kind === 'bad and still' ? 'bad' : kind, snapshot(500 + index * 200, before), snapshot(600 + index * 200, refused)];
      });
      const [, , ...rest] = increases(['good', snapshot(0, 0), snapshot(100, 0)], ['good', snapshot(200, 0), snapshot(300, 0)], ...windows);
      return rest.map((increase) => increase?.usual);
    };
    expect(usual('bad', 'bad', 'bad')).toEqual([2, 0, 0]);
    expect(usual('bad', 'good', 'bad')).toEqual([2, undefined, 2]);
    expect(usual('bad', 'passed over', 'bad')).toEqual([2, undefined, 2]);
    expect(usual('bad', 'bad and still', 'bad')).toEqual([2, undefined, 2]);
  });
});
