import { describe, expect, it } from 'vitest';
import { keepPace } from '../../../../src/watch/gateway/backoff.ts';
import { handClock } from '../../../support/clock.ts';

describe('the pace of a gateway', () => {
  it('stretches the interval with every miss, up to eight times, and ends that with a hit', async () => {
    const clock = handClock();
    const pace = keepPace(60_000, clock);
    const factors = [true, true, true, true, false].map((missed) => {
      pace.ran(missed, 0);
      return pace.factor;
    });
    expect(factors).toEqual([2, 4, 8, 8, 1]);
    expect([pace.interval, pace.due()]).toEqual([60_000, true]);
  });

  it('is due at the tick of the grid that is so many intervals later', async () => {
    const clock = handClock();
    const pace = keepPace(60_000, clock);
    pace.ran(true, 0);
    pace.ran(true, 0);
    const due: boolean[] = [];
    for (let tick = 1; tick <= 4; tick++) {
      await clock.advance(60_000);
      due.push(pace.due());
    }
    expect(due).toEqual([false, false, false, true]);
  });

  it('is due half an interval earlier, because ticks do not come to the millisecond, and not before', async () => {
    for (const [misses, factor] of [2, 4, 8, 8].entries()) {
      const clock = handClock();
      const pace = keepPace(60_000, clock);
      for (let miss = 0; miss <= misses; miss++) pace.ran(true, 0);
      await clock.advance((factor - 0.5) * 60_000 - 1);
      expect(pace.due(), `${factor}`).toBe(false);
      await clock.advance(1);
      expect(pace.due(), `${factor}`).toBe(true);
    }
  });

  it('is due at once when Redis is usable again, or on demand', () => {
    const pace = keepPace(60_000, handClock());
    pace.ran(true, 0);
    for (const usable of [true, undefined, false, undefined]) {
      pace.notice(usable);
      expect(pace.due(), String(usable)).toBe(false);
    }
    pace.notice(true);
    expect(pace.due()).toBe(true);
    pace.ran(true, 0);
    expect(pace.due()).toBe(false);
    pace.hurry();
    expect(pace.due()).toBe(true);
  });

  it('is as long as the pairs take, in whole intervals, when they outlast one', () => {
    const pace = keepPace(1_000, handClock());
    const intervals = [900, 1_000, 1_001, 3_500, 200].map((milliseconds) => {
      pace.ran(false, milliseconds);
      return pace.interval;
    });
    expect(intervals).toEqual([1_000, 1_000, 2_000, 4_000, 1_000]);
  });
});
