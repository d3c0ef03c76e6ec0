import { at, parseJson } from '../litellm/json.ts';
import type { FidelityShape } from '../model/fidelity.ts';
import type { AskedApi } from '../origin/asked.ts';
import { isEmpty, isRecord } from '../origin/parts.ts';
import { readBatch } from './read-batch.ts';
import { readOpposite } from './read-opposite.ts';
import { readPair } from './read-pair.ts';
import type { Body, Shape } from './shape.ts';

/** Enough for an answer of any shape but the long one, which the origin gives whatever the limit is. */
const MAX_TOKENS = 4_096;

/** A text that the origin answers, with what it is asked for beside the fields of the request. */
function prompt(nonce: string, wish?: string): string {
  return `Answer with the word ok. ${nonce}${wish === undefined ? '' : ` lce:${wish}`}`;
}

/** What a request asks for beside its fields, and whether an answer has what the shape is about. */
interface About {
  readonly wish?: string;
  readonly has?: (answer: unknown) => boolean;
}

/** Two identical requests to an API, with its fields beside model and cache. */
function pair(api: AskedApi, path: string, fields: (text: string) => Body, { wish, has }: About = {}): Shape {
  return {
    api,
    path,
    nonces: 1,
    requests: (model, [nonce = ''], cache) => {
      const body = { model, ...fields(prompt(nonce, wish)), cache };
      return { first: body, repeated: body };
    },
    read: (answers, { first }, [nonce = ''], keys) => readPair({ api, request: first, keys, has }, answers, nonce),
  };
}

function chat(more: Body = {}, about: About = {}): Shape {
  const fields = (content: string) => ({ messages: [{ role: 'user', content }], max_tokens: MAX_TOKENS, ...more });
  return pair('chat', '/v1/chat/completions', fields, about);
}

/** An answer that has something at this place. */
function having(...path: (string | number)[]): (answer: unknown) => boolean {
  return (answer) => !isEmpty(at(answer, ...path));
}

function isJsonText(answer: unknown): boolean {
  const content = at(answer, 'choices', 0, 'message', 'content');
  return typeof content === 'string' && isRecord(parseJson(content));
}

const CALLS: About = { has: having('choices', 0, 'message', 'tool_calls') };
const REASONING: About = { wish: 'reasoning', has: having('choices', 0, 'message', 'reasoning_content') };

const TOOLS: Body = {
  tools: [
    {
      type: 'function',
      function: {
        name: 'record_stamp',
        description: 'Records a stamp.',
        parameters: { type: 'object', properties: { stamp: { type: 'string' } }, required: ['stamp'] },
      },
    },
  ],
};

/** Some inputs that were asked before, and some that were not, in another order. */
const embeddingsBatch: Shape = {
  api: 'embeddings',
  path: '/v1/embeddings',
  nonces: 4,
  requests: (model, nonces, cache) => {
    const { first, repeated } = inputsOf(nonces);
    return {
      first: { model, input: first.map((nonce) => prompt(nonce)), cache },
      repeated: { model, input: repeated.map((nonce) => prompt(nonce)), cache },
    };
  },
  read: (answers, _, nonces, keys) => readBatch(answers, inputsOf(nonces), keys),
};

function inputsOf([one = '', two = '', three = '', four = '']: readonly string[]) {
  return { first: [one, two], repeated: [three, two, four, one] };
}

/** Two prompts that differ by one word, which turns the meaning around. */
const semanticOpposite: Shape = {
  api: 'chat',
  path: '/v1/chat/completions',
  semantic: true,
  nonces: 2,
  requests: (model, [nonce = '', opposite = ''], cache) => {
    const body = (text: string) => ({ model, messages: [{ role: 'user', content: text }], max_tokens: MAX_TOKENS, cache });
    return {
      first: body(`Is it allowed to open the valve while the pump is running? ${nonce}`),
      repeated: body(`Is it forbidden to open the valve while the pump is running? ${opposite}`),
    };
  },
  read: (answers, { repeated }, nonces, keys) => readOpposite(answers, repeated, nonces, keys),
};

/** Every shape. */
export const SHAPES: Readonly<Record<FidelityShape, Shape>> = {
  text: chat(),
  tools: chat(TOOLS, CALLS),
  choices: chat({ n: 2 }, { has: having('choices', 1) }),
  logprobs: chat({ logprobs: true }, { has: having('choices', 0, 'logprobs') }),
  reasoning: chat({}, REASONING),
  json: chat({ response_format: { type: 'json_object' } }, { has: isJsonText }),
  stream_text: chat({ stream: true }),
  stream_usage: chat({ stream: true, stream_options: { include_usage: true } }, { has: having('usage') }),
  stream_tools: chat({ ...TOOLS, stream: true }, CALLS),
  stream_reasoning: chat({ stream: true }, REASONING),
  embeddings_batch: embeddingsBatch,
  responses: pair('responses', '/v1/responses', (input) => ({ input, max_output_tokens: MAX_TOKENS })),
  messages: pair('messages', '/v1/messages', (content) => ({ messages: [{ role: 'user', content }], max_tokens: MAX_TOKENS })),
  long: chat({}, { wish: 'long' }),
  unicode: chat({}, { wish: 'unicode' }),
  semantic_opposite: semanticOpposite,
};
