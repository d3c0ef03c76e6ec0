import type { Clock } from '../schedule/clock.ts';

/** Lets something begin at most so many times a second. */
export interface Pace {
  /** Waits for its turn; rejects with the signal's reason when that is aborted first. */
  turn(signal: AbortSignal): Promise<void>;
}

/** At most `perSecond` turns a second, evenly: a pause is not made up for. */
export function createPace(perSecond: number, clock: Clock): Pace {
  const step = 1_000 / perSecond;
  let next = Number.NEGATIVE_INFINITY;
  return {
    async turn(signal) {
      const now = clock.monotonic();
      const at = Math.max(now, next);
      next = at + step;
      if (at > now) await clock.sleep(at - now, signal);
      signal.throwIfAborted();
    },
  };
}
