/**
 * Lets calls that come while another one is under way share the next one, which begins after all of them came: many callers at a time
 * cause no more work than two.
 */
export function createShared<T>(read: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> | undefined;
  let next: Promise<T> | undefined;

  function begin(): Promise<T> {
    next = undefined;
    const result = read();
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    running = settled.then(() => {
      running = undefined;
    });
    return result;
  }

  return () => {
    if (running === undefined) return next ?? begin();
    next ??= running.then(begin);
    return next;
  };
}
