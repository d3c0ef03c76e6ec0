import { describe, expect, it } from 'vitest';
import {
  type Backoff,
  createBackoff,
  effectiveInterval,
  isDue,
  recordRun,
  recordUsable,
  runNow,
} from '../../../../src/watch/gateway/backoff.ts';

/** The back-offs after each of some rounds at the time 0, which missed or not and took so many milliseconds. */
function runRounds(interval: number, rounds: readonly { missed: boolean; milliseconds: number }[]): Backoff[] {
  let backoff = createBackoff(interval);
  return rounds.map(({ missed, milliseconds }) => {
    backoff = recordRun(backoff, missed, milliseconds, 0);
    return backoff;
  });
}

function misses(...missed: boolean[]) {
  return missed.map((one) => ({ missed: one, milliseconds: 0 }));
}

describe('the back-off of a gateway', () => {
  it('stretches the interval with every miss, up to eight times, and ends that with a hit', () => {
    const backoffs = runRounds(60_000, misses(true, true, true, true, false));
    expect(backoffs.map(({ factor }) => factor)).toEqual([2, 4, 8, 8, 1]);
    const [last = createBackoff(1)] = backoffs.slice(-1);
    expect([effectiveInterval(last), isDue(last, 0)]).toEqual([60_000, true]);
  });

  it('is due at the tick of the grid that is so many intervals later', () => {
    const [, backoff = createBackoff(1)] = runRounds(60_000, misses(true, true));
    expect([1, 2, 3, 4].map((tick) => isDue(backoff, tick * 60_000))).toEqual([false, false, false, true]);
  });

  it('is due half an interval earlier, because ticks do not come to the millisecond, and not before', () => {
    const backoffs = runRounds(60_000, misses(true, true, true, true));
    for (const [index, factor] of [2, 4, 8, 8].entries()) {
      const backoff = backoffs[index] ?? createBackoff(1);
      const at = (factor - 0.5) * 60_000;
      expect([isDue(backoff, at - 1), isDue(backoff, at)], `${factor}`).toEqual([false, true]);
    }
  });

  it('is due at once when Redis is usable again, or on demand', () => {
    let [backoff = createBackoff(1)] = runRounds(60_000, misses(true));
    for (const usable of [true, undefined, false, undefined]) {
      backoff = recordUsable(backoff, usable);
      expect(isDue(backoff, 0), String(usable)).toBe(false);
    }
    backoff = recordUsable(backoff, true);
    expect(isDue(backoff, 0)).toBe(true);
    backoff = recordRun(backoff, true, 0, 0);
    expect(isDue(backoff, 0)).toBe(false);
    expect(isDue(runNow(backoff), 0)).toBe(true);
  });

  it('is as long as the pairs take, in whole intervals, when they outlast one', () => {
    const rounds = [900, 1_000, 1_001, 3_500, 200].map((milliseconds) => ({ missed: false, milliseconds }));
    expect(runRounds(1_000, rounds).map(effectiveInterval)).toEqual([1_000, 1_000, 2_000, 4_000, 1_000]);
  });
});
