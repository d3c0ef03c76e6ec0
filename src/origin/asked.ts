import { at, text } from '../litellm/json.ts';
import type { OriginApi } from '../model/origin.ts';
import { type Asked, WISH } from './answer.ts';
import { hashedNonce, nonceIn, nonceOf, VECTOR_LENGTH } from './stamp.ts';

/** Why a request cannot be answered, for its sender: a sentence and the field that it is about. */
export interface Refusal {
  readonly problem: string;
  readonly field: string | undefined;
}

/** The APIs that are asked with a body. */
export type AskedApi = Exclude<OriginApi, 'models'>;

/** Answers to one request: `n` times its prompts. */
export const MAX_CHOICES = 128;
/** Inputs of one request for embeddings, as OpenAI allows. */
export const MAX_INPUTS = 2_048;
/** Values of all vectors of one answer. */
const MAX_VALUES = 262_144;
const MAX_NAME_CHARACTERS = 256;
const MAX_TOOLS = 128;
const MAX_PART_DEPTH = 4;

/** What the body of a request asks for, or why it is none. Fields that change nothing in the answer are not looked at. */
export function readAsked(api: AskedApi, body: unknown): Asked | Refusal {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return refuse(undefined, 'The body has to be a JSON object.');
  const model = text(at(body, 'model'));
  if (model === undefined || model === '' || model.length > MAX_NAME_CHARACTERS) {
    return refuse('model', `model has to be a name of 1 to ${MAX_NAME_CHARACTERS} characters.`);
  }
  const stream = at(body, 'stream') ?? false;
  if (typeof stream !== 'boolean') return refuse('stream', 'stream has to be true or false.');
  const n = api === 'chat' || api === 'completions' ? (at(body, 'n') ?? 1) : 1;
  if (!isCount(n, MAX_CHOICES)) return refuse('n', `n has to be a whole number from 1 to ${MAX_CHOICES}.`);
  const prompt = PROMPT[api](body);
  if ('problem' in prompt) return prompt;
  const inputs = prompt.inputs?.length ?? 1;
  if (api === 'completions' && inputs * n > MAX_CHOICES) {
    return refuse('n', `n times the prompts is ${inputs * n}; at most ${MAX_CHOICES} answers are given.`);
  }
  const dimensions = api === 'embeddings' ? (at(body, 'dimensions') ?? VECTOR_LENGTH) : VECTOR_LENGTH;
  if (!isCount(dimensions, MAX_VALUES) || inputs * dimensions > MAX_VALUES) {
    return refuse('dimensions', `dimensions times the inputs has to be a whole number from 1 to ${MAX_VALUES}.`);
  }
  return {
    nonce: prompt.nonce,
    ...(prompt.inputs && { inputs: prompt.inputs }),
    model,
    n,
    wishes: WISH.filter((wish) => prompt.words.includes(`lce:${wish}`)),
    tools: prompt.callsTools ? toolsOf(body) : [],
    logprobs: logprobsOf(api, body),
    json: JSON_FORMATS.has(at(body, 'response_format', 'type')) || JSON_FORMATS.has(at(body, 'text', 'format', 'type')),
    stream: api !== 'embeddings' && stream,
    streamUsage: at(body, 'stream_options', 'include_usage') === true,
    ...(api === 'embeddings' && { base64: at(body, 'encoding_format') === 'base64', dimensions }),
  };
}

interface Prompt {
  nonce: string;
  inputs?: readonly string[];
  /** The texts that a person wrote, where wishes are looked for. */
  words: string;
  /** Tools may be called: not in an answer to what a tool gave, so that a program which calls tools comes to an end. */
  callsTools: boolean;
}

interface Message {
  user: boolean;
  text: string;
  tool: boolean;
}

const JSON_FORMATS: ReadonlySet<unknown> = new Set(['json_object', 'json_schema']);

const PROMPT: Readonly<Record<AskedApi, (body: object) => Prompt | Refusal>> = {
  chat: (body) => conversation('messages', at(body, 'messages'), []),
  messages: (body) => conversation('messages', at(body, 'messages'), textsOf(at(body, 'system'))),
  responses: (body) => {
    const input = at(body, 'input');
    const instructions = textsOf(at(body, 'instructions'));
    return conversation('input', typeof input === 'string' ? [{ role: 'user', content: input }] : input, instructions);
  },
  completions: (body) => batch('prompt', at(body, 'prompt'), MAX_CHOICES),
  embeddings: (body) => batch('input', at(body, 'input'), MAX_INPUTS),
};

/**
 * A conversation's nonce is that of its last text from a user: a system prompt that a gateway adds, or the result of a tool, may
 * hold words of the same form. Only when no user wrote one it is looked for in the other texts, the last first.
 */
function conversation(field: string, given: unknown, system: readonly string[]): Prompt | Refusal {
  if (!Array.isArray(given) || given.length === 0) return refuse(field, `${field} has to be a list with at least one message.`);
  const messages: Message[] = [];
  for (const [index, message] of given.entries()) {
    const read = messageOf(message);
    if (read === undefined) return refuse(`${field}[${index}]`, `${field}[${index}] is no message: it has neither a role nor a type.`);
    messages.push(read);
  }
  const asked = messages.filter(({ user }) => user).map((message) => message.text);
  const others = messages.filter(({ user }) => !user).map((message) => message.text);
  const inOrder = [...asked.toReversed(), ...others.toReversed(), ...system];
  const nonce = inOrder.map(nonceIn).find((found) => found !== undefined);
  return {
    nonce: nonce ?? hashedNonce(JSON.stringify([given, system])),
    words: asked.join('\n'),
    callsTools: messages.at(-1)?.tool !== true,
  };
}

function messageOf(given: unknown): Message | undefined {
  const role = text(at(given, 'role'));
  const type = text(at(given, 'type'));
  if (role === undefined && type === undefined) return undefined;
  const content = at(given, 'content');
  const parts = Array.isArray(content) ? content : [];
  const tool = role === 'tool' || type === 'function_call_output' || parts.some((part) => at(part, 'type') === 'tool_result');
  const texts = [...textsOf(content), ...textsOf(at(given, 'output'))];
  return { user: role === 'user' && !tool, text: texts.join('\n'), tool };
}

/** The texts of a content: one text, or parts of which some are texts or hold a content themselves. */
function textsOf(content: unknown, depth = 0): readonly string[] {
  if (typeof content === 'string') return [content];
  if (!Array.isArray(content) || depth >= MAX_PART_DEPTH) return [];
  return content.flatMap((part) => [...textsOf(text(at(part, 'text'))), ...textsOf(at(part, 'content'), depth + 1)]);
}

/** A text, a list of texts, a list of tokens, or a list of such lists. */
function batch(field: string, given: unknown, most: number): Prompt | Refusal {
  const parts = typeof given === 'string' || isTokens(given) ? [given] : given;
  if (!Array.isArray(parts) || parts.length === 0 || !parts.every((part) => typeof part === 'string' || isTokens(part))) {
    return refuse(field, `${field} has to be a text, a list of texts, a list of tokens, or a list of such lists.`);
  }
  if (parts.length > most) return refuse(field, `${field} has ${parts.length} parts; at most ${most} are taken.`);
  const texts = parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part)));
  const nonces = texts.map((part, index) => (typeof parts[index] === 'string' ? nonceOf(part) : hashedNonce(part)));
  const [nonce = ''] = nonces;
  return { nonce, inputs: nonces, words: texts.filter((_, index) => typeof parts[index] === 'string').join('\n'), callsTools: false };
}

function isTokens(given: unknown): given is readonly number[] {
  return Array.isArray(given) && given.length > 0 && given.every((token) => Number.isSafeInteger(token) && token >= 0);
}

/** The names of the tools that may be called: only the one that the request insists on, none where it forbids all. */
function toolsOf(body: object): readonly string[] {
  const choice = at(body, 'tool_choice');
  if (choice === 'none' || at(choice, 'type') === 'none') return [];
  const given = at(body, 'tools');
  const tools = Array.isArray(given) ? given.slice(0, MAX_TOOLS) : [];
  const names = tools.map(nameOf).filter((name) => name !== undefined);
  const insisted = nameOf(choice);
  return insisted !== undefined && names.includes(insisted) ? [insisted] : names;
}

function nameOf(tool: unknown): string | undefined {
  const name = text(at(tool, 'function', 'name')) ?? text(at(tool, 'name'));
  return name !== undefined && name.length > 0 && name.length <= MAX_NAME_CHARACTERS ? name : undefined;
}

/** Chat asks with `true`, completions with how many alternatives, responses by naming a part of the answer. */
function logprobsOf(api: AskedApi, body: object): boolean {
  const asked = at(body, 'logprobs');
  const included = at(body, 'include');
  if (api === 'responses') return Array.isArray(included) && included.includes('message.output_text.logprobs');
  return api === 'completions' ? typeof asked === 'number' : api === 'chat' && asked === true;
}

function isCount(given: unknown, most: number): given is number {
  return typeof given === 'number' && Number.isSafeInteger(given) && given >= 1 && given <= most;
}

function refuse(field: string | undefined, problem: string): Refusal {
  return { problem, field };
}
