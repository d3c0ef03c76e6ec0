/** A body that comes in chunks. */
export interface Body {
  /** Takes in a chunk; false when that is too much. */
  take(chunk: Buffer): boolean;
  /** What came until now; valid until the next chunk. */
  bytes(): Buffer;
  text(): string;
}

/** A body of at most `limit` bytes in one piece: kept as they came, chunks of one byte would each take a hundred. */
export function createBody(limit: number): Body {
  let buffer = Buffer.alloc(0);
  let length = 0;
  return {
    take(chunk) {
      const needed = length + chunk.length;
      if (needed > limit) return false;
      if (needed > buffer.length) buffer = Buffer.concat([buffer.subarray(0, length)], Math.min(limit, Math.max(16_384, 2 * needed)));
      length += chunk.copy(buffer, length);
      return true;
    },
    bytes: () => buffer.subarray(0, length),
    text: () => buffer.toString('utf8', 0, length),
  };
}
