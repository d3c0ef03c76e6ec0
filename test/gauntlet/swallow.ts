/** Marks a promise whose rejection is dealt with by whoever awaits it later, or by nobody. */
export function swallow(promise: Promise<unknown>): void {
  promise.catch(() => undefined);
}
