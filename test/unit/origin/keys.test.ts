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
