import type { RedisFailure } from '../../model/redis.ts';
import { within } from '../../schedule/within.ts';
import { settle } from '../connection/failure.ts';

/** Questions to servers whose failure is a state and no error. */
export interface Attempts {
  /** Why the last one failed; undefined where it did not. */
  failure: RedisFailure | undefined;
  /** Asks something within the time of one question; a failure gives undefined. Only an aborted signal makes it reject. */
  make<T>(signal: AbortSignal, run: (limited: AbortSignal) => Promise<T>): Promise<T | undefined>;
}

/** Nothing was asked yet. `milliseconds` is the time of one question. */
export function createAttempts(milliseconds: number): Attempts {
  const attempts: Attempts = {
    failure: undefined,
    async make(signal, run) {
      const settled = await settle(run(within(signal, milliseconds)));
      signal.throwIfAborted();
      attempts.failure = settled.ok ? undefined : settled.error.failure;
      return settled.ok ? settled.value : undefined;
    },
  };
  return attempts;
}
