import { describe, expect, it } from 'vitest';
import { keepPace } from '../../../src/watch/gateway-pace.ts';
import { handClock } from '../../support/clock.ts';

describe('the pace of a gateway', () => {
  it('stretches the interval with every miss, up to eight times, and ends that with a hit', async () => {
    const clock = handClock();
    const pace = keepPace(60_000, clock);
    const factors = [true, true, true, true, false].map((missed) => {
      pace.ran(missed);
      return pace.factor;
    });
    expect(factors).toEqual([2, 4, 8, 8, 1]);
    expect([pace.interval, pace.due()]).toEqual([60_000, true]);
  });

  it('is due at the tick of the grid that is so many intervals later', async () => {
    const clock = handClock();
    const pace = keepPace(60_000, clock);
    pace.ran(true);
    pace.ran(true);
    const due: boolean[] = [];
    for (let tick = 1; tick <= 4; tick++) {
      await clock.advance(60_000);
      due.push(pace.due());
    }
    expect(due).toEqual([false, false, false, true]);
  });

  it('is due at once when Redis is usable again, or on demand', () => {
    const pace = keepPace(60_000, handClock());
    pace.ran(true);
    for (const usable of [true, undefined, false, undefined]) {
      pace.notice(usable);
      expect(pace.due(), String(usable)).toBe(false);
    }
    pace.notice(true);
    expect(pace.due()).toBe(true);
    pace.ran(true);
    expect(pace.due()).toBe(false);
    pace.hurry();
    expect(pace.due()).toBe(true);
  });
});
