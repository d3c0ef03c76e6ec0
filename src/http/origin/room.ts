/** The memory that requests of one kind may take together, in bytes. */
export interface Room {
  /** Takes some of it; false when there is too little left, or after `leave`, and then nothing is taken. */
  take(bytes: number): boolean;
  /** Gives back all that was taken, for good: a request that is over takes nothing any more. */
  leave(): void;
}

/** A place for `most` bytes; each call of the returned function is for one request. */
export function createRooms(most: number): () => Room {
  let left = most;
  return () => {
    let taken = 0;
    let isOver = false;
    return {
      take(bytes) {
        if (isOver || bytes > left) return false;
        left -= bytes;
        taken += bytes;
        return true;
      },
      leave() {
        isOver = true;
        left += taken;
        taken = 0;
      },
    };
  };
}
