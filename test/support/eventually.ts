import { setTimeout as sleep } from 'node:timers/promises';

/** What happens on an idle machine in a moment may take this long on a busy one, milliseconds. */
const PATIENCE = 60_000;

/**
 * Asks every 25 ms until the answer is neither false nor undefined, and returns it. Fails after `timeout`
 * milliseconds, and never before a minute, because the machine may be busy; an error of `ask` itself counts as no
 * answer and is the cause of that failure.
 */
export async function eventually<T>(ask: () => T | false | undefined | Promise<T | false | undefined>, timeout = PATIENCE): Promise<T> {
  const patience = Math.max(timeout, PATIENCE);
  const deadline = performance.now() + patience;
  for (;;) {
    let cause: unknown;
    try {
      const answer = await ask();
      if (answer !== false && answer !== undefined) return answer;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) throw new Error(`not within ${patience} ms: ${ask}`, { cause });
    await sleep(25);
  }
}
