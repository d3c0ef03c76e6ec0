import { ROUTES } from '../../model/cache.ts';
import { OWNER_PROSE } from '../pair-words.ts';
import type { RouteResult } from '../signals.ts';
import { type CauseRow, proven } from './cause.ts';

/** Whether a duplicate was answered with something else than the answer that was stored, in a part that a program acts on. */
export function answersDiffer(results: readonly RouteResult[]): boolean {
  return results.some(({ outcome }) => outcome === 'hit_altered');
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
    proof: (_, results) => proven(alteredSentence(results)),
  },
];

function collisionSentence(results: readonly RouteResult[]): string | undefined {
  const collided = results.filter(({ outcome }) => outcome === 'hit_on_first');
  if (collided.length === 0) return undefined;
  const owners = [...new Set(collided.flatMap(({ otherOwner }) => otherOwner ?? []))].map((owner) => OWNER_PROSE[owner]);
  const whose = owners.length === 0 ? '' : ` with the answer to ${owners.join(' and to ')}`;
  return `A prompt with a fresh 128-bit nonce was answered from the cache${whose}: its key leaves the prompt out, or similar prompts share answers.`;
}

/** `The cache answered with something else than the answer that was stored: chat, which differs at /choices/0/message/content.` */
export function alteredSentence(results: readonly RouteResult[]): string | undefined {
  const altered = results.filter(({ outcome }) => outcome === 'hit_altered');
  if (altered.length === 0) return undefined;
  const parts = altered.map(({ route, differs = [] }) => {
    const where = differs.length === 0 ? '' : `, which differs at ${differs.join(', ')}`;
    return `${ROUTES[route].title}${where}`;
  });
  return `The cache answered with something else than the answer that was stored: ${parts.join('; ')}.`;
}
