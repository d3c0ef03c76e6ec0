import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Asked } from '../../../src/origin/answer.ts';
import { type AskedApi, MAX_INPUTS, readAsked } from '../../../src/origin/asked.ts';
import { newStamp, nonceOf, VECTOR_LENGTH } from '../../../src/origin/stamp.ts';
import { prescribedBody } from '../../../src/origin/wire/index.ts';

const NONCE = 'c0ffee00'.repeat(4);
const OTHER = 'deadbeef'.repeat(4);
const model = 'cache-probe';
const user = (content: unknown) => ({ role: 'user', content });

function asked(api: AskedApi, body: object): Asked {
  const read = readAsked(api, { model, ...body });
  if ('problem' in read) throw new Error(read.problem);
  return read;
}

describe('the nonce', () => {
  const image = { type: 'image_url', image_url: { url: `https://images.example/${OTHER}` } };
  it.each<[string, AskedApi, object]>([
    ['of a text', 'chat', { messages: [user(`probe ${NONCE} now`)] }],
    ['of a text beside an image', 'chat', { messages: [user([image, { type: 'text', text: NONCE }])] }],
    ['of the user, not of the system', 'chat', { messages: [{ role: 'system', content: OTHER }, user(NONCE)] }],
    ['of the user, not of a later tool', 'chat', { messages: [user(NONCE), { role: 'tool', tool_call_id: 'a', content: OTHER }] }],
    ['of the user, not of an answer before', 'chat', { messages: [user('hi'), { role: 'assistant', content: OTHER }, user(NONCE)] }],
    ['of the last text of a user', 'chat', { messages: [user(OTHER), user(NONCE)] }],
    ['of an earlier text where the last has none', 'chat', { messages: [user(NONCE), user('and now?')] }],
    ['of a system prompt where no user has one', 'messages', { system: [{ type: 'text', text: NONCE }], messages: [user('hi')] }],
    ['of a tool where nothing else has one', 'messages', { messages: [user([{ type: 'tool_result', content: NONCE }])] }],
    ['of the user, not of the instructions', 'responses', { instructions: OTHER, input: NONCE }],
    ['of the parts of an input', 'responses', { input: [{ role: 'user', content: [{ type: 'input_text', text: NONCE }] }] }],
    ['of a prompt', 'completions', { prompt: `say ${NONCE}` }],
    ['of an input', 'embeddings', { input: [NONCE] }],
  ])('%s', (_, api, body) => {
    expect(asked(api, body).nonce).toBe(NONCE);
  });

  it('is not looked for in an image, in tokens or in part of a longer word', () => {
    for (const content of [[image], `x${NONCE}`, `${NONCE}0`])
      expect(asked('chat', { messages: [user(content)] }).nonce).not.toMatch(NONCE);
    expect(asked('embeddings', { input: [1, 2, 3] }).nonce).toMatch(/^[0-9a-f]{32}$/);
  });

  it('differs for prompts that bring none and differ anywhere', () => {
    const bodies = [
      { messages: [user('a')] },
      { messages: [user('b')] },
      { messages: [user([image])] },
      { messages: [user([{ ...image, image_url: { url: 'https://images.example/2' } }])] },
      { messages: [{ role: 'system', content: 'x' }, user('a')] },
    ];
    expect(new Set(bodies.map((body) => asked('chat', body).nonce)).size).toBe(bodies.length);
    const tokens = [[1, 2], [2, 1], [12], [[1], [2]]].map((input) => asked('embeddings', { input }).nonce);
    expect(new Set(tokens).size).toBe(tokens.length);
  });
});

describe('what is asked for', () => {
  it('is read from the fields of each API', () => {
    const tools = [{ type: 'function', function: { name: 'a' } }, { name: 'b' }, { function: { name: 7 } }, null];
    expect(asked('chat', { messages: [user(NONCE)], tools }).tools).toEqual(['a', 'b']);
    expect(asked('chat', { messages: [user(NONCE)], tools, tool_choice: 'none' }).tools).toEqual([]);
    expect(asked('messages', { messages: [user(NONCE)], tools, tool_choice: { type: 'tool', name: 'b' } }).tools).toEqual(['b']);
    expect(asked('chat', { messages: [user('x lce:long, lce:unicode')] }).wishes).toEqual(['long', 'unicode']);
    expect(asked('chat', { messages: [user(NONCE)], stream: true, stream_options: { include_usage: true } })).toMatchObject({
      stream: true,
      streamUsage: true,
    });
    expect(asked('chat', { messages: [user(NONCE)], logprobs: true, n: 2, response_format: { type: 'json_object' } })).toMatchObject({
      logprobs: true,
      n: 2,
      json: true,
    });
    expect(asked('completions', { prompt: ['a', 'b'], logprobs: 5 })).toMatchObject({
      logprobs: true,
      inputs: [nonceOf('a'), nonceOf('b')],
    });
    expect(asked('embeddings', { input: 'a', encoding_format: 'base64' })).toMatchObject({ base64: true, dimensions: VECTOR_LENGTH });
  });

  it('calls no tool once a tool has answered', () => {
    const tools = [{ type: 'function', function: { name: 'a' } }];
    const results: [AskedApi, object][] = [
      ['chat', { messages: [user(NONCE), { role: 'assistant', content: null }, { role: 'tool', content: 'sunny' }] }],
      ['messages', { messages: [user(NONCE), user([{ type: 'tool_result', content: [{ type: 'text', text: 'sunny' }] }])] }],
      ['responses', { input: [user(NONCE), { type: 'function_call_output', call_id: 'a', output: 'sunny' }] }],
    ];
    for (const [api, body] of results) expect(asked(api, { ...body, tools }), api).toMatchObject({ tools: [], nonce: NONCE });
  });
});

it.each<[AskedApi, unknown, string | undefined]>([
  ['chat', null, undefined],
  ['chat', [], undefined],
  ['chat', 'text', undefined],
  ['chat', {}, 'model'],
  ['chat', { model: '' }, 'model'],
  ['chat', { model: 'm'.repeat(257) }, 'model'],
  ['chat', JSON.parse('{"__proto__": {"model": "m", "messages": [{"role": "user"}]}}'), 'model'],
  ['chat', { model }, 'messages'],
  ['chat', { model, messages: [] }, 'messages'],
  ['chat', { model, messages: 'hi' }, 'messages'],
  ['chat', { model, messages: [user('a'), 'b'] }, 'messages[1]'],
  ['chat', { model, messages: [user('a')], n: 129 }, 'n'],
  ['chat', { model, messages: [user('a')], n: 0 }, 'n'],
  ['chat', { model, messages: [user('a')], n: 1.5 }, 'n'],
  ['chat', { model, messages: [user('a')], n: '2' }, 'n'],
  ['chat', { model, messages: [user('a')], stream: 'yes' }, 'stream'],
  ['messages', { model, messages: {} }, 'messages'],
  ['responses', { model }, 'input'],
  ['responses', { model, input: [] }, 'input'],
  ['completions', { model }, 'prompt'],
  ['completions', { model, prompt: [] }, 'prompt'],
  ['completions', { model, prompt: Array.from({ length: 65 }, () => 'a'), n: 2 }, 'n'],
  ['completions', { model, prompt: [['a']] }, 'prompt'],
  ['embeddings', { model, input: ['a', 1] }, 'input'],
  ['embeddings', { model, input: [-1, 2] }, 'input'],
  ['embeddings', { model, input: [[]] }, 'input'],
  ['embeddings', { model, input: Array.from({ length: MAX_INPUTS + 1 }, () => 'a') }, 'input'],
  ['embeddings', { model, input: 'a', dimensions: 0 }, 'dimensions'],
  ['embeddings', { model, input: Array.from({ length: MAX_INPUTS }, () => 'a'), dimensions: 3072 }, 'dimensions'],
])('refuses for %s %j by the field %s', (api, body, field) => {
  expect(readAsked(api, body)).toMatchObject({ field, problem: expect.stringMatching(/\.$/) });
});

it('answers 2,048 inputs, of texts and of tokens', () => {
  for (const part of ['word', [1, 2, 3]]) {
    const read = asked('embeddings', { input: Array.from({ length: MAX_INPUTS }, () => part) });
    const body = prescribedBody('embeddings', newStamp(read.nonce), read, ['key']);
    expect(body.data).toHaveLength(MAX_INPUTS);
    expect(JSON.stringify(body).length).toBeLessThan(2 * 1024 * 1024);
  }
});

it('reads any JSON without an error, and what it reads can be answered', () => {
  const field = fc.constantFrom(
    'model',
    'messages',
    'input',
    'prompt',
    'role',
    'content',
    'type',
    'tools',
    'n',
    'stream',
    'text',
    '__proto__',
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom('user', 'tool', 'text', 'tool_result', 'lce:long', NONCE, 0, 2, 1e300, true, null),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(field, tie('any'), { maxKeys: 5 }),
    ),
  })).any;
  fc.assert(
    fc.property(value, fc.constantFrom<AskedApi>('chat', 'completions', 'embeddings', 'responses', 'messages'), (body, api) => {
      const read = readAsked(api, typeof body === 'object' && body !== null && !Array.isArray(body) ? { model, ...body } : body);
      if (!('problem' in read)) expect(prescribedBody(api, newStamp(read.nonce), read, ['key'])).toBeDefined();
    }),
    { numRuns: 300 },
  );
});
