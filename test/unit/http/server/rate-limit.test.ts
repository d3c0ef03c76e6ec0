import { describe, expect, it } from 'vitest';
import { createRateLimit } from '../../../../src/http/server/rate-limit.ts';

describe('a rate limit', () => {
  it('lets a burst pass, and then one every interval', () => {
    let now = 0;
    const rate = createRateLimit(() => now);
    const limit = { interval: 1_000, burst: 3 };
    expect(Array.from({ length: 5 }, () => rate.allows(limit))).toEqual([true, true, true, false, false]);
    now += 999;
    expect(rate.allows(limit)).toBe(false);
    now += 1;
    expect([rate.allows(limit), rate.allows(limit)]).toEqual([true, false]);
    now += 60_000;
    expect(Array.from({ length: 5 }, () => rate.allows(limit))).toEqual([true, true, true, false, false]);
  });

  it('is none without a limit, or with an interval of 0', () => {
    const rate = createRateLimit(() => 0);
    for (let request = 0; request < 100; request++) {
      expect(rate.allows(undefined)).toBe(true);
      expect(rate.allows({ interval: 0, burst: 0 })).toBe(true);
    }
  });
});
