import { afterAll } from 'vitest';

const running: { stop(): Promise<void> }[] = [];

afterAll(() => Promise.all(running.splice(0).map((each) => each.stop())));

/** What is being started, once it runs; it is stopped when the test file ends, if it was not before. */
export async function forThisFile<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const started = await starting;
  running.push(started);
  return started;
}
