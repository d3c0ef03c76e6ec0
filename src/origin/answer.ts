import { createHash } from 'node:crypto';
import { type OriginKeys, type Stamp, stampText } from './stamp.ts';

/**
 * What a prompt can ask for beside its request's own fields, each as a word of the prompt: `lce:reasoning` (every gateway passes
 * a prompt on as it is, and not every one `reasoning_effort`), `lce:long` (an answer of 128 KiB), `lce:unicode`.
 */
export const WISH = ['reasoning', 'long', 'unicode'] as const;
type Wish = (typeof WISH)[number];

/** What a request asks for that changes the answer; the rest of a request does not. */
export interface Asked {
  /** The nonce of the prompt, or of the first input; see `nonceOf`. */
  readonly nonce: string;
  readonly model: string;
  /** How many answers. */
  readonly n: number;
  readonly wishes: readonly Wish[];
  /** The names of the tools that are offered; the first is called, twice. */
  readonly tools: readonly string[];
  readonly logprobs: boolean;
  /** The answer has to be a JSON object. */
  readonly json: boolean;
  readonly stream: boolean;
  /** A stream ends with its usage. */
  readonly streamUsage: boolean;
  /** The nonces of a batch in its order, the first is `nonce`: inputs of embeddings, prompts of completions. Absent for one. */
  readonly inputs?: readonly string[] | undefined;
  /** Vectors are base64 of their 32-bit floats. */
  readonly base64?: boolean | undefined;
  /** How many values a vector has; at least those that carry the stamp. */
  readonly dimensions?: number | undefined;
}

/** One call of a tool; `arguments` is JSON. */
interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** One of the answers to a prompt. */
export interface Choice {
  readonly text: string;
  readonly reasoning: string | undefined;
  readonly toolCalls: readonly ToolCall[];
  readonly logprobs: readonly { readonly token: string; readonly logprob: number }[] | undefined;
}

/** What the origin answers, in no form of an API yet. Counts are tokens. */
export interface Answer {
  readonly stamp: Stamp;
  readonly id: string;
  /** Unix seconds, prescribed as the rest: no clock is needed to check an answer. */
  readonly created: number;
  readonly choices: readonly Choice[];
  readonly usage: { readonly input: number; readonly cachedInput: number; readonly output: number; readonly reasoning: number };
}

/** Characters that `long` asks for, shared by all answers to a prompt: so no request makes the whole larger. */
const LONG_CHARACTERS = 128 * 1024;
/** Tokens with their logprob, shared in the same way. */
const MAX_LOGPROBS = 64;
const UNICODE = 'é ß 漢字 🦀 👩‍👩‍👧 \u202bעברית\u202c e\u0301 \u0000 \ud83d\ude00 " \\ \n\t end';

/** The answer to a request with this stamp: always the same for the same stamp, request and key. */
export function answerOf(stamp: Stamp, asked: Asked, keys: OriginKeys): Answer {
  const digest = createHash('sha256').update(`${stamp.nonce}:${stamp.number}`).digest();
  const amount = (index: number, most: number) => 1 + (digest.readUInt16BE(2 * index) % most);
  const nonces = (asked.inputs ?? [stamp.nonce]).flatMap((nonce) => Array.from({ length: asked.n }, () => nonce));
  const choices = nonces.map((nonce, index) =>
    choiceOf({ nonce, number: stamp.number }, asked, keys, {
      index,
      digest,
      long: Math.ceil(LONG_CHARACTERS / nonces.length),
      tokens: Math.ceil(MAX_LOGPROBS / nonces.length),
    }),
  );
  const reasoning = asked.wishes.includes('reasoning') ? amount(0, 900) : 0;
  return {
    stamp,
    id: `lce-${stamp.number}`,
    created: 1_700_000_000 + (digest.readUInt32BE(28) % 100_000_000),
    choices,
    usage: { input: 100 + amount(1, 900), cachedInput: amount(2, 100), output: 1_000 + amount(3, 900), reasoning },
  };
}

function choiceOf(
  stamp: Stamp,
  asked: Asked,
  keys: OriginKeys,
  { index, digest, long, tokens }: { index: number; digest: Buffer; long: number; tokens: number },
): Choice {
  const sign = stampText(stamp, keys);
  const { wishes, tools, json } = asked;
  const [tool] = tools;
  const toolCalls =
    tool === undefined
      ? []
      : [0, 1].map((call) => ({
          id: `call_${stamp.number.slice(0, 20)}${index}${call}`,
          name: tool,
          arguments: JSON.stringify({ stamp: sign, choice: index, call, nested: { list: [1, 2.5, null, true], text: 'a "b" \\ c' } }),
        }));
  const words = () =>
    [
      `ok ${sign} ${index}`,
      ...(wishes.includes('unicode') ? [UNICODE.replace('\u0000', '')] : []),
      ...(wishes.includes('long') ? [filler(digest, long)] : []),
    ].join(' ');
  const text = tool !== undefined ? '' : json ? JSON.stringify({ ok: true, answer: words(), number: digest.readUInt32BE(8) }) : words();
  return {
    text,
    reasoning: wishes.includes('reasoning') ? `Because of ${sign}, answer ${index}. ${filler(digest, 400)}` : undefined,
    toolCalls,
    logprobs:
      asked.logprobs && text !== ''
        ? text
            .split(/(?<= )/)
            .slice(0, tokens)
            .map((token, at) => ({ token, logprob: -(1 + (((digest[at % 32] ?? 0) + at) % 512)) / 1024 }))
        : undefined,
  };
}

/** Text of a length that follows from a digest. */
function filler(digest: Buffer, characters: number): string {
  const word = digest.toString('hex');
  return `${word} `.repeat(Math.ceil(characters / (word.length + 1))).slice(0, characters);
}
