import { amount, at, text } from '../../litellm/json.ts';
import type { Answer, Asked, Choice } from '../answer.ts';
import { type Body, type Form, piecesOf } from './form.ts';

/** OpenAI's chat completions; reasoning as DeepSeek and vLLM give it, which LiteLLM passes on. */
export const chat: Form = {
  named: false,
  body: (answer, asked) => ({
    ...head(answer, asked, 'chat.completion'),
    choices: answer.choices.map((choice, index) => ({
      index,
      message: {
        role: 'assistant',
        content: choice.toolCalls.length > 0 ? null : choice.text,
        ...(choice.reasoning !== undefined && { reasoning_content: choice.reasoning }),
        ...(choice.toolCalls.length > 0 && {
          tool_calls: choice.toolCalls.map(({ id, name, arguments: given }) => ({
            id,
            type: 'function',
            function: { name, arguments: given },
          })),
        }),
      },
      ...(choice.logprobs && { logprobs: { content: choice.logprobs.map(logprobOf) } }),
      finish_reason: finishOf(choice),
    })),
    usage: usageOf(answer),
  }),
  events: (answer, asked) => [
    ...answer.choices.flatMap((choice, index) =>
      deltasOf(choice).map((part) => ({
        ...head(answer, asked, 'chat.completion.chunk'),
        choices: [{ index, finish_reason: null, ...part }],
      })),
    ),
    ...(asked.streamUsage ? [{ ...head(answer, asked, 'chat.completion.chunk'), choices: [], usage: usageOf(answer) }] : []),
  ],
  join,
};

function head({ id, created }: Answer, { model }: Asked, object: string): Body {
  return { id: `chatcmpl-${id}`, object, created, model, system_fingerprint: `fp_${id.slice(-10)}` };
}

/** The usage of an answer, as OpenAI's chat and text completions give it. */
export function usageOf({ usage }: Answer): Body {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cachedInput },
    completion_tokens_details: { reasoning_tokens: usage.reasoning },
  };
}

/** Why an answer ended. */
function finishOf(choice: Choice): string {
  return choice.toolCalls.length > 0 ? 'tool_calls' : 'stop';
}

function logprobOf({ token, logprob }: { token: string; logprob: number }): Body {
  return { token, logprob, bytes: [...Buffer.from(token)], top_logprobs: [] };
}

/** What the chunks of one answer hold, in order: its role, reasoning, text, calls, and why it ended. */
function deltasOf(choice: Choice): readonly Body[] {
  const tokens = choice.logprobs ?? [];
  const rest = choice.text.slice(tokens.reduce((sum, { token }) => sum + token.length, 0));
  return [
    { delta: { role: 'assistant', content: choice.toolCalls.length > 0 ? null : '' } },
    ...piecesOf(choice.reasoning ?? '').map((piece) => ({ delta: { reasoning_content: piece } })),
    ...tokens.map((token) => ({ delta: { content: token.token }, logprobs: { content: [logprobOf(token)] } })),
    ...piecesOf(rest).map((piece) => ({ delta: { content: piece } })),
    ...choice.toolCalls.flatMap(({ id, name, arguments: given }, index) => [
      { delta: { tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] } },
      ...piecesOf(given).map((piece) => ({ delta: { tool_calls: [{ index, function: { arguments: piece } }] } })),
    ]),
    { delta: {}, finish_reason: finishOf(choice) },
  ];
}

interface Joined {
  content: string[];
  reasoning: string[];
  calls: Map<number, { id: string | undefined; name: string; arguments: string[] }>;
  logprobs: unknown[];
  finish: string | undefined;
}

function join(events: readonly unknown[]): Body | undefined {
  const choices = new Map<number, Joined>();
  let usage: unknown;
  let first: unknown;
  for (const event of events) {
    const given = at(event, 'choices');
    if (!Array.isArray(given)) continue;
    first ??= event;
    usage = at(event, 'usage') ?? usage;
    for (const choice of given) {
      const index = amount(at(choice, 'index')) ?? 0;
      const joined = choices.get(index) ?? { content: [], reasoning: [], calls: new Map(), logprobs: [], finish: undefined };
      choices.set(index, joined);
      joinChoice(joined, choice);
    }
  }
  if (first === undefined) return undefined;
  return {
    id: at(first, 'id'),
    object: 'chat.completion',
    created: at(first, 'created'),
    model: at(first, 'model'),
    choices: [...choices].sort(([a], [b]) => a - b).map(([index, joined]) => choiceOf(index, joined)),
    ...(usage !== undefined && { usage }),
  };
}

function joinChoice(joined: Joined, choice: unknown): void {
  const delta = at(choice, 'delta');
  joined.content.push(text(at(delta, 'content')) ?? '');
  joined.reasoning.push(text(at(delta, 'reasoning_content')) ?? '');
  joined.finish = text(at(choice, 'finish_reason')) ?? joined.finish;
  const logprobs = at(choice, 'logprobs', 'content');
  if (Array.isArray(logprobs)) for (const logprob of logprobs) joined.logprobs.push(logprob);
  const calls = at(delta, 'tool_calls');
  for (const given of Array.isArray(calls) ? calls : []) {
    const index = amount(at(given, 'index')) ?? 0;
    const call = joined.calls.get(index) ?? { id: undefined, name: '', arguments: [] };
    joined.calls.set(index, call);
    call.id ??= text(at(given, 'id'));
    call.name ||= text(at(given, 'function', 'name')) ?? '';
    call.arguments.push(text(at(given, 'function', 'arguments')) ?? '');
  }
}

function choiceOf(index: number, { content, reasoning, calls, logprobs, finish }: Joined): Body {
  const whole = content.join('');
  const reasons = reasoning.join('');
  const called = [...calls].sort(([a], [b]) => a - b);
  return {
    index,
    message: {
      role: 'assistant',
      content: whole === '' && called.length > 0 ? null : whole,
      ...(reasons !== '' && { reasoning_content: reasons }),
      ...(called.length > 0 && {
        tool_calls: called.map(([, call]) => ({
          id: call.id,
          type: 'function',
          function: { name: call.name, arguments: call.arguments.join('') },
        })),
      }),
    },
    ...(logprobs.length > 0 && { logprobs: { content: logprobs } }),
    ...(finish !== undefined && { finish_reason: finish }),
  };
}
