import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/litellm/json.ts';
import { ORIGIN_API, type OriginApi } from '../../../src/model/origin.ts';
import { alterations, differences } from '../../../src/origin/compare.ts';

const call = (id: string, text: string) => ({ id, type: 'function', function: { name: 'tool', arguments: text } });
const base64 = (vector: readonly number[]) => Buffer.from(Float32Array.from(vector).buffer).toString('base64');

/** A body of each API that has every part that is compared. */
const BODIES: Readonly<Record<Exclude<OriginApi, 'models'>, Record<string, unknown>>> = {
  chat: {
    id: 'one',
    object: 'chat.completion',
    created: 1,
    choices: [
      {
        index: 0,
        finish_reason: 'tool_calls',
        message: {
          role: 'assistant',
          content: 'text',
          reasoning_content: 'because',
          tool_calls: [call('call_a', '{"a":1,"b":2}'), call('call_b', '{"a":2}')],
        },
        logprobs: { content: [{ token: 'text', logprob: -0.5 }] },
      },
      { index: 1, finish_reason: 'stop', message: { role: 'assistant', content: 'other' } },
    ],
    usage: { prompt_tokens: 11, completion_tokens: 1045, completion_tokens_details: { reasoning_tokens: 5 } },
  },
  completions: { id: 'one', created: 1, choices: [{ index: 0, text: 'text', finish_reason: 'stop' }], usage: { prompt_tokens: 3 } },
  embeddings: {
    object: 'list',
    data: [
      { object: 'embedding', index: 0, embedding: [0.5, -0.25] },
      { object: 'embedding', index: 1, embedding: [0.125, 0.75] },
    ],
    usage: { prompt_tokens: 7 },
  },
  responses: {
    id: 'resp_one',
    created_at: 1,
    status: 'completed',
    output: [
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'because' }] },
      { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text: 'text' }] },
      { type: 'function_call', id: 'fc_1', call_id: 'call_a', name: 'tool', arguments: '{"a":1}' },
    ],
    usage: { input_tokens: 3 },
  },
  messages: {
    id: 'msg_one',
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'because', signature: 'signed' },
      { type: 'text', text: 'text' },
      { type: 'tool_use', id: 'toolu_a', name: 'tool', input: { a: 1, list: [1, 2] } },
    ],
    stop_reason: 'tool_use',
    usage: { input_tokens: 3 },
  },
};

/** A copy of a body in which the part at a path is another one; undefined takes it away. */
function changed(body: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const copy: unknown = structuredClone(body);
  const holder = at(copy, ...path.slice(0, -1));
  const last = path.at(-1);
  if (typeof holder !== 'object' || holder === null || last === undefined) throw new Error(`no part at ${path.join('.')}`);
  if (value !== undefined) Reflect.set(holder, last, value);
  else if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else Reflect.deleteProperty(holder, last);
  return copy;
}

describe('the differences of a body from what was expected', () => {
  it.each<[keyof typeof BODIES, (string | number)[], unknown, [string, boolean] | undefined]>([
    ['chat', ['id'], 'two', undefined],
    ['chat', ['created'], 2, undefined],
    ['chat', ['object'], 'other', ['/object', false]],
    ['chat', ['system_fingerprint'], 'added', undefined],
    ['chat', ['choices', 0, 'message', 'content'], 'tex', ['/choices/0/message/content', true]],
    ['chat', ['choices', 0, 'message', 'content'], null, ['/choices/0/message/content', true]],
    ['chat', ['choices', 0, 'message', 'reasoning_content'], undefined, ['/choices/0/message/reasoning_content', false]],
    ['chat', ['choices', 0, 'message', 'reasoning_content'], '', ['/choices/0/message/reasoning_content', false]],
    ['chat', ['choices', 0, 'message', 'tool_calls'], [], ['/choices/0/message/tool_calls', true]],
    ['chat', ['choices', 0, 'message', 'tool_calls', 1], undefined, ['/choices/0/message/tool_calls/1', true]],
    ['chat', ['choices', 0, 'message', 'tool_calls', 0, 'id'], 'renamed', undefined],
    ['chat', ['choices', 0, 'message', 'tool_calls', 1, 'id'], 'call_a', ['/choices/0/message/tool_calls/1/id', true]],
    ['chat', ['choices', 0, 'message', 'tool_calls', 1, 'id'], '', ['/choices/0/message/tool_calls/1/id', true]],
    [
      'chat',
      ['choices', 0, 'message', 'tool_calls', 0, 'function', 'name'],
      'tol',
      ['/choices/0/message/tool_calls/0/function/name', true],
    ],
    [
      'chat',
      ['choices', 0, 'message', 'tool_calls', 0, 'function', 'arguments'],
      '{"a": 1, "b": 2}',
      ['/choices/0/message/tool_calls/0/function/arguments', false],
    ],
    [
      'chat',
      ['choices', 0, 'message', 'tool_calls', 0, 'function', 'arguments'],
      '{"a":1,"b":',
      ['/choices/0/message/tool_calls/0/function/arguments', true],
    ],
    ['chat', ['choices', 1, 'message', 'tool_calls'], [call('x', '{}')], ['/choices/1/message/tool_calls', true]],
    ['chat', ['choices', 0, 'logprobs'], null, ['/choices/0/logprobs', false]],
    ['chat', ['choices', 0, 'logprobs', 'content', 0, 'logprob'], -0.25, ['/choices/0/logprobs/content/0/logprob', false]],
    ['chat', ['choices', 0, 'finish_reason'], 'stop', ['/choices/0/finish_reason', false]],
    ['chat', ['choices', 0, 'index'], 1, ['/choices/0/index', true]],
    ['chat', ['choices', 1], undefined, ['/choices/1', true]],
    ['chat', ['choices', 2], { index: 2 }, ['/choices/2', true]],
    ['chat', ['choices'], null, ['/choices', true]],
    ['chat', ['choices'], 'text', ['/choices', true]],
    ['chat', ['usage', 'completion_tokens'], 23, ['/usage/completion_tokens', false]],
    ['chat', ['usage', 'completion_tokens_details'], undefined, ['/usage/completion_tokens_details', false]],
    ['chat', ['usage', 'completion_tokens_details', 'reasoning_tokens'], 0, ['/usage/completion_tokens_details/reasoning_tokens', false]],
    ['completions', ['choices', 0, 'text'], 'other', ['/choices/0/text', true]],
    ['completions', ['usage'], undefined, ['/usage', false]],
    ['embeddings', ['data', 1, 'embedding'], [0.5, -0.25], ['/data/1/embedding', true]],
    ['embeddings', ['data', 1, 'embedding'], [0.125], ['/data/1/embedding', true]],
    ['embeddings', ['data', 1, 'embedding'], base64([0.125, 0.75]), undefined],
    ['embeddings', ['data', 1, 'embedding'], base64([0.125, 0.5]), ['/data/1/embedding', true]],
    ['embeddings', ['data', 1, 'embedding'], 'not floats', ['/data/1/embedding', true]],
    ['embeddings', ['data', 1, 'index'], 0, ['/data/1/index', true]],
    ['embeddings', ['data', 0], undefined, ['/data/0/index', true]],
    ['embeddings', ['usage', 'prompt_tokens'], 12, ['/usage/prompt_tokens', false]],
    ['responses', ['id'], 'resp_two', undefined],
    ['responses', ['output', 0, 'id'], 'rs_2', undefined],
    ['responses', ['output', 0], undefined, ['/output/0', false]],
    ['responses', ['output', 1], undefined, ['/output/1/type', true]],
    ['responses', ['output', 2], undefined, ['/output/2', true]],
    ['responses', ['output', 1, 'content', 0, 'text'], 'tex', ['/output/1/content/0/text', true]],
    ['responses', ['output', 2, 'arguments'], '{"a":2}', ['/output/2/arguments', true]],
    ['responses', ['output', 2, 'call_id'], undefined, ['/output/2/call_id', true]],
    ['responses', ['status'], 'incomplete', ['/status', false]],
    ['messages', ['content', 0], undefined, ['/content/0', false]],
    ['messages', ['content', 0, 'thinking'], 'otherwise', ['/content/0/thinking', false]],
    ['messages', ['content', 1, 'text'], 'tex', ['/content/1/text', true]],
    ['messages', ['content', 2, 'input', 'a'], 2, ['/content/2/input/a', true]],
    ['messages', ['content', 2, 'input', 'more'], 2, ['/content/2/input', true]],
    ['messages', ['content', 2, 'input', 'list', 1], undefined, ['/content/2/input/list/1', true]],
    ['messages', ['stop_reason'], 'end_turn', ['/stop_reason', false]],
  ])('of %s at %j with %j', (api, path, value, expected) => {
    const [first] = differences(api, BODIES[api], changed(BODIES[api], path, value));
    expect(first && [first.pointer, first.acts]).toEqual(expected);
  });

  it('are none for a body and itself, whatever it is', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ORIGIN_API), fc.jsonValue({ maxDepth: 6 }), (api, body) => {
        expect(differences(api, body, structuredClone(body))).toEqual([]);
      }),
    );
  });

  it('are none for what is added beside the parts that a program acts on, and for null in place of absence', () => {
    const keys = fc.string().filter((key) => !['index', 'content', 'text', 'input', 'name', 'type', 'arguments', 'call_id'].includes(key));
    const added = fc.dictionary(keys, fc.jsonValue());
    fc.assert(
      fc.property(fc.constantFrom(...keysOf(BODIES)), added, (api, more) => {
        expect(differences(api, BODIES[api], { ...more, ...BODIES[api] })).toEqual([]);
        expect(differences(api, { ...BODIES[api], usage: null }, { ...BODIES[api], ...more, usage: undefined })).toEqual([]);
      }),
    );
  });

  it('are told for every part that is changed, but for what each answer has anew, and point to that part or to what holds it', () => {
    const places = keysOf(BODIES).flatMap((api) => leaves(BODIES[api]).map((path) => ({ api, path })));
    expect(places.length).toBeGreaterThan(60);
    for (const { api, path } of places) {
      const pointer = `/${path.join('/')}`;
      const [found, ...more] = differences(api, BODIES[api], changed(BODIES[api], path, 'changed to this'));
      if (/^\/(?:id|created|created_at)$|^\/output\/\d+\/id$|\/(?:tool_calls\/\d+|content\/\d+)\/id$|\/call_id$/.test(pointer)) {
        expect([pointer, found]).toEqual([pointer, undefined]);
        continue;
      }
      // A reasoning whose type is another one is a result that is too many.
      if (/^\/(?:content|output)\/0\/type$/.test(pointer)) continue;
      expect([pointer, more]).toEqual([pointer, []]);
      expect(pointer.startsWith(found?.pointer ?? 'none')).toBe(true);
    }
  });

  it('hold no name of the body that was found', () => {
    fc.assert(
      fc.property(fc.constantFrom(...keysOf(BODIES)), fc.jsonValue({ maxDepth: 6 }), (api, body) => {
        for (const { pointer } of differences(api, BODIES[api], body)) {
          const path = pointer.split('/').slice(1);
          const isKnown = at(BODIES[api], ...path) !== undefined;
          const isNext = at(BODIES[api], ...path.slice(0, -1)) !== undefined && /^\d+$/.test(path.at(-1) ?? '');
          expect([pointer, isKnown || isNext]).toEqual([pointer, true]);
        }
      }),
    );
  });

  it.each<[keyof typeof BODIES, (string | number)[], string]>([
    ['chat', ['choices', 0, 'message', 'tool_calls', 0], '/choices/0/message/tool_calls/0'],
    ['chat', ['choices', 0, 'message', 'tool_calls', 0, 'function'], '/choices/0/message/tool_calls/0/function'],
    ['messages', ['content', 2, 'input'], '/content/2/input'],
  ])('point to what holds it where something with a name of its own is added: %s %j', (api, path, pointer) => {
    const added = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`the prompt of a user ${index}`, 'text']));
    const found = changed(BODIES[api], path, { ...Object(at(BODIES[api], ...path)), ...added });
    expect(differences(api, BODIES[api], found)).toEqual([{ pointer, acts: true }]);
  });

  it('keep their number small for a list that is far too long', () => {
    const vector = { object: 'embedding', index: 0, embedding: [1] };
    const found = { ...BODIES.embeddings, data: [...Array.from({ length: 100_000 }, () => vector)] };
    expect(differences('embeddings', BODIES.embeddings, found).map(({ pointer }) => pointer)).toEqual([
      '/data/0/embedding',
      '/data/1/index',
      '/data/1/embedding',
      '/data/2',
    ]);
  });

  it('are no more than can be told of bodies that are far too large, of which the rest counts as different', () => {
    const large = (value: unknown) => ({ more: Array.from({ length: 300_000 }, () => value), ...BODIES.chat });
    for (const [one, other] of [
      [large(1), large(2)],
      [large('text'), large('text')],
      [large(1), { ...BODIES.chat, more: [] }],
      [large({ a: 1 }), { more: [1], ...BODIES.chat }],
    ]) {
      const found = differences('chat', one, other);
      expect(found.length).toBeLessThanOrEqual(100_001);
      expect(found.at(-1)).toEqual(Object(other).more.length === 0 ? { pointer: '/more', acts: false } : { pointer: '', acts: true });
    }
    const repeated = { ...large(2), choices: [] };
    expect(alterations('chat', { prescribed: BODIES.chat, first: large(1), repeated })).toEqual([{ pointer: '/choices', acts: true }]);
    expect(alterations('chat', { prescribed: BODIES.chat, first: large(1), repeated: large(2) })).toEqual([]);
  });

  it('take names that are special in JavaScript or in a pointer as they are', () => {
    const body: unknown = JSON.parse('{"__proto__":{"a":1},"constructor":1,"a/b":1,"c~d":1}');
    expect(differences('chat', body, body)).toEqual([]);
    expect(differences('chat', body, {}).map(({ pointer }) => pointer)).toEqual(['/__proto__', '/constructor', '/a~1b', '/c~0d']);
  });
});

describe('what a cache has altered', () => {
  const prescribed = BODIES.chat;
  const translated = changed(changed(prescribed, ['object'], 'translated'), ['service'], { tier: 'added' });

  it('is nothing where the gateway changes both answers alike, and where the cache takes that back', () => {
    expect(alterations('chat', { prescribed, first: translated, repeated: translated })).toEqual([]);
    expect(alterations('chat', { prescribed, first: translated, repeated: prescribed })).toEqual([]);
  });

  it('is what differs from the first answer and from what is prescribed', () => {
    const repeated = changed(translated, ['usage', 'completion_tokens'], 23);
    expect(alterations('chat', { prescribed, first: translated, repeated })).toEqual([
      { pointer: '/usage/completion_tokens', acts: false },
    ]);
  });

  it('is nothing that the gateway adds to each answer anew', () => {
    const stamped = (text: string) => changed(prescribed, ['choices', 0, 'message', 'content'], `text. Request ${text}.`);
    expect(alterations('chat', { prescribed, first: stamped('1'), repeated: stamped('2') })).toEqual([]);
    // What the first answer has as it should be is altered all the same.
    const repeated = changed(stamped('2'), ['choices', 1, 'message', 'content'], 'wrong');
    expect(alterations('chat', { prescribed, first: stamped('1'), repeated })).toEqual([
      { pointer: '/choices/1/message/content', acts: true },
    ]);
    // Nothing was added to the first answer, or something of the text is lost.
    for (const [first, text] of [
      [prescribed, 'text. Request 2.'],
      [stamped('1'), 'tex. Request 2.'],
      [stamped('1'), null],
    ] as const) {
      const other = changed(prescribed, ['choices', 0, 'message', 'content'], text);
      expect(alterations('chat', { prescribed, first, repeated: other })).toEqual([{ pointer: '/choices/0/message/content', acts: true }]);
    }
  });

  it('is told where one of the two differences is at a part and the other at what holds it', () => {
    const first = changed(prescribed, ['usage', 'completion_tokens_details'], undefined);
    const less = changed(prescribed, ['usage'], undefined);
    expect(alterations('chat', { prescribed, first, repeated: less })).toEqual([{ pointer: '/usage', acts: false }]);
    const text = changed(prescribed, ['usage'], 'none');
    const repeated = changed(prescribed, ['usage', 'completion_tokens'], 23);
    expect(alterations('chat', { prescribed, first: text, repeated })).toEqual([{ pointer: '/usage/completion_tokens', acts: false }]);
  });
});

function keysOf<T extends object>(record: T): (keyof T & string)[] {
  const isKey = (key: string): key is keyof T & string => Object.hasOwn(record, key);
  return Object.keys(record).filter(isKey);
}

function leaves(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const steps: (string | number)[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return steps.flatMap((step) => leaves(at(value, step), [...path, step]));
}
