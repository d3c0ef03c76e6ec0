import { randomBytes } from 'node:crypto';
import type { Shape } from '../../src/fidelity/shape.ts';
import { readAsked } from '../../src/origin/asked.ts';
import type { OriginKeys } from '../../src/origin/stamp.ts';
import { newStamp } from '../../src/origin/stamp.ts';
import { prescribedBody } from '../../src/origin/wire/index.ts';

/** The keys of the origin of a test. */
export const ORIGIN_KEYS: OriginKeys = ['key of a test'];

/** A new nonce. */
export function newNonce(): string {
  return randomBytes(16).toString('hex');
}

/** What the origin answers to a request, `done` where it ends a stream: with a number of its own each time. */
export function originAnswer(api: Shape['api'], request: unknown, keys: OriginKeys = ORIGIN_KEYS): Record<string, unknown> {
  const asked = readAsked(api, request);
  if ('problem' in asked) throw new Error(asked.problem);
  return { ...prescribedBody(api, newStamp(asked.nonce), asked, keys), ...(asked.stream && { done: true }) };
}
