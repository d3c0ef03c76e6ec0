/** The memory that requests of one kind may take together, in bytes. */
export interface Room {
  /** Takes some of it; false when there is too little left, and then nothing is taken. */
  take(bytes: number): boolean;
  /** Gives back all that was taken. */
  leave(): void;
}

/** A place for `most` bytes; each call of the returned function is for one request. */
export function createRooms(most: number): () => Room {
  let left = most;
  return () => {
    let taken = 0;
    return {
      take(bytes) {
        if (bytes > left) return false;
        left -= bytes;
        taken += bytes;
        return true;
      },
      leave() {
        left += taken;
        taken = 0;
      },
    };
  };
}
