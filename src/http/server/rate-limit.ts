import type { RateLimit } from '../../config/web/schema.ts';

/** A token bucket over all requests, full at first. `now` is milliseconds of a clock that does not jump. */
export function createRateLimit(now: () => number = () => performance.now()): {
  /** Whether one more request is within the limit; each that is counts. Always true without a limit. */
  allows(limit: RateLimit | undefined): boolean;
} {
  let tokens: number | undefined;
  let at = now();

  return {
    allows(limit) {
      if (limit === undefined || limit.interval === 0) return true;
      const before = at;
      at = now();
      tokens = Math.min(limit.burst, (tokens ?? limit.burst) + (at - before) / limit.interval);
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
