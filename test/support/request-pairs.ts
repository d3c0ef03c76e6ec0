import fc from 'fast-check';
import { isFault, type JsonMember, type JsonNode, readJson } from '../../src/explain/json-text.ts';
import type { AskedRoute, UserRequest } from '../../src/explain/request.ts';

/** A value as it was written; a text that is no JSON is a mistake of the test. */
export function nodeOf(text: string): JsonNode {
  const node = readJson(text);
  if (isFault(node)) throw new Error(`${node.fault} at ${node.at}: ${text.slice(0, 80)}`);
  return node;
}

const scalar: fc.Arbitrary<JsonNode> = fc.oneof(
  fc.constantFrom('0', '0.0', '1', '1e0', '1.0', '-0', '0.7', '7e-1', '12').map((written): JsonNode => ({ kind: 'number', written })),
  fc.constantFrom('true', 'false', 'null').map((written): JsonNode => ({ kind: 'literal', written })),
  fc.constantFrom('"a"', '"\\u0061"', '"b"', '"2026-11-30"', '""').map((written): JsonNode => ({ kind: 'string', written })),
);

/** Any value of few names and values, so that two of them have much in common; members may be given twice. */
export const anyNode: fc.Arbitrary<JsonNode> = fc.letrec<{ node: JsonNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    scalar,
    fc.array(tie('node'), { maxLength: 5 }).map((items): JsonNode => ({ kind: 'array', items })),
    fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', '__proto__', '1'), tie('node')), { maxLength: 6 }).map(
      (members): JsonNode => ({
        kind: 'object',
        members: members.map(([name, value]): JsonMember => ({ name, written: JSON.stringify(name), value })),
      }),
    ),
  ),
})).node;

const fields: fc.Arbitrary<readonly [string, string]> = fc.constantFrom<readonly [string, string]>(
  ['temperature', '0'],
  ['temperature', '0.0'],
  ['temperature', '1'],
  ['temperature', '1e0'],
  ['temperature', '1.0'],
  ['top_p', '0.5'],
  ['top_p', '5e-1'],
  ['top_p', 'null'],
  ['user', '"alice"'],
  ['user', '"b\\u006fb"'],
  ['user', '"bob"'],
  ['metadata', '{"trace":"1"}'],
  ['metadata', '{"trace":"2","a":{"b":[1,2]}}'],
);

const ofChat: fc.Arbitrary<readonly [string, string]> = fc.constantFrom<readonly [string, string]>(
  ['seed', '7'],
  ['n', '1'],
  ['stop', '["a","b"]'],
  ['stop', '["b","a"]'],
  ['presence_penalty', '0'],
  ['presence_penalty', '0.0'],
  ['response_format', '{"type":"text"}'],
  [
    'tools',
    '[{"type":"function","function":{"name":"f","description":"one","parameters":{"type":"object","properties":{"x":{"type":"string"},"y":{"type":"number"}}}}}]',
  ],
  [
    'tools',
    '[{"type":"function","function":{"name":"f","description":"two","parameters":{"type":"object","properties":{"y":{"type":"number"},"x":{"type":"string"}}}}}]',
  ],
  [
    'tools',
    '[{"function":{"name":"f","parameters":{"type":"object","properties":{}}},"type":"function"},{"type":"function","function":{"name":"g","parameters":{"type":"object","properties":{}}}}]',
  ],
);

const contents: Readonly<Record<AskedRoute, { name: string; values: readonly string[] }>> = {
  chat: {
    name: 'messages',
    values: [
      '[{"role":"user","content":"hello"}]',
      '[{"content":"hello","role":"user"}]',
      '[{"role":"system","content":"Today is 2026-11-29."},{"role":"user","content":"hello"}]',
      '[{"role":"system","content":"Today is 2026-11-30."},{"role":"user","content":"hello"}]',
      '[{"role":"user","content":[{"type":"text","text":"what is this?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]}]',
      '[{"role":"user","content":[{"type":"text","text":"what is this?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGg8="}}]}]',
    ],
  },
  completions: { name: 'prompt', values: ['"one"', '"o\\u006ee"', '"two"', '["one"]'] },
  embeddings: { name: 'input', values: ['"one"', '"two"', '["one","two"]', '["two","one"]', '["one","three"]'] },
  responses: { name: 'input', values: ['"one"', '"two"', '[{"role":"user","content":"one"}]', '[{"content":"one","role":"user"}]'] },
  messages: { name: 'messages', values: ['[{"role":"user","content":"hello"}]', '[{"role":"user","content":"hello!"}]'] },
};

/** Fields that every API takes, and those that only one of them does. */
const own: Readonly<Record<AskedRoute, fc.Arbitrary<readonly [string, string]>>> = {
  chat: fc.oneof(fields, ofChat),
  completions: fc.oneof(
    fields,
    fc.constantFrom<readonly [string, string]>(['max_tokens', '5'], ['max_tokens', '6'], ['n', '1'], ['seed', '7']),
  ),
  embeddings: fc.constantFrom<readonly [string, string]>(
    ['user', '"alice"'],
    ['user', '"bob"'],
    ['encoding_format', '"float"'],
    ['metadata', '{"trace":"1"}'],
    ['metadata', '{"trace":"2"}'],
  ),
  responses: fc.oneof(
    fc.constantFrom<readonly [string, string]>(['temperature', '0'], ['temperature', '0.0'], ['temperature', '1'], ['user', '"alice"']),
    fc.constantFrom<readonly [string, string]>(
      ['instructions', '"be short"'],
      ['instructions', '"be long"'],
      ['max_output_tokens', '16'],
      ['store', 'false'],
    ),
  ),
  messages: fc.constantFrom<readonly [string, string]>(
    ['temperature', '0'],
    ['temperature', '0.0'],
    ['temperature', '1'],
    ['system', '"be short"'],
    ['system', '"be long"'],
    ['top_k', '5'],
  ),
};

/** Two requests of users for one API, which have much in common: fields in any order, there or not, values and how they are written. */
export function requestPairs(route: AskedRoute): fc.Arbitrary<readonly [UserRequest, UserRequest]> {
  const { name, values } = contents[route];
  const always: (readonly [string, string])[] = route === 'messages' ? [['max_tokens', '16']] : [];
  const body = (picked: readonly (readonly [string, string])[], content: string, order: readonly number[]) => {
    const unique = [...new Map([['model', '"m"'] as const, [name, content] as const, ...always, ...picked])];
    const sorted = unique.map((field, index) => ({ field, at: order[index] ?? 0 })).sort((a, b) => a.at - b.at);
    return nodeOf(`{${sorted.map(({ field: [key, value] }) => `${JSON.stringify(key)}:${value}`).join(',')}}`);
  };
  const picks = fc.array(own[route], { maxLength: 4 });
  const order = fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.nat(20), { minLength: 8, maxLength: 8 }) },
  );
  const content = fc.oneof({ weight: 2, arbitrary: fc.constant(values[0] ?? '') }, { weight: 1, arbitrary: fc.constantFrom(...values) });
  return fc
    .tuple(picks, fc.array(own[route], { maxLength: 2 }), content, content, order, order)
    .map(([shared, more, one, two, first, second]) => [
      { route, body: body(shared, one, first) },
      { route, body: body([...shared, ...more], two, second) },
    ]);
}
