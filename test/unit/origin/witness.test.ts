import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newStamp, type OriginKeys, readStamps, readStampVector, stampText, stampVector } from '../../../src/origin/stamp.ts';
import { prescribedBody } from '../../../src/origin/wire/index.ts';
import { stampsInVectors, vectorOf, witnessOf } from '../../../src/origin/witness.ts';
import { arbitraryAsked, askedFor } from '../../support/asked.ts';

const KEYS: OriginKeys = ['a key'];
const APIS = ['chat', 'completions', 'responses', 'messages', 'embeddings'] as const;
const nonce = () => randomBytes(16).toString('hex');
const chatBody = (...contents: string[]) => ({ choices: contents.map((content) => ({ message: { content } })) });

describe.each(APIS)('%s', (api) => {
  it('proves an answer of the origin, whatever was asked and whichever key signed', () => {
    fc.assert(
      fc.property(arbitraryAsked(api), fc.boolean(), (asked, base64) => {
        const stamp = newStamp(asked.nonce);
        const body = prescribedBody(api, stamp, { ...asked, base64 }, KEYS);
        expect(witnessOf(api, body, asked.nonce, KEYS)).toEqual({ kind: 'genuine', stamp });
        expect(witnessOf(api, body, asked.nonce, ['the next key', 'a key'])).toEqual({ kind: 'genuine', stamp });
        expect(witnessOf(api, body, nonce(), KEYS)).toEqual({ kind: 'other', stamp });
        expect(witnessOf(api, body, asked.nonce, ['the next key'])).toEqual({ kind: 'broken' });
      }),
      { numRuns: 30 },
    );
  });

  it('takes parts of two answers, or of two prompts, for broken', () => {
    const asked = askedFor();
    const stamp = newStamp(asked.nonce);
    for (const other of [newStamp(asked.nonce), { ...stamp, nonce: nonce() }]) {
      const [one, two] = [stamp, other].map((given) => prescribedBody(api, given, asked, KEYS));
      const part = { chat: 'choices', completions: 'choices', responses: 'output', messages: 'content', embeddings: 'data' }[api];
      const mixed = { ...one, [part]: [one?.[part], two?.[part]].flat() };
      expect(witnessOf(api, mixed, asked.nonce, KEYS)).toEqual({ kind: 'broken' });
    }
  });

  it('takes what the origin did not give for no witness', () => {
    for (const body of [undefined, null, 1, 'ok', {}, { data: [{ embedding: [0.5, 0.25] }, null] }, chatBody('ok'), { data: 7 }]) {
      expect(witnessOf(api, body, nonce(), KEYS)).toEqual({ kind: 'none' });
    }
  });
});

it('a stamp with any one character changed, cut or in capitals is broken', () => {
  const stamp = newStamp(nonce());
  const whole = stampText(stamp, KEYS);
  expect(witnessOf('chat', chatBody(`ok ${whole.toUpperCase()}`), stamp.nonce, KEYS)).toEqual({ kind: 'broken' });
  for (let at = 'lce1-'.length; at < whole.length; at++) {
    const changed = `${whole.slice(0, at)}${whole[at] === '0' ? '1' : '0'}${whole.slice(at + 1)}`;
    for (const text of [changed, whole.slice(0, at), `${whole.slice(0, at)} ${whole.slice(at)}`]) {
      expect(witnessOf('chat', chatBody(`ok ${text}`), stamp.nonce, KEYS), text).toEqual({ kind: 'broken' });
      expect(witnessOf('chat', chatBody(`ok ${whole}`, text), stamp.nonce, KEYS), text).toEqual({ kind: 'broken' });
    }
  }
});

it('a vector with any one value changed or cut is broken, and float32 keeps it whole', () => {
  const stamp = newStamp(nonce());
  const vector = stampVector(stamp, KEYS);
  expect(readStampVector(Array.from(Float32Array.from(vector)), KEYS)).toEqual(stamp);
  expect(vectorOf(Buffer.from(Float32Array.from(vector).buffer).toString('base64'))).toEqual(vector);
  // No number has fewer than four bytes.
  for (const cut of ['', 'AAAA', 'AAAAAAA=']) expect(vectorOf(cut), cut).toBeUndefined();
  for (let at = 4; at < vector.length; at++) {
    expect(readStampVector(vector.with(at, (vector[at] ?? 0) + 1 / 256), KEYS), String(at)).toBe('broken');
    expect(readStampVector(vector.with(at, (vector[at] ?? 0) > 0 ? -1 : 0.5), KEYS), String(at)).toBe('broken');
    expect(readStampVector(vector.slice(0, at), KEYS), String(at)).toBe('broken');
  }
  expect(readStampVector([Number.NaN, Number.POSITIVE_INFINITY], KEYS)).toBeUndefined();
});

it('reads ten thousand stamps, deep bodies and wide ones', () => {
  const stamp = newStamp(nonce());
  const many = `${stampText(stamp, KEYS)} `.repeat(10_000);
  expect(readStamps(many, KEYS).stamps).toHaveLength(10_000);
  expect(witnessOf('chat', { x: many }, stamp.nonce, KEYS)).toEqual({ kind: 'genuine', stamp });
  let deep: unknown = stampText(stamp, KEYS);
  for (let level = 0; level < 100_000; level++) deep = [deep];
  expect(witnessOf('chat', deep, stamp.nonce, KEYS)).toEqual({ kind: 'genuine', stamp });
});

it('takes an answer of more different stamps, or more vectors, than any has for broken, in little work', () => {
  const stamp = newStamp(nonce());
  const others = Array.from({ length: 20_000 }, () => stampText(newStamp(nonce()), KEYS));
  expect(witnessOf('chat', { x: [stampText(stamp, KEYS), ...others] }, stamp.nonce, KEYS)).toEqual({ kind: 'broken' });
  expect(readStamps(others.join(' '), KEYS).stamps.length).toBeLessThan(4_096);
  const forged = others.map((text) => text.replace(/.$/, (last) => (last === '0' ? '1' : '0')));
  expect(witnessOf('chat', { x: [stampText(stamp, KEYS), forged.join(' ')] }, stamp.nonce, KEYS)).toEqual({ kind: 'broken' });
  const data = Array.from({ length: 30_000 }, () => ({ embedding: stampVector(stamp, KEYS) }));
  expect(stampsInVectors({ data }, KEYS)).toHaveLength(2_048);
});
