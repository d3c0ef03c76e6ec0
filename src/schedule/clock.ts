/**
 * Time as an argument.
 *
 * `now` is Unix time in milliseconds, for timestamps; `monotonic` counts milliseconds from an arbitrary
 * start and never goes back, for durations and deadlines. `sleep` resolves after the delay and rejects
 * with the signal's reason when that is aborted first.
 */
export interface Clock {
  now(): number;
  monotonic(): number;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, milliseconds);
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};
