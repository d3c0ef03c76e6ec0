import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_FILE_BYTES, readText, readTextNow } from '../../../src/source/file.ts';
import { readSecret } from '../../../src/source/secret.ts';

const directory = mkdtempSync(join(tmpdir(), 'lce-file-'));
const at = (name: string) => join(directory, name);
const socket = createServer();

beforeAll(async () => {
  execFileSync('mkfifo', [at('fifo')]);
  mkdirSync(at('folder'));
  symlinkSync(at('fifo'), at('link-to-fifo'));
  symlinkSync(at('loop'), at('loop'));
  symlinkSync('/dev/zero', at('link-to-device'));
  writeFileSync(at('plain'), 'text\n');
  writeFileSync(at('empty'), '');
  mkdirSync(at('..data'));
  writeFileSync(at('..data/token'), 'mounted');
  symlinkSync('..data/token', at('token'));
  linkSync(at('plain'), at('hard-link'));
  writeFileSync(at('utf16'), Buffer.from('\ufefftext', 'utf16le'));
  writeFileSync(at('bom'), '\ufefftext');
  writeFileSync(at('largest'), 'x'.repeat(MAX_FILE_BYTES));
  writeFileSync(at('larger'), 'x'.repeat(MAX_FILE_BYTES + 1));
  await new Promise<void>((resolve) => socket.listen(at('socket'), resolve));
});
afterAll(() => {
  socket.close();
  rmSync(directory, { recursive: true });
});

const REFUSED: readonly (readonly [path: string, reason: string])[] = [
  [at('fifo'), 'is a pipe, not a regular file'],
  [at('link-to-fifo'), 'is a pipe, not a regular file'],
  [at('link-to-device'), 'is a device, not a regular file'],
  ['/dev/zero', 'is a device, not a regular file'],
  ['/dev/full', 'is a device, not a regular file'],
  [at('socket'), 'is a socket or a device, not a regular file'],
  [at('folder'), 'is a directory, not a file'],
  [at('loop'), 'cannot be read: its symbolic links form a loop'],
  [at('nowhere'), 'does not exist'],
  [at('plain/below'), 'does not exist: a part of its path is not a directory'],
  [at('n'.repeat(300)), 'cannot be read: its name is too long'],
  [at('nul\0byte'), 'has a name that no file can have'],
  [at('larger'), 'is larger than 1 MiB'],
  [at('utf16'), 'is not UTF-8 text'],
];

const READ: readonly (readonly [path: string, text: string])[] = [
  [at('plain'), 'text\n'],
  [at('hard-link'), 'text\n'],
  [at('token'), 'mounted'],
  [at('empty'), ''],
  [at('bom'), 'text'],
  [at('largest'), 'x'.repeat(MAX_FILE_BYTES)],
];

describe('a file', () => {
  it.each(REFUSED)('%j is refused at once', async (path, reason) => {
    expect(await readText(path)).toEqual({ reason });
    expect(readTextNow(path)).toEqual({ reason });
  });

  it.each(READ)('%s is read', async (path, text) => {
    expect(await readText(path)).toEqual({ text });
    expect(readTextNow(path)).toEqual({ text });
  });

  it('of /proc has no size and is read to its end', async () => {
    expect(await readText('/proc/self/status')).toEqual({ text: expect.stringMatching(/^Name:.*Threads:/s) });
  });

  it('of an endless pipe leaves the event loop free', async () => {
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    const reads = await Promise.all(Array.from({ length: 50 }, () => readText(at('fifo'))));
    await new Promise((resolve) => setTimeout(resolve, 20));
    clearInterval(timer);
    expect([reads.every((read) => 'reason' in read), turns > 0]).toEqual([true, true]);
  });

  it('that is written while it is read is read whole, or not at all', async () => {
    const path = at('growing');
    const whole = 'a line of the file\n'.repeat(2_000);
    let writing = true;
    const writer = (async () => {
      while (writing) {
        writeFileSync(path, '');
        for (let start = 0; start < whole.length; start += 9_500) {
          appendFileSync(path, whole.slice(start, start + 9_500));
          await new Promise((resolve) => setImmediate(resolve));
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    const reads = [];
    for (let round = 0; round < 40; round++) reads.push(await readText(path));
    writing = false;
    await writer;
    for (const read of reads) {
      if ('reason' in read) expect(read.reason).toMatch(/changes while it is read/);
      else expect(whole.startsWith(read.text)).toBe(true);
    }
  });
});

describe('a secret in a file', () => {
  it.each([
    ['pw', 'pw'],
    ['pw\n', 'pw'],
    ['pw\r\n', 'pw'],
    ['\ufeffpw\n', 'pw'],
    [' pw ', ' pw '],
  ])('%j is %j', async (content, text) => {
    writeFileSync(at('secret'), content);
    expect(await readSecret(at('secret'))).toEqual({ text });
  });

  it.each([
    ['', 'is empty'],
    ['\n', 'is empty'],
    [' \r\n', 'is empty'],
    ['\ufeff', 'is empty'],
    ['pw\n\n', 'has more than one line; leave the secret alone in it'],
    ['user: a\npw: b\n', 'has more than one line; leave the secret alone in it'],
    ['pw\rx', 'has more than one line; leave the secret alone in it'],
    ['p\0w', 'holds a NUL byte, which no secret can have'],
  ])('%j is none', async (content, reason) => {
    writeFileSync(at('secret'), content);
    expect(await readSecret(at('secret'))).toEqual({ reason });
  });

  it('may be unreadable', async () => {
    writeFileSync(at('locked'), 'pw');
    chmodSync(at('locked'), 0);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) {
      chmodSync(directory, 0o755);
      process.seteuid?.(65_534);
    }
    try {
      expect(await readSecret(at('locked'))).toEqual({ reason: 'may not be read by this user' });
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
});
