import { at } from '../litellm/json.ts';
import type { OriginApi } from '../model/origin.ts';
import { MAX_STAMPS, type OriginKeys, readStamps, readStampVector, type Stamp, VECTOR_LENGTH } from './stamp.ts';

/** What the content of an answer proves. */
export type Witness =
  /** It carries the nonce that was asked for, and one number only. */
  | { readonly kind: 'genuine'; readonly stamp: Stamp }
  /** It is the answer to another prompt. */
  | { readonly kind: 'other'; readonly stamp: Stamp }
  /** It has something of the form of a stamp that is cut, changed or signed with another key, or parts of several answers. */
  | { readonly kind: 'broken' }
  /** It is not the origin's answer. */
  | { readonly kind: 'none' };

/** Values of a body that are looked at: an answer of the origin has a few thousand. */
const MAX_VALUES = 300_000;

/** What the body of an answer, parsed, proves about the prompt with this nonce. A stream is joined first (`joinEvents`). */
export function witnessOf(api: OriginApi, body: unknown, nonce: string, keys: OriginKeys): Witness {
  const found = api === 'embeddings' ? stampsOfVectors(body, keys) : stampsOfTexts(body, keys);
  if (found === 'broken') return { kind: 'broken' };
  const [stamp, ...rest] = found;
  if (stamp === undefined) return { kind: 'none' };
  if (rest.some((other) => other.number !== stamp.number || other.nonce !== stamp.nonce)) return { kind: 'broken' };
  return { kind: stamp.nonce === nonce ? 'genuine' : 'other', stamp };
}

function stampsOfTexts(body: unknown, keys: OriginKeys): readonly Stamp[] | 'broken' {
  const stamps: Stamp[] = [];
  const looked = new Map<string, boolean>();
  for (const value of textsIn(body)) {
    const read = readStamps(value, keys, looked);
    if (read.broken) return 'broken';
    for (const stamp of read.stamps) stamps.push(stamp);
  }
  return stamps;
}

/** Every text of a value, its keys excepted; not by recursion, which a deep value would end. */
function* textsIn(body: unknown): Generator<string> {
  const open: unknown[] = [body];
  for (let seen = 0; open.length > 0 && seen < MAX_VALUES; seen++) {
    const value = open.pop();
    if (typeof value === 'string') yield value;
    else if (typeof value === 'object' && value !== null) {
      for (const inner of Object.values(value)) open.push(inner);
    }
  }
}

function stampsOfVectors(body: unknown, keys: OriginKeys): readonly Stamp[] | 'broken' {
  const found = stampsInVectors(body, keys);
  const stamps = found.filter((stamp) => stamp !== undefined && stamp !== 'broken');
  return found.includes('broken') ? 'broken' : stamps;
}

/** What the vectors of a body carry, in their order; undefined for one without a stamp. Of too many vectors only the first are read. */
export function stampsInVectors(body: unknown, keys: OriginKeys): (Stamp | 'broken' | undefined)[] {
  const data = at(body, 'data');
  const items: unknown[] = Array.isArray(data) ? data.slice(0, MAX_STAMPS) : [];
  return items.map((item) => {
    const vector = vectorOf(at(item, 'embedding'), VECTOR_LENGTH);
    return vector && readStampVector(vector, keys);
  });
}

/** The values of an embedding, `most` of them, given as numbers or as base64 of 32-bit floats; undefined when it is neither. */
export function vectorOf(embedding: unknown, most = Number.POSITIVE_INFINITY): readonly number[] | undefined {
  if (typeof embedding === 'string') {
    const bytes = Buffer.from(embedding, 'base64');
    return bytes.length === 0 || bytes.length % 4 !== 0
      ? undefined
      : Array.from({ length: Math.min(most, bytes.length / 4) }, (_, index) => bytes.readFloatLE(4 * index));
  }
  return Array.isArray(embedding) && embedding.every((value) => typeof value === 'number') ? embedding : undefined;
}
