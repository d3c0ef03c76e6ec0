import { ROUTES } from '../../model/cache.ts';
import { OWNER_PROSE } from '../pair-words.ts';
import type { RouteResult, Signals } from '../signals.ts';
import { type CauseRow, proven } from './cause.ts';

/** Whether the cache answers with something else than what was stored, in a part that a program acts on: a duplicate, or a shape. */
export function answersDiffer(results: readonly RouteResult[], { wrongShapes = [] }: Pick<Signals, 'wrongShapes'>): boolean {
  return wrongShapes.length > 0 || results.some(({ outcome }) => outcome === 'hit_altered');
}

/** The causes that the content of answers shows. What answers a prompt that nobody sent before explains what else is wrong with an answer. */
export const ANSWERS: readonly CauseRow[] = [
  {
    cause: 'semantic_or_key_collision',
    strength: 'state',
    verdicts: ['wrong_answers'],
    proof: (_, results) => proven(collisionSentence(results)),
  },
  {
    cause: 'answer_wrong',
    strength: 'own',
    verdicts: ['wrong_answers'],
    proof: (signals, results) => proven(alteredSentence(results, signals)),
  },
];

function collisionSentence(results: readonly RouteResult[]): string | undefined {
  const collided = results.filter(({ outcome }) => outcome === 'hit_on_first');
  if (collided.length === 0) return undefined;
  const owners = [...new Set(collided.flatMap(({ otherOwner }) => otherOwner ?? []))].map((owner) => OWNER_PROSE[owner]);
  const whose = owners.length === 0 ? '' : ` with the answer to ${owners.join(' and to ')}`;
  // Where the first requests got their own answers, nothing new was answered from the cache.
  const what = collided.every(({ otherRequest }) => otherRequest === 'duplicate')
    ? 'The duplicate of a prompt with a fresh 128-bit nonce was not answered as its first request,'
    : 'A prompt with a fresh 128-bit nonce was answered from the cache';
  return `${what}${whose}: its key leaves the prompt out, or similar prompts share answers.`;
}

/** `The cache answered with something else than the answer that was stored: chat, which differs at /choices/0/message/content.` */
export function alteredSentence(results: readonly RouteResult[], { wrongShapes = [] }: Pick<Signals, 'wrongShapes'>): string | undefined {
  const altered = results.filter(({ outcome }) => outcome === 'hit_altered');
  const parts = [
    ...altered.map(({ route, differs = [] }) => differing(ROUTES[route].title, differs)),
    ...wrongShapes.map(({ shape, parts: where }) => differing(`the shape ${shape}`, where)),
  ];
  if (parts.length === 0) return undefined;
  return `The cache answered with something else than the answer that was stored: ${parts.join('; ')}.`;
}

function differing(what: string, where: readonly string[]): string {
  return where.length === 0 ? what : `${what}, which differs at ${where.join(', ')}`;
}
