import { at, text } from '../../litellm/json.ts';
import type { Answer, Asked, Choice } from '../answer.ts';
import { type Body, type Form, piecesOf } from './form.ts';

/** OpenAI's responses. */
export const responses: Form = {
  named: true,
  body: (answer, asked) => response(answer, asked, 'completed', outputOf(answer)),
  events: (answer, asked) => {
    const opened = { ...response(answer, asked, 'in_progress', []), usage: null };
    return [
      { type: 'response.created', response: opened },
      { type: 'response.in_progress', response: opened },
      ...outputOf(answer).flatMap(itemEvents),
      { type: 'response.completed', response: response(answer, asked, 'completed', outputOf(answer)) },
    ].map((event, index) => ({ ...event, sequence_number: index }));
  },
  join,
};

function response(answer: Answer, asked: Asked, status: string, output: readonly Body[]): Body {
  const { input, cachedInput, output: given, reasoning } = answer.usage;
  return {
    id: `resp_${answer.stamp.number}`,
    object: 'response',
    created_at: answer.created,
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model: asked.model,
    output,
    parallel_tool_calls: true,
    previous_response_id: null,
    store: false,
    temperature: 1,
    text: { format: { type: asked.json ? 'json_object' : 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: cachedInput },
      output_tokens: given,
      output_tokens_details: { reasoning_tokens: reasoning },
      total_tokens: input + given,
    },
  };
}

function outputOf(answer: Answer): readonly Body[] {
  const [choice] = answer.choices;
  if (choice === undefined) return [];
  const { number } = answer.stamp;
  return [
    ...(choice.reasoning === undefined
      ? []
      : [{ id: `rs_${number}`, type: 'reasoning', summary: [{ type: 'summary_text', text: choice.reasoning }] }]),
    ...(choice.toolCalls.length > 0 ? callsOf(choice) : [messageOf(choice, number)]),
  ];
}

function messageOf(choice: Choice, number: string): Body {
  const logprobs = choice.logprobs?.map(({ token, logprob }) => ({ token, logprob, bytes: [...Buffer.from(token)], top_logprobs: [] }));
  const content = [{ type: 'output_text', text: choice.text, annotations: [], logprobs: logprobs ?? [] }];
  return { id: `msg_${number}`, type: 'message', role: 'assistant', status: 'completed', content };
}

function callsOf({ toolCalls }: Choice): readonly Body[] {
  return toolCalls.map(({ id, name, arguments: given }) => ({
    id: `fc_${id}`,
    type: 'function_call',
    status: 'completed',
    call_id: id,
    name,
    arguments: given,
  }));
}

/** The events of one item of the output: it is added empty, given in pieces, and done whole. */
function itemEvents(item: Body, output_index: number): readonly Body[] {
  const where = { item_id: item.id, output_index };
  const empty = { ...item, ...(item.type === 'reasoning' ? { summary: [] } : { status: 'in_progress' }), ...EMPTY[String(item.type)] };
  return [
    { type: 'response.output_item.added', output_index, item: empty },
    ...(PARTS[String(item.type)]?.(item, where) ?? []),
    { type: 'response.output_item.done', output_index, item },
  ];
}

const EMPTY: Readonly<Record<string, Body>> = { message: { content: [] }, function_call: { arguments: '' } };

const PARTS: Readonly<Record<string, (item: Body, where: Body) => readonly Body[]>> = {
  message: (item, where) => {
    const here = { ...where, content_index: 0 };
    const part = at(item, 'content', 0);
    const whole = text(at(part, 'text')) ?? '';
    const logprobs = at(part, 'logprobs');
    return [
      { type: 'response.content_part.added', ...here, part: { type: 'output_text', text: '', annotations: [], logprobs: [] } },
      ...piecesOf(whole).map((delta, index) => ({
        type: 'response.output_text.delta',
        ...here,
        delta,
        logprobs: index === 0 ? logprobs : [],
      })),
      { type: 'response.output_text.done', ...here, text: whole, logprobs },
      { type: 'response.content_part.done', ...here, part },
    ];
  },
  reasoning: (item, where) => {
    const here = { ...where, summary_index: 0 };
    const part = at(item, 'summary', 0);
    const whole = text(at(part, 'text')) ?? '';
    return [
      { type: 'response.reasoning_summary_part.added', ...here, part: { type: 'summary_text', text: '' } },
      ...piecesOf(whole).map((delta) => ({ type: 'response.reasoning_summary_text.delta', ...here, delta })),
      { type: 'response.reasoning_summary_text.done', ...here, text: whole },
      { type: 'response.reasoning_summary_part.done', ...here, part },
    ];
  },
  function_call: (item, where) => [
    ...piecesOf(String(item.arguments)).map((delta) => ({ type: 'response.function_call_arguments.delta', ...where, delta })),
    { type: 'response.function_call_arguments.done', ...where, name: item.name, arguments: item.arguments },
  ],
};

const ENDED: ReadonlySet<unknown> = new Set(['response.completed', 'response.incomplete', 'response.failed']);
const STREAMED = {
  text: 'response.output_text.delta',
  reasoning: 'response.reasoning_summary_text.delta',
  arguments: 'response.function_call_arguments.delta',
} as const;

/**
 * The response that the last event holds whole, and under `streamed` what a program that reads the pieces gets: a replay may give
 * one of them and not the other.
 */
function join(events: readonly unknown[]): Body | undefined {
  const ended = events.findLast((event) => ENDED.has(at(event, 'type')));
  const whole = at(ended, 'response');
  const pieces = (type: string) => events.flatMap((event) => (at(event, 'type') === type ? [text(at(event, 'delta')) ?? ''] : [])).join('');
  const streamed = { text: pieces(STREAMED.text), reasoning: pieces(STREAMED.reasoning), arguments: pieces(STREAMED.arguments) };
  if (typeof whole === 'object' && whole !== null) return { ...whole, streamed };
  return Object.values(streamed).some((given) => given !== '') ? { object: 'response', streamed } : undefined;
}
