import { at } from '../litellm/json.ts';
import { differences } from '../origin/compare.ts';
import { type OriginKeys, readStampVector, type Stamp, stampVector } from '../origin/stamp.ts';
import { vectorOf } from '../origin/witness.ts';
import type { Answers, Reading } from './shape.ts';

/** The nonces of the inputs of both requests, each in its order. */
interface Inputs {
  readonly first: readonly string[];
  readonly repeated: readonly string[];
}

/**
 * Reads the answer to a batch of inputs of which the first request has asked some before. Each vector has to be that of its
 * input; one with the number of the first answer is from the cache. The usage of a batch that is cached in part is not looked at:
 * no rule says whether the cached inputs count.
 */
export function readBatch({ first, repeated }: Answers, inputs: Inputs, keys: OriginKeys): Reading {
  const stored = stampsOf(first, keys);
  const [stamp] = stored;
  if (stored.every((one) => one === undefined)) return { kind: 'unreadable', why: 'not_the_origin' };
  if (stamp === undefined || stamp === 'broken') return { kind: 'unreadable', why: 'broken' };
  const isAny = stored.some((one) => one !== undefined && one !== 'broken' && inputs.first.includes(one.nonce));
  if (!isAny) return { kind: 'unreadable', why: 'prompt_rewritten' };
  // Nothing of these inputs was cached before: another vector is the doing of a cache all the same.
  const before = wrongVectors(first, inputs.first, stamp.number, keys);
  if (before.length > 0) return stored.includes('broken') ? { kind: 'unreadable', why: 'broken' } : { kind: 'cached', parts: before };
  const given = stampsOf(repeated, keys);
  if (given.every((one) => one === undefined)) return { kind: 'unreadable', why: 'not_the_origin' };
  const isHit = given.some((one) => one !== undefined && one !== 'broken' && one.number === stamp.number);
  if (!isHit && given.includes('broken')) return { kind: 'unreadable', why: 'broken' };
  const unproven = given.flatMap((one, index) => (isUnproven({ first, repeated }, inputs, index, one) ? [index] : []));
  const places = unproven.map((index) => `/data/${index}/embedding`);
  const wrong = wrongVectors(repeated, inputs.repeated, stamp.number, keys).filter(({ pointer }) => !places.includes(pointer));
  const [other] = unproven;
  if (wrong.length === 0 && other !== undefined)
    return { kind: 'unreadable', why: given[other] === 'broken' ? 'broken' : 'not_the_origin' };
  return isHit || wrong.length > 0 ? { kind: 'cached', parts: wrong } : { kind: 'missed' };
}

/**
 * Whether a vector without a valid stamp may be from another origin, or another provider: a gateway asks for what it has not cached,
 * and may be given it by whatever it falls back to. One that has most of what was stored for its input is that, changed.
 */
function isUnproven({ first, repeated }: Answers, inputs: Inputs, index: number, stamp: Stamp | 'broken' | undefined): boolean {
  const vector = vectorOf(at(repeated, 'data', index, 'embedding'));
  if (vector === undefined || (stamp !== undefined && stamp !== 'broken')) return false;
  const place = inputs.first.indexOf(inputs.repeated[index] ?? '');
  const stored = vectorOf(at(first, 'data', place, 'embedding'));
  if (stored === undefined) return true;
  return stamp === 'broken' && vector.filter((value, position) => value === stored[position]).length <= stored.length / 2;
}

/** Where the vectors of a body are not those of the inputs: each has to carry the nonce of its input, and any number. */
function wrongVectors(body: unknown, nonces: readonly string[], number: string, keys: OriginKeys) {
  const stamps = stampsOf(body, keys);
  const data = nonces.map((nonce, index) => {
    const found = stamps[index];
    const isOwn = found !== undefined && found !== 'broken' && found.nonce === nonce;
    return { index, embedding: stampVector(isOwn ? found : { nonce, number }, keys) };
  });
  return differences('embeddings', { data }, { data: at(body, 'data') });
}

function stampsOf(body: unknown, keys: OriginKeys): (Stamp | 'broken' | undefined)[] {
  const data = at(body, 'data');
  const vectors = Array.isArray(data) ? data.map((item: unknown) => vectorOf(at(item, 'embedding'))) : [];
  return vectors.map((vector) => vector && readStampVector(vector, keys));
}
