import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { NonceOwner } from '../model/cache.ts';
import type { OriginKeys } from './stamp.ts';

/** A nonce of 16 bytes: at random, or 10 at random and two marks of 3 that only an owner of the key can read. */
const RANDOM_BYTES = 10;
const MARK_BYTES = 3;
const NONCE_BYTES = RANDOM_BYTES + 2 * MARK_BYTES;
const NONCE = /^[0-9a-f]{32}$/;

/**
 * A word of 32 hexadecimal digits that no other prompt has. With the key of an origin it tells exporters that have the key which
 * of them (`instance`) made it, without any memory of it; to everybody else it is as random as without.
 */
export function newNonce(instance: string, keys?: OriginKeys): string {
  if (keys === undefined) return randomBytes(NONCE_BYTES).toString('hex');
  const random = randomBytes(RANDOM_BYTES);
  const { check, mask } = marksOf(random, keys[0]);
  return Buffer.concat([random, check, xor(mask, digestOf(instance))]).toString('hex');
}

/** Who made a nonce, as far as its marks tell. One of 16 million nonces of anybody else is taken for another exporter's. */
export function ownerOf(nonce: string, instance: string, keys: OriginKeys): NonceOwner {
  if (!NONCE.test(nonce)) return 'unknown';
  const bytes = Buffer.from(nonce, 'hex');
  const random = bytes.subarray(0, RANDOM_BYTES);
  const [check, owner] = [bytes.subarray(RANDOM_BYTES, -MARK_BYTES), bytes.subarray(-MARK_BYTES)];
  for (const key of keys) {
    const marks = marksOf(random, key);
    if (marks.check.equals(check)) return xor(marks.mask, owner).equals(digestOf(instance)) ? 'own' : 'other_exporter';
  }
  return 'unknown';
}

function marksOf(random: Buffer, key: string): { check: Buffer; mask: Buffer } {
  const digest = createHmac('sha256', key).update('lce nonce:').update(random).digest();
  return { check: digest.subarray(0, MARK_BYTES), mask: digest.subarray(MARK_BYTES, 2 * MARK_BYTES) };
}

function digestOf(instance: string): Buffer {
  return createHash('sha256').update(instance).digest().subarray(0, MARK_BYTES);
}

function xor(one: Buffer, other: Buffer): Buffer {
  return Buffer.from(one.map((byte, index) => byte ^ (other[index] ?? 0)));
}
