import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';

/** The largest file that is read, bytes; a configuration or a secret is never near it. */
export const MAX_FILE_BYTES = 1_048_576;

/** A file system that does not answer for so long is given up, milliseconds. */
const MAX_READ_MS = 5_000;

/** A file that is written while it is read is read again, this often and with this pause in milliseconds. */
const MAX_TRIES = 3;
const RETRY_PAUSE_MS = 20;

/** Without O_NONBLOCK to open a named pipe waits for its other end, and to read some files of /proc and /sys for an event. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

const REASON: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  EISDIR: 'is a directory, not a file',
  ENOTDIR: 'does not exist: a part of its path is not a directory',
  ELOOP: 'cannot be read: its symbolic links form a loop',
  ENAMETOOLONG: 'cannot be read: its name is too long',
  ENXIO: 'is a socket or a device, not a regular file',
  EAGAIN: 'has no content that can be read without waiting',
  ERR_INVALID_ARG_VALUE: 'has a name that no file can have',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'is not UTF-8 text',
};

/** The text of a file, or the reason why there is none as the end of a sentence that begins with its path. */
export type FileText = { text: string } | { reason: string };

type FileBytes = { bytes: Buffer } | { reason: string };

/** Files whose reading was given up while it goes on: each would take one of the few threads of the process again. */
const stuck = new Set<string>();

/**
 * Reads a text file beside the event loop. Only a regular file counts, also at the end of symbolic links,
 * of at most FILE_LIMIT bytes; the limit is enforced while reading, because a file can grow and those of
 * /proc have no size. A byte order mark is not part of the text. Takes no longer than five seconds.
 */
export async function readText(path: string): Promise<FileText> {
  if (stuck.has(path)) return { reason: `cannot be read: its file system has not answered for ${MAX_READ_MS / 1000} s` };
  const reading = readStable(path).catch(reasonOf);
  const limit = new AbortController();
  const late = new Promise<'late'>((resolve) => {
    const timer = setTimeout(() => resolve('late'), MAX_READ_MS);
    limit.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
  const first = await Promise.race([reading, late]);
  limit.abort();
  if (first !== 'late') return textOf(first);
  stuck.add(path);
  void reading.then(() => stuck.delete(path));
  return { reason: `cannot be read: its file system has not answered for ${MAX_READ_MS / 1000} s` };
}

/** The same as `readText` for a command that has nothing else to do; `limit` is bytes. */
export function readTextNow(path: string): FileText {
  return textOf(readBytesNow(path, MAX_FILE_BYTES));
}

/** The bytes of a regular file of at most `limit` bytes, or the reason why there are none. */
export function readBytesNow(path: string, limit: number): FileBytes {
  try {
    const descriptor = openSync(path, FLAGS);
    try {
      const kind = kindReason(fstatSync(descriptor));
      if (kind !== undefined) return { reason: kind };
      const room = createRoom(limit);
      let count: number;
      do {
        const { buffer, offset } = room.next();
        count = readSync(descriptor, buffer, offset, buffer.length - offset, null);
      } while (room.took(count));
      return room.result();
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    return reasonOf(error);
  }
}

async function readStable(path: string): Promise<FileBytes> {
  for (let attempt = 1; ; attempt++) {
    const { changed, ...read } = await readOnce(path);
    if (!changed) return read;
    if (attempt === MAX_TRIES) return { reason: 'changes while it is read; write another file and rename it to this name' };
    await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE_MS));
  }
}

async function readOnce(path: string): Promise<FileBytes & { changed: boolean }> {
  const handle = await open(path, FLAGS);
  try {
    const before = await handle.stat();
    const kind = kindReason(before);
    if (kind !== undefined) return { reason: kind, changed: false };
    const room = createRoom(MAX_FILE_BYTES);
    let count: number;
    do {
      const { buffer, offset } = room.next();
      ({ bytesRead: count } = await handle.read(buffer, offset, buffer.length - offset, null));
    } while (room.took(count));
    const after = await handle.stat();
    return { ...room.result(), changed: before.size !== after.size || before.mtimeMs !== after.mtimeMs };
  } finally {
    await handle.close();
  }
}

/** Room for at most `limit` bytes that grows with what was read; one byte more tells that a file is too large. */
function createRoom(limit: number) {
  let buffer = Buffer.alloc(Math.min(16_384, limit + 1));
  let length = 0;
  return {
    next() {
      if (length === buffer.length) buffer = Buffer.concat([buffer], Math.min(4 * buffer.length, limit + 1));
      return { buffer, offset: length };
    },
    /** Takes over `count` bytes; says whether there is more to read. */
    took(count: number): boolean {
      length += count;
      return count > 0 && length <= limit;
    },
    result: (): FileBytes =>
      length > limit ? { reason: `is larger than ${limit / 1_048_576} MiB` } : { bytes: buffer.subarray(0, length) },
  };
}

function kindReason(stats: Stats): string | undefined {
  if (stats.isFile()) return undefined;
  if (stats.isDirectory()) return REASON.EISDIR;
  const kind = stats.isFIFO() ? 'a pipe' : stats.isSocket() ? 'a socket' : 'a device';
  return `is ${kind}, not a regular file`;
}

function textOf(read: FileBytes): FileText {
  if ('reason' in read) return read;
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(read.bytes) };
  } catch (error) {
    return reasonOf(error);
  }
}

function reasonOf(error: unknown): { reason: string } {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return { reason: REASON[code] ?? `cannot be read (${code})` };
}
