/** A key that the server told of, with when it first and last did. Times are milliseconds of the monotonic clock. */
export interface Told {
  key: string;
  /** What is in front of its hash. */
  place: string;
  messages: number;
  firstAt: number;
  lastAt: number;
}

/** Keys of one server that are still to be looked up, the oldest first. */
export interface Queue {
  readonly size: number;
  /** False where there is no room. */
  add(key: string, place: string, at: number): boolean;
  take(count: number): Told[];
  /** All messages that wait; the queue is empty afterwards. */
  drain(): Told[];
}

/** An empty queue for so many keys at most. */
export function createQueue(limit: number): Queue {
  const waiting = new Map<string, Told>();

  function take(count: number): Told[] {
    const taken: Told[] = [];
    for (const [key, told] of waiting) {
      if (taken.length >= count) break;
      taken.push(told);
      waiting.delete(key);
    }
    return taken;
  }

  return {
    get size() {
      return waiting.size;
    },
    add(key, place, at) {
      const told = waiting.get(key);
      if (told === undefined && waiting.size >= limit) return false;
      waiting.set(
        key,
        told === undefined ? { key, place, messages: 1, firstAt: at, lastAt: at } : { ...told, messages: told.messages + 1, lastAt: at },
      );
      return true;
    },
    take,
    drain: () => take(Number.POSITIVE_INFINITY),
  };
}
