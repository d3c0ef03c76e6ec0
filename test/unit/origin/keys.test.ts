import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createOriginKeyring, MAX_WRITING_MS, OVERLAP_MS } from '../../../src/origin/keys.ts';
import { Secret } from '../../../src/source/secret.ts';
import { handClock } from '../../support/clock.ts';

it('has no keys where no origin is configured', async () => {
  await expect(createOriginKeyring(handClock()).read()).rejects.toThrow('the section origin is missing');
});

it('keeps each key for an hour after the next one took its place, four at most, and none twice', async () => {
  const clock = handClock();
  const keyring = createOriginKeyring(clock);
  const read = async (key: string) => {
    keyring.use(Secret.of(key.repeat(16)));
    return (await keyring.read()).map((one) => one[0]);
  };
  expect(await read('a')).toEqual(['a']);
  expect(await read('a')).toEqual(['a']);
  expect(await read('b')).toEqual(['b', 'a']);
  await clock.advance(OVERLAP_MS / 2);
  expect(await read('a')).toEqual(['a', 'b']);
  await clock.advance(OVERLAP_MS - 1);
  expect(await read('a')).toEqual(['a', 'b']);
  await clock.advance(1);
  expect(await read('a')).toEqual(['a']);
  for (const key of ['b', 'c', 'd', 'e', 'f']) await read(key);
  expect(await read('f')).toEqual(['f', 'e', 'd', 'c', 'b']);
  await clock.advance(OVERLAP_MS);
  expect(await read('f')).toEqual(['f']);
});

it('takes no key of a file that no gateway could send, and says why without it', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'lce-keys-'));
  const file = join(dir, 'key');
  const keyring = createOriginKeyring(handClock());
  keyring.use(Secret.fromFile(file));
  for (const [text, reason] of [
    ['', 'is empty'],
    [' \t\n', 'is empty'],
    ['one\ntwo\n', 'more than one line'],
    ['a\0b', 'NUL'],
    ['schl\u00fcssel-7c1', 'no HTTP header'],
    ['Bearer schluessel-7c1', 'begins with Bearer'],
    ['k', 'shorter than 16'],
    ['schluessel--7c1', 'shorter than 16'],
    ['        schluessel--7c1         ', 'shorter than 16'],
  ] as const) {
    await writeFile(file, text);
    const failure = await keyring.read().catch((error: unknown) => String(error));
    expect(failure).toContain(reason);
    expect(failure).toContain(file);
    if (text.includes('7c1')) expect(failure).not.toContain('7c1');
  }
  await writeFile(file, '\ufeffkey with a mark of byte order\r\n');
  expect(await keyring.read()).toEqual(['key with a mark of byte order']);
  await rm(dir, { recursive: true, force: true });
});

const BEFORE = 'the key that was before';
const AFTER = 'another key, that comes after it';

/** What a file holds while the next key is written into it: from its start, and over the key before, which may be longer. */
const WRITINGS = {
  truncated: (n: number) => AFTER.slice(0, n),
  'in place': (n: number) => AFTER.slice(0, n) + BEFORE.slice(n),
  'in place of a longer one': (n: number) => AFTER.slice(0, n) + `${BEFORE}, and much more of it`.slice(n),
};

it.each(Object.entries(WRITINGS))('counts no key that was seen while its file was written: %s', async (_, written) => {
  for (let bytes = 1; bytes < AFTER.length; bytes += 1) {
    for (const second of [bytes, Math.floor((bytes + AFTER.length) / 2)]) {
      const clock = handClock();
      const keyring = createOriginKeyring(clock);
      await clock.advance(10 * MAX_WRITING_MS);
      for (const text of [written(0) || BEFORE, written(bytes), written(second), AFTER]) {
        keyring.use(Secret.of(text));
        await keyring.read().catch(() => undefined);
        await clock.advance(60_000);
      }
      expect(await keyring.read(), `${bytes} and ${second} bytes`).toEqual([AFTER, written(0) || BEFORE]);
    }
  }
});

it('counts a key for an hour although the next one begins like it, where it was the key for longer than a file is written', async () => {
  const clock = handClock();
  const keyring = createOriginKeyring(clock);
  await clock.advance(10 * MAX_WRITING_MS);
  keyring.use(Secret.of('a key with a number'));
  await keyring.read();
  await clock.advance(MAX_WRITING_MS);
  keyring.use(Secret.of('a key with a number: 2'));
  expect(await keyring.read()).toEqual(['a key with a number: 2', 'a key with a number']);
});
