import { amount, at, text } from '../../litellm/json.ts';
import type { Answer, Asked, Choice } from '../answer.ts';
import { usageOf } from './chat.ts';
import { type Body, type Form, piecesOf } from './form.ts';

/** OpenAI's text completions. */
export const completions: Form = {
  named: false,
  body: (answer, asked) => ({
    ...head(answer, asked),
    choices: answer.choices.map((choice, index) => ({
      index,
      text: choice.text,
      logprobs: choice.logprobs ? logprobsOf(choice.logprobs) : null,
      finish_reason: 'stop',
    })),
    usage: usageOf(answer),
  }),
  events: (answer, asked) => [
    ...answer.choices.flatMap((choice, index) =>
      partsOf(choice).map((part) => ({ ...head(answer, asked), choices: [{ index, logprobs: null, finish_reason: null, ...part }] })),
    ),
    ...(asked.streamUsage ? [{ ...head(answer, asked), choices: [], usage: usageOf(answer) }] : []),
  ],
  join,
};

function head({ id, created }: Answer, { model }: Asked): Body {
  return { id: `cmpl-${id}`, object: 'text_completion', created, model, system_fingerprint: `fp_${id.slice(-10)}` };
}

function logprobsOf(tokens: NonNullable<Choice['logprobs']>): Body {
  let offset = 0;
  const offsets = tokens.map(({ token }) => {
    offset += token.length;
    return offset - token.length;
  });
  return {
    tokens: tokens.map(({ token }) => token),
    token_logprobs: tokens.map(({ logprob }) => logprob),
    top_logprobs: null,
    text_offset: offsets,
  };
}

function partsOf(choice: Choice): readonly Body[] {
  return [
    ...piecesOf(choice.text).map((piece, index) => ({
      text: piece,
      ...(index === 0 && choice.logprobs && { logprobs: logprobsOf(choice.logprobs) }),
    })),
    { text: '', finish_reason: 'stop' },
  ];
}

/** LiteLLM replays a stream of this API from its cache in chunks of chat (1.80.9 and 1.110.2): their text stands under `message`. */
function join(events: readonly unknown[]): Body | undefined {
  const choices = new Map<number, { pieces: string[]; chat: string[]; logprobs: unknown; finish: string | undefined }>();
  let usage: unknown;
  let first: unknown;
  for (const event of events) {
    const given = at(event, 'choices');
    if (!Array.isArray(given)) continue;
    first ??= event;
    usage = at(event, 'usage') ?? usage;
    for (const choice of given) {
      const index = amount(at(choice, 'index')) ?? 0;
      const joined = choices.get(index) ?? { pieces: [], chat: [], logprobs: null, finish: undefined };
      choices.set(index, joined);
      joined.pieces.push(text(at(choice, 'text')) ?? '');
      joined.chat.push(text(at(choice, 'delta', 'content')) ?? '');
      joined.logprobs ??= at(choice, 'logprobs') ?? null;
      joined.finish = text(at(choice, 'finish_reason')) ?? joined.finish;
    }
  }
  if (first === undefined) return undefined;
  return {
    id: at(first, 'id'),
    object: 'text_completion',
    created: at(first, 'created'),
    model: at(first, 'model'),
    choices: [...choices]
      .sort(([a], [b]) => a - b)
      .map(([index, { pieces, chat, logprobs, finish }]) => ({
        index,
        text: pieces.join(''),
        ...(chat.some((piece) => piece !== '') && { message: { content: chat.join('') } }),
        logprobs,
        ...(finish !== undefined && { finish_reason: finish }),
      })),
    ...(usage !== undefined && { usage }),
  };
}
