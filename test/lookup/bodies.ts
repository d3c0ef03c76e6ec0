import type { AskedRoute } from '../../src/explain/request.ts';

/** A generator of numbers from 0 to 1 that gives the same ones for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A request of a trial; its body is a text, because the order of fields and the form of numbers count. */
export interface TrialRequest {
  readonly route: AskedRoute;
  readonly model: string;
  /** The fields beside the model, each as JSON. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** Words as users write them, and what is escaped differently by different programs. */
const WORDS = [
  'plain',
  "it's",
  'say "hi"',
  'it\'s "both"',
  'back\\slash',
  'line\nbreak',
  'tab\there',
  'é ü ñ',
  '日本語',
  '🙂 👩‍👩‍👧',
  '\u00a0\u2028\u200b\ufeff',
  '\u0007\u007f\u0085',
  '{"a": 1}',
  '',
  ' ',
];

/** Fields that every release takes on an API, with values in several forms. */
const FIELDS: Readonly<Record<AskedRoute, readonly (readonly [string, readonly string[]])[]>> = {
  chat: [
    ['temperature', ['0', '0.0', '1', '0.7', '1e0', '2.0E-1']],
    ['top_p', ['1', '0.95', '1.0']],
    ['max_tokens', ['16', '1']],
    ['n', ['1']],
    ['seed', ['7', '-0', '18446744073709551616']],
    ['stop', ['["a", "b\'c"]', '"end"', 'null']],
    ['user', ['"u-1"', '"Renée O\'Neil"', 'null']],
    ['stream', ['true', 'false']],
    ['presence_penalty', ['0.1', '0']],
    ['logit_bias', ['{"50256": -100, "10": 1.5}', '{}']],
    ['response_format', ['{"type": "json_object"}', '{"type": "text"}']],
    [
      'tools',
      [
        '[{"type": "function", "function": {"name": "f", "description": "say \\"it\'s\\"", "parameters": {"type": "object", "properties": {"x": {"type": "number", "default": 1e-7}}, "required": ["x"], "additionalProperties": false}}}]',
      ],
    ],
    ['metadata', ['{"trace": "t"}']],
    ['unknown_field', ['"x"']],
  ],
  completions: [
    ['temperature', ['0', '0.0', '0.30000000000000004']],
    ['max_tokens', ['16']],
    ['stop', ['["\\n"]', '"."']],
    ['user', ['"u-2"']],
    ['stream', ['false', 'true']],
    ['echo', ['false']],
    ['logprobs', ['null']],
    ['suffix', ['"it\'s"']],
  ],
  embeddings: [
    ['user', ['"u-3"', '"é"']],
    ['encoding_format', ['"float"']],
  ],
  responses: [
    ['temperature', ['0', '0.5']],
    ['max_output_tokens', ['16']],
    ['instructions', ['"be brief, it\'s late"']],
    ['user', ['"u-4"']],
    ['store', ['false']],
    ['stream', ['false', 'true']],
    ['reasoning', ['{"effort": "low"}']],
  ],
  messages: [
    ['temperature', ['0', '1.0']],
    ['system', ['"be brief"', '[{"type": "text", "text": "it\'s"}]']],
    ['stop_sequences', ['["x", "\\n"]']],
    ['metadata', ['{"user_id": "u-5"}']],
    ['top_k', ['3']],
    ['stream', ['false']],
  ],
};

const MODELS = ['users-model', 'tuned', 'users-model', 'other-model'] as const;

function oneOf<T>(items: readonly T[], random: () => number): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('There is nothing to choose from.');
  return item;
}

/** A request of an API, new by its number. */
export function randomRequest(route: AskedRoute, random: () => number, number: number): TrialRequest {
  const pick = <T>(items: readonly T[]): T => oneOf(items, random);
  const text = () => JSON.stringify(`${number} ${pick(WORDS)} ${pick(WORDS)}`);
  const turn = () =>
    random() < 0.8 ? `{"role": "user", "content": ${text()}}` : `{"content": [{"type": "text", "text": ${text()}}], "role": "user"}`;
  const content: readonly (readonly [string, string])[] =
    route === 'completions'
      ? [['prompt', text()]]
      : route === 'embeddings'
        ? [['input', random() < 0.4 ? text() : `[${text()}, ${text()}, ${text()}]`]]
        : route === 'responses'
          ? [['input', random() < 0.5 ? text() : `[${turn()}]`]]
          : route === 'messages'
            ? [
                ['messages', `[${turn()}]`],
                ['max_tokens', '16'],
              ]
            : [['messages', `[${Array.from({ length: 1 + Math.floor(random() * 3) }, turn).join(', ')}]`]];
  const others = FIELDS[route].filter(() => random() < 0.3).map(([name, values]) => [name, pick(values)] as const);
  const fields = [...content, ...others].map((field) => ({ field, rank: random() })).sort((a, b) => a.rank - b.rank);
  return { route, model: route === 'embeddings' ? 'users-embedding' : pick(MODELS), fields: fields.map(({ field }) => field) };
}

/** The body of a request; `cache` are its cache controls as JSON. */
export function bodyText({ model, fields }: TrialRequest, cache?: string): string {
  const members = [['model', JSON.stringify(model)] as const, ...fields, ...(cache === undefined ? [] : [['cache', cache] as const])];
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}: ${value}`).join(', ')}}`;
}
