import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks every 25 ms until the answer is neither false nor undefined, and returns it. Fails after `timeout`
 * milliseconds; an error of `ask` itself counts as no answer and is the cause of that failure.
 */
export async function eventually<T>(ask: () => T | false | undefined | Promise<T | false | undefined>, timeout = 15_000): Promise<T> {
  const deadline = performance.now() + timeout;
  for (;;) {
    let cause: unknown;
    try {
      const answer = await ask();
      if (answer !== false && answer !== undefined) return answer;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) throw new Error(`not within ${timeout} ms: ${ask}`, { cause });
    await sleep(25);
  }
}
