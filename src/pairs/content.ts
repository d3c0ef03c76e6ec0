import { parseJson } from '../litellm/json.ts';
import { readEvents } from '../litellm/stream.ts';
import type { ContentDoubt, NonceOwner, PairRequest } from '../model/cache.ts';
import { readAsked } from '../origin/asked.ts';
import { alterations } from '../origin/compare.ts';
import { ownerOf } from '../origin/probe-nonce.ts';
import type { OriginKeys, Stamp } from '../origin/stamp.ts';
import { joinEvents, prescribedBody } from '../origin/wire/index.ts';
import { type Witness, witnessOf } from '../origin/witness.ts';
import type { PairMarks, Prober } from './prober.ts';

/** One answer by its content: the body, of a stream what that gives a program, and what it proves. */
export interface Content {
  readonly body: unknown;
  readonly witness: Witness;
}

/** What the pair was about. */
export interface ContentContext {
  prober: Prober;
  nonce: string;
  /** What was sent, parsed. */
  request: Readonly<Record<string, unknown>>;
  instance: string;
  keys: OriginKeys;
}

/** The marks of a pair with what the content of its answers says beside them. */
export interface Reading extends PairMarks {
  /** One of the answers is the origin's answer to another prompt, whose nonce is this one's. */
  other?: { request: PairRequest; owner: NonceOwner } | undefined;
  /** Where the answer of the duplicate is neither as that of the first nor as the origin gave it, and programs act on it. */
  differs?: readonly string[] | undefined;
  doubt?: ContentDoubt | undefined;
  /** The signs that are left prove a hit only where its key is in the watched Redis. */
  needsKey?: boolean | undefined;
}

/** Pointers that are told. */
const MAX_POINTERS = 10;

/** An answer by its content; `text` is the body as it came. */
export function contentOf(text: string, { prober, nonce, keys }: Pick<ContentContext, 'prober' | 'nonce' | 'keys'>): Content {
  const { api } = prober;
  if (prober.results !== undefined || api === 'embeddings') {
    const body = parseJson(text);
    return { body, witness: witnessOf(api, body, nonce, keys) };
  }
  const body = joinEvents(api, readEvents(text));
  return { body, witness: witnessOf(api, body, nonce, keys) };
}

/**
 * What a pair shows by the content of its answers. A number given twice is a hit and two numbers are a miss, whatever the marks
 * say. An answer that is cut, changed, mixed or not signed is never a hit. Where the first answer is not the origin's, the marks
 * are what is left, and of one that only looks like the origin's no more than what Redis confirms.
 */
export function readContent(marks: PairMarks, first: Content, duplicate: Content | undefined, context: ContentContext): Reading {
  if (isRewritten(first, duplicate, context))
    return { first: 'miss', duplicate: 'miss', labelled: marks.labelled, doubt: 'prompt_rewritten' };
  for (const [request, content] of [
    ['first', first],
    ['duplicate', duplicate],
  ] as const) {
    if (content?.witness.kind !== 'other') continue;
    const owner = ownerOf(content.witness.stamp.nonce, context.instance, context.keys);
    return { first: request === 'first' ? 'hit' : 'miss', duplicate: 'miss', labelled: true, other: { request, owner } };
  }
  if (first.witness.kind === 'none') return { ...marks, doubt: 'first_not_ours' };
  if (first.witness.kind !== 'genuine') return { ...marks, doubt: 'first_not_signed', needsKey: true };
  const read = { first: 'miss', labelled: marks.labelled } as const;
  switch (duplicate?.witness.kind) {
    case undefined:
      return { ...marks, ...read };
    case 'genuine':
      if (duplicate.witness.stamp.number !== first.witness.stamp.number) return { ...read, duplicate: 'miss' };
      return { ...read, duplicate: 'hit', ...altered(first.witness.stamp, first, duplicate, context) };
    case 'none':
      return { ...read, duplicate: marks.duplicate === 'hit' ? 'unknown' : 'miss', doubt: 'duplicate_not_ours' };
    default:
      return { ...read, duplicate: 'unknown', doubt: 'duplicate_not_signed' };
  }
}

/** Whether the origin was asked twice with the same prompt, which is neither the one of this pair nor of any probe: what a cache gives has one number. */
function isRewritten({ witness: one }: Content, duplicate: Content | undefined, { instance, keys }: ContentContext): boolean {
  const two = duplicate?.witness;
  if (one.kind !== 'other' || two?.kind !== 'other') return false;
  const isAnew = one.stamp.nonce === two.stamp.nonce && one.stamp.number !== two.stamp.number;
  return isAnew && ownerOf(one.stamp.nonce, instance, keys) === 'unknown';
}

function altered(stamp: Stamp, first: Content, duplicate: Content, { prober, request, keys }: ContentContext): { differs?: string[] } {
  const asked = readAsked(prober.api, request);
  if ('problem' in asked) return {};
  const prescribed = prescribedBody(prober.api, stamp, asked, keys);
  const differs = alterations(prober.api, { prescribed, first: first.body, repeated: duplicate.body })
    .filter(({ acts }) => acts)
    .map(({ pointer }) => pointer);
  return differs.length === 0 ? {} : { differs: differs.slice(0, MAX_POINTERS) };
}
