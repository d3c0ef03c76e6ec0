import { closeSync, openSync, readSync } from 'node:fs';

/** The largest file that is read; a configuration or a secret is never near it. */
export const FILE_LIMIT = 1_048_576;

const REASON: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  EISDIR: 'is a directory, not a file',
  ENOTDIR: 'does not exist: a part of its path is not a directory',
  ELOOP: 'cannot be read: its symbolic links form a loop',
  ENAMETOOLONG: 'cannot be read: its name is too long',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'is not UTF-8 text',
};

/** The text of a file, or the reason why there is none as the end of a sentence that begins with its path. */
export type FileText = { text: string } | { reason: string };

/**
 * Reads a text file of at most FILE_LIMIT bytes; a byte order mark is not part of the text. The limit is
 * enforced while reading, because pipes and devices have no size to ask for.
 */
export function readText(path: string): FileText {
  try {
    const bytes = readAtMost(path, FILE_LIMIT + 1);
    if (bytes.length > FILE_LIMIT) return { reason: 'is larger than 1 MiB' };
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return { reason: REASON[code] ?? `cannot be read (${code})` };
  }
}

function readAtMost(path: string, limit: number): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(limit);
    let length = 0;
    while (length < limit) {
      const count = readSync(descriptor, buffer, length, limit - length, null);
      if (count === 0) break;
      length += count;
    }
    return buffer.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}
