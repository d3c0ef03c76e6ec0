import { type AskedApi, readAsked } from '../origin/asked.ts';
import { alterations, type Difference, differences } from '../origin/compare.ts';
import { type OriginKeys, readStamps, type Stamp } from '../origin/stamp.ts';
import { prescribedBody } from '../origin/wire/index.ts';
import { witnessOf } from '../origin/witness.ts';
import type { Answers, Body, Reading } from './shape.ts';

/** What a request and the stamp of its answer prescribe. */
interface Prescription {
  readonly api: AskedApi;
  readonly request: Body;
  readonly keys: OriginKeys;
  /** Whether an answer has what the shape is about: a gateway may leave that out of the request (`drop_params`) or of every answer. */
  readonly has?: ((answer: unknown) => boolean) | undefined;
}

/**
 * Reads the answers to two identical requests with this nonce. The same number in both is a hit: the origin never gives a number
 * twice. An answer to another prompt is wrong, also as the first one. One in which no number can be read proves nothing, unless it has
 * the number of the first answer beside what is broken. A hit that is as it was proves nothing of what the stored answer never had.
 */
export function readPair(prescription: Prescription, { first, repeated }: Answers, nonce: string): Reading {
  const { api, keys } = prescription;
  const stored = witnessOf(api, first, nonce, keys);
  if (stored.kind === 'none') return { kind: 'unreadable', why: 'not_the_origin' };
  if (stored.kind === 'broken') return { kind: 'unreadable', why: 'broken' };
  const given = witnessOf(api, repeated, nonce, keys);
  if (stored.kind === 'other') {
    // A cache gives one answer, with one number; the origin was asked twice.
    const isAnew = given.kind === 'other' && given.stamp.nonce === stored.stamp.nonce && given.stamp.number !== stored.stamp.number;
    if (isAnew) return { kind: 'unreadable', why: 'prompt_rewritten' };
    return { kind: 'cached', parts: whatActs(prescription, { ...stored.stamp, nonce }, first) };
  }
  if (given.kind === 'none') return { kind: 'unreadable', why: 'not_the_origin' };
  if (given.kind === 'other') return { kind: 'cached', parts: whatActs(prescription, { ...given.stamp, nonce }, repeated) };
  const { number } = stored.stamp;
  if (given.kind === 'genuine' && given.stamp.number !== number) return { kind: 'missed' };
  if (given.kind === 'broken' && !holdsNumber(repeated, number, keys)) return { kind: 'unreadable', why: 'broken' };
  const prescribed = prescribe(prescription, stored.stamp);
  const parts = alterations(api, { prescribed, first, repeated });
  return parts.length === 0 && prescription.has?.(first) === false ? { kind: 'unreadable', why: 'left_out' } : { kind: 'cached', parts };
}

/** Where an answer to another prompt differs from one to this prompt, as far as a program acts on it. */
export function whatActs(prescription: Prescription, stamp: Stamp, found: unknown): readonly Difference[] {
  return differences(prescription.api, prescribe(prescription, stamp), found).filter(({ acts }) => acts);
}

/** What the answer to a request has to be when it has this stamp, `done` where a stream has to end; undefined for a request that the origin refuses. */
function prescribe({ api, request, keys }: Prescription, stamp: Stamp): unknown {
  const asked = readAsked(api, request);
  if ('problem' in asked) return undefined;
  return { ...prescribedBody(api, stamp, asked, keys), ...(asked.stream && { done: true }) };
}

function holdsNumber(body: unknown, number: string, keys: OriginKeys): boolean {
  return readStamps(JSON.stringify(body) ?? '', keys).stamps.some((stamp) => stamp.number === number);
}
