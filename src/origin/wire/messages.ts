import { amount, at, parseJson, text } from '../../litellm/json.ts';
import type { Answer, Asked, Choice } from '../answer.ts';
import { type Body, type Form, piecesOf } from './form.ts';

/** Anthropic's messages. */
export const messages: Form = {
  named: true,
  body: (answer, asked) => message(answer, asked, contentOf(answer.choices[0]), stopOf(answer), usageOf(answer)),
  events: (answer, asked) => [
    { type: 'message_start', message: message(answer, asked, [], null, { ...usageOf(answer), output_tokens: 1 }) },
    ...contentOf(answer.choices[0]).flatMap((block, index) => [
      { type: 'content_block_start', index, content_block: { ...block, ...EMPTY[String(block.type)] } },
      ...deltasOf(block).map((delta) => ({ type: 'content_block_delta', index, delta })),
      { type: 'content_block_stop', index },
    ]),
    { type: 'message_delta', delta: { stop_reason: stopOf(answer), stop_sequence: null }, usage: usageOf(answer) },
    { type: 'message_stop' },
  ],
  join,
};

const EMPTY: Readonly<Record<string, Body>> = { text: { text: '' }, thinking: { thinking: '', signature: '' }, tool_use: { input: {} } };

function message(answer: Answer, { model }: Asked, content: readonly Body[], stop_reason: string | null, usage: Body): Body {
  const id = `msg_${answer.stamp.number}`;
  return { id, type: 'message', role: 'assistant', model, content, stop_reason, stop_sequence: null, usage };
}

function usageOf({ usage }: Answer): Body {
  return {
    input_tokens: usage.input,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: usage.cachedInput,
    output_tokens: usage.output,
  };
}

function stopOf({ choices: [choice] }: Answer): string {
  return choice !== undefined && choice.toolCalls.length > 0 ? 'tool_use' : 'end_turn';
}

function contentOf(choice: Choice | undefined): readonly Body[] {
  if (choice === undefined) return [];
  const { reasoning, toolCalls } = choice;
  return [
    ...(reasoning === undefined
      ? []
      : [{ type: 'thinking', thinking: reasoning, signature: Buffer.from(reasoning.slice(0, 48)).toString('base64') }]),
    ...(toolCalls.length > 0 ? [] : [{ type: 'text', text: choice.text }]),
    ...toolCalls.map(({ id, name, arguments: given }): Body => ({ type: 'tool_use', id: `toolu_${id}`, name, input: JSON.parse(given) })),
  ];
}

function deltasOf(block: Body): readonly Body[] {
  switch (block.type) {
    case 'text':
      return piecesOf(String(block.text)).map((piece) => ({ type: 'text_delta', text: piece }));
    case 'thinking':
      return [
        ...piecesOf(String(block.thinking)).map((piece) => ({ type: 'thinking_delta', thinking: piece })),
        { type: 'signature_delta', signature: block.signature },
      ];
    default:
      return piecesOf(JSON.stringify(block.input)).map((piece) => ({ type: 'input_json_delta', partial_json: piece }));
  }
}

interface Block {
  started: unknown;
  pieces: Record<'text' | 'thinking' | 'signature' | 'partial_json', string[]>;
}

function join(events: readonly unknown[]): Body | undefined {
  const start = events.find((event) => at(event, 'type') === 'message_start');
  const message = at(start, 'message');
  if (typeof message !== 'object' || message === null) return undefined;
  const blocks = new Map<number, Block>();
  const blockAt = (event: unknown): Block => {
    const index = amount(at(event, 'index')) ?? 0;
    const block = blocks.get(index) ?? { started: undefined, pieces: { text: [], thinking: [], signature: [], partial_json: [] } };
    blocks.set(index, block);
    return block;
  };
  let stop: unknown = at(message, 'stop_reason');
  let usage: unknown = at(message, 'usage');
  for (const event of events) {
    const type = at(event, 'type');
    if (type === 'content_block_start') blockAt(event).started ??= at(event, 'content_block');
    if (type === 'content_block_delta') {
      const { pieces } = blockAt(event);
      for (const [name, given] of Object.entries(pieces)) given.push(text(at(event, 'delta', name)) ?? '');
    }
    if (type === 'message_delta') {
      stop = at(event, 'delta', 'stop_reason') ?? stop;
      const later = at(event, 'usage');
      if (typeof later === 'object' && later !== null) usage = { ...(typeof usage === 'object' ? usage : {}), ...later };
    }
  }
  const content = [...blocks].sort(([a], [b]) => a - b).map(([, block]) => blockOf(block));
  return { ...message, content, stop_reason: stop, usage };
}

/** A block as it is without a stream. The input of a tool that was cut is the text that came. */
function blockOf({ started, pieces }: Block): unknown {
  const type = text(at(started, 'type')) ?? 'text';
  const whole = (name: keyof Block['pieces']) => (text(at(started, name)) ?? '') + pieces[name].join('');
  if (type === 'text') return { type, text: whole('text') };
  if (type === 'thinking') return { type, thinking: whole('thinking'), signature: whole('signature') };
  const json = pieces.partial_json.join('');
  return { ...(typeof started === 'object' ? started : {}), input: json === '' ? at(started, 'input') : (parseJson(json) ?? json) };
}
