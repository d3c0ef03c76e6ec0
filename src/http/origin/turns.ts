import { setImmediate } from 'node:timers/promises';

/** Lets one caller go on in each turn of the event loop, in their order. */
export function createTurns(): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return () => {
    last = last.then(() => setImmediate());
    return last;
  };
}
