import type { OriginKeys } from '../origin/stamp.ts';
import { witnessOf } from '../origin/witness.ts';
import { whatActs } from './read-pair.ts';
import type { Answers, Body, Reading } from './shape.ts';

/**
 * Reads the answers to two prompts that mean the opposite of each other, each with its own nonce. The second one has to be new: no
 * answer to the first prompt is an answer to it.
 */
export function readOpposite(
  { first, repeated }: Answers,
  request: Body,
  [nonce = '', opposite = '']: readonly string[],
  keys: OriginKeys,
): Reading {
  const stored = witnessOf('chat', first, nonce, keys);
  const given = witnessOf('chat', repeated, opposite, keys);
  if (stored.kind === 'none' || given.kind === 'none') return { kind: 'unreadable', why: 'not_the_origin' };
  if (stored.kind === 'broken' || given.kind === 'broken') return { kind: 'unreadable', why: 'broken' };
  // Both prompts are new: where the first one is answered as another, so may the second be.
  if (stored.kind === 'other') return { kind: 'unreadable', why: 'prompt_rewritten' };
  if (given.kind === 'genuine') return { kind: 'cached', parts: [] };
  return { kind: 'cached', parts: whatActs({ api: 'chat', request, keys }, { ...given.stamp, nonce: opposite }, repeated) };
}
