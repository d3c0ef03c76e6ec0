import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * What every answer of the origin carries: the nonce of the prompt that it answers, and a number that no other answer has.
 * Each is 32 lower-case hexadecimal digits. Everything else in an answer follows from these two and from the request.
 */
export interface Stamp {
  readonly nonce: string;
  readonly number: string;
}

/** The keys that verify a stamp: the one that signs, and those before it that still count. */
export type OriginKeys = readonly [current: string, ...previous: string[]];

/** A text that has the form of a stamp, with its signature. */
const STAMP = /\blce1-([0-9a-f]{32})-([0-9a-f]{32})-([0-9a-f]{32})\b/g;
/** What begins like a stamp; one that is cut or changed has this and no valid signature. */
const STAMP_BEGINNING = /lce1-/i;
const NONCE = /\b[0-9a-f]{32}\b/;

/** Bytes of a nonce, of a number and of a signature. */
const PART_BYTES = 16;
/** The first values of a vector that carries a stamp; they tell it from other vectors. */
const VECTOR_MARK = [0x6c, 0x63, 0x65, 0x31] as const;
/** How many values a vector needs to carry a stamp. */
export const VECTOR_LENGTH = VECTOR_MARK.length + 3 * PART_BYTES;

/** A stamp for the answer to a prompt. The number is drawn at random (128 bits), so that no exporter has to remember one. */
export function newStamp(nonce: string): Stamp {
  return { nonce, number: randomBytes(PART_BYTES).toString('hex') };
}

/** The nonce of a prompt: its first word of 32 hexadecimal digits, or what its text hashes to. */
export function nonceOf(prompt: string): string {
  return nonceIn(prompt) ?? hashedNonce(prompt);
}

/** The first word of a text that is a nonce; undefined where there is none. */
export function nonceIn(text: string): string | undefined {
  return NONCE.exec(text)?.[0];
}

/** The nonce of a prompt that brings none. */
export function hashedNonce(prompt: string): string {
  const digest = createHash('sha256').update(prompt).digest('hex');
  return digest.slice(0, 2 * PART_BYTES);
}

/** A stamp as text, `lce1-NONCE-NUMBER-SIGNATURE`. */
export function stampText(stamp: Stamp, [key]: OriginKeys): string {
  return `lce1-${stamp.nonce}-${stamp.number}-${signature(stamp, key).toString('hex')}`;
}

/** A stamp as the first values of an embedding vector, each a multiple of 1/128, which every float format keeps exactly. */
export function stampVector(stamp: Stamp, [key]: OriginKeys, length = VECTOR_LENGTH): number[] {
  const bytes = [...VECTOR_MARK, ...Buffer.from(stamp.nonce + stamp.number, 'hex'), ...signature(stamp, key)];
  const values = bytes.map((byte) => (byte - 128) / 128);
  return [...values, ...Array.from({ length: Math.max(0, length - values.length) }, () => 0)];
}

/** Different stamps of one answer that are verified: the origin puts one into all of its texts, or one into each of at most 2048 vectors. */
export const MAX_STAMPS = 2_048;

/** Stamps that were looked at: a text of the form of one, and whether it is one. */
type Looked = Map<string, boolean>;

/**
 * What a text holds of stamps: every valid one in its order, and whether there is one that is cut, changed or signed with another key,
 * or more different ones than any answer has. Texts of one answer share `looked`.
 */
export function readStamps(text: string, keys: OriginKeys, looked: Looked = new Map()): { stamps: Stamp[]; broken: boolean } {
  const stamps: Stamp[] = [];
  const rest = text.replace(STAMP, (found: string, nonce: string, number: string, signed: string) => {
    const isValid = looked.get(found) ?? (looked.size < MAX_STAMPS && isSigned({ nonce, number }, Buffer.from(signed, 'hex'), keys));
    looked.set(found, isValid);
    if (!isValid) return found;
    stamps.push({ nonce, number });
    return ' ';
  });
  return { stamps, broken: STAMP_BEGINNING.test(rest) };
}

/** The stamp of an embedding vector; `broken` for one that begins like a stamp and is none, undefined for any other vector. */
export function readStampVector(vector: readonly number[], keys: OriginKeys): Stamp | 'broken' | undefined {
  const bytes = vector.slice(0, VECTOR_LENGTH).map((value) => Math.round(value * 128 + 128));
  if (!VECTOR_MARK.every((mark, index) => bytes[index] === mark)) return undefined;
  const part = (index: number) => Buffer.from(bytes.slice(VECTOR_MARK.length + index * PART_BYTES).slice(0, PART_BYTES));
  const isExact =
    bytes.length === VECTOR_LENGTH && bytes.every((byte, index) => byte >= 0 && byte < 256 && vector[index] === (byte - 128) / 128);
  const stamp = { nonce: part(0).toString('hex'), number: part(1).toString('hex') };
  return isExact && isSigned(stamp, part(2), keys) ? stamp : 'broken';
}

function signature({ nonce, number }: Stamp, key: string): Buffer {
  return createHmac('sha256', key).update(`lce1:${nonce}:${number}`).digest().subarray(0, PART_BYTES);
}

function isSigned(stamp: Stamp, signed: Buffer, keys: OriginKeys): boolean {
  return signed.length === PART_BYTES && keys.some((key) => timingSafeEqual(signature(stamp, key), signed));
}
