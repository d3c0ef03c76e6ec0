import type { Clock } from '../../src/schedule/clock.ts';

/** A clock that is still until it is told to move. */
export interface HandClock extends Clock {
  /** Moves time on, waking sleepers in order, and lets what they started run. */
  advance(milliseconds: number): Promise<void>;
  /** Moves time on without waking anybody in between, as a suspended process sees it. */
  suspend(milliseconds: number): Promise<void>;
}

export function handClock(start = 1_700_000_000_000): HandClock {
  let elapsed = 0;
  const sleepers = new Set<{ at: number; wake: () => void }>();

  async function settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  }
  async function wakeUntil(limit: number, moveTime: boolean): Promise<void> {
    for (;;) {
      await settle();
      const next = [...sleepers].sort((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > limit) break;
      if (moveTime) elapsed = Math.max(elapsed, next.at);
      sleepers.delete(next);
      next.wake();
    }
  }
  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper = { at: elapsed + milliseconds, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        });
      }),
    advance: async (milliseconds) => {
      const limit = elapsed + milliseconds;
      await wakeUntil(limit, true);
      elapsed = limit;
      await settle();
    },
    suspend: async (milliseconds) => {
      elapsed += milliseconds;
      await wakeUntil(elapsed, false);
    },
  };
}
