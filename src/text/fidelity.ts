import type { FidelityResult, FidelityShape, NotJudged } from '../model/fidelity.ts';
import type { FidelityStatus, ShapeStatus } from '../model/status.ts';
import { GATEWAY_FAILURE_PROSE } from '../verdict/pair-words.ts';
import { NOT_ASKED_WORDS, type Tone } from './words.ts';

/** What a shape is, for people. */
export const SHAPE_WORDS: Readonly<Record<FidelityShape, string>> = {
  text: 'chat, a text',
  tools: 'chat, calls of tools',
  choices: 'chat, two choices',
  logprobs: 'chat, log probabilities',
  reasoning: 'chat, reasoning',
  json: 'chat, a JSON object',
  stream_text: 'streamed chat, a text',
  stream_usage: 'streamed chat, its usage',
  stream_tools: 'streamed chat, calls of tools',
  stream_reasoning: 'streamed chat, reasoning',
  embeddings_batch: 'embeddings, a batch of which a part is cached',
  responses: 'responses',
  messages: 'messages',
  long: 'chat, an answer of 128 KiB',
  unicode: 'chat, a text in many scripts',
  semantic_opposite: 'chat, a prompt that means the opposite of a cached one',
};

const RESULT_WORDS: Readonly<Record<FidelityResult, { tone: Tone; title: string }>> = {
  same: { tone: 'good', title: 'as it was' },
  altered: { tone: 'warn', title: 'altered' },
  wrong: { tone: 'bad', title: 'wrong' },
  not_cached: { tone: 'none', title: 'not cached' },
  refused: { tone: 'none', title: 'refused' },
  unknown: { tone: 'none', title: 'not known' },
};

const NOT_JUDGED_WORDS: Readonly<Record<NotJudged, string>> = {
  not_tried: 'not tried yet',
  not_the_origin: 'an answer does not come from the origin; see that the model leads to it',
  broken: 'the stamp of an answer is cut or changed, so that it cannot be checked',
  prompt_rewritten: 'the prompt is rewritten on its way to the origin; look at guardrails and callbacks that change requests',
  left_out:
    'the gateway left it out of the request or of the answer, so that the cache never had it; see drop_params and additional_drop_params',
  unanswered: 'no answer came',
  cache_missed: 'the cache did not serve an ordinary pair just after it either',
  too_old: 'the last result is too old',
};

/** A result in a few words, coloured as far as the configuration does not accept it. */
export function shapeResult({ result, accepted }: Pick<ShapeStatus, 'result' | 'accepted'>): { tone: Tone; title: string } {
  const { tone, title } = RESULT_WORDS[result];
  const isAccepted = accepted && (result === 'altered' || result === 'wrong');
  return isAccepted ? { tone: 'none', title: `${title}, accepted` } : { tone, title };
}

/** What a result rests on: the parts that differ, or why there is none; empty where there is nothing to tell. */
export function shapeDetail({ parts, why, failure, status }: ShapeStatus): string {
  const failed = failure === undefined ? [] : [`${GATEWAY_FAILURE_PROSE[failure]}${status === undefined ? '' : ` (HTTP ${status})`}`];
  return [
    ...(parts.length === 0 ? [] : [`differs at ${parts.join(', ')}`]),
    ...(why === undefined ? [] : [NOT_JUDGED_WORDS[why]]),
    ...failed,
  ].join('; ');
}

/** Shapes of which nothing is known, those with the same reason in one sentence: `tools, json: not tried yet`. */
export function notJudgedTexts({ shapes }: FidelityStatus): string[] {
  const unknown = shapes.filter(({ result }) => result === 'unknown');
  return [...new Set(unknown.map(shapeDetail))].map((reason) => {
    const names = unknown.filter((shape) => shapeDetail(shape) === reason).map(({ shape }) => shape);
    return `${names.join(', ')}: ${reason}`;
  });
}

/** Why no shape was tried where one was due; undefined when one was. */
export function notTriedText({ notAsked }: FidelityStatus): string | undefined {
  return notAsked && NOT_ASKED_WORDS[notAsked];
}
