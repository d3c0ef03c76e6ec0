import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createOriginKeyring, OVERLAP_MS } from '../../../src/origin/keys.ts';
import { Secret } from '../../../src/source/secret.ts';
import { handClock } from '../../support/clock.ts';

it('has no keys where no origin is configured', async () => {
  await expect(createOriginKeyring(handClock()).read()).rejects.toThrow('the section origin is missing');
});

it('keeps each key for an hour after the next one took its place, four at most, and none twice', async () => {
  const clock = handClock();
  const keyring = createOriginKeyring(clock);
  const read = (key: string) => {
    keyring.use(Secret.of(key));
    return keyring.read();
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
  expect(await keyring.read()).toEqual(['f', 'e', 'd', 'c', 'b']);
  await clock.advance(OVERLAP_MS);
  expect(await keyring.read()).toEqual(['f']);
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
