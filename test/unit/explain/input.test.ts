import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLines } from '../../../src/explain/input/lines.ts';
import { readRequest, stepsOf } from '../../../src/explain/input/record.ts';
import { writeJson } from '../../../src/explain/json-text.ts';

async function linesOf(chunks: readonly Uint8Array[], longest = 1_000) {
  async function* given() {
    yield* chunks;
  }
  const lines = [];
  for await (const line of readLines(given(), longest)) lines.push(line);
  return lines;
}

function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) {
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return [...chunks, bytes.subarray(at)];
}

describe('the lines of a file', () => {
  it('are the same however the file comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\n\uFEFF]/g, ''))),
        fc.array(fc.nat(5)),
        async (texts, sizes) => {
          const lines = await linesOf(cut(Buffer.from(texts.join('\n')), sizes));
          const wanted = texts.map((text, index) => ({ number: index + 1, text })).filter(({ text }) => text.trim() !== '');
          expect(lines).toEqual(wanted);
        },
      ),
    );
  });

  it('that are too long or no UTF-8 are told with their numbers, and the rest goes on', async () => {
    const bytes = Buffer.concat([
      Buffer.from(`\uFEFFone\r\n\n${'x'.repeat(2_000)}\n`),
      Buffer.from([0xff, 0xfe, 0x0a]),
      Buffer.from('last'),
    ]);
    expect(await linesOf(cut(bytes, [1, 700, 900]))).toEqual([
      { number: 1, text: 'one\r' },
      { number: 3, text: undefined, problem: 'too_long' },
      { number: 4, text: undefined, problem: 'not_utf8' },
      { number: 5, text: 'last' },
    ]);
  });

  it('without an end take no memory', async () => {
    async function* endless() {
      const chunk = new Uint8Array(1_048_576).fill(0x61);
      for (let index = 0; index < 512; index++) yield chunk;
    }
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const watched = (async function* () {
      for await (const chunk of endless()) {
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
        yield chunk;
      }
    })();
    const lines = [];
    for await (const line of readLines(watched, 4_194_304)) lines.push(line);
    expect(lines).toEqual([{ number: 1, text: undefined, problem: 'too_long' }]);
    expect(most).toBeLessThan(128 * 1_048_576);
  });
});

describe('a record', () => {
  const body = '{"model":"m","messages":[{"role":"user","content":"x"}],"temperature":0.0}';

  it.each([
    ['a body', body, 'chat'],
    ['a batch', `{"custom_id":"1","method":"POST","url":"/v1/chat/completions","body":${body}}`, 'chat'],
    ['a batch of embeddings', '{"url":"/v1/embeddings","body":{"model":"m","input":"x"}}', 'embeddings'],
    [
      "LiteLLM's log of spend",
      `{"request_id":"1","call_type":"acompletion","proxy_server_request":${JSON.stringify(body)},"messages":{}}`,
      'chat',
    ],
    ['a log with the call', '{"call_type":"aresponses","request":{"model":"m","input":"x"}}', 'responses'],
    ['a proxy request', `{"proxy_server_request":{"url":"http://gw/v1/messages","body":${body}}}`, 'messages'],
  ])('%s is read', (_, text, route) => {
    const read = readRequest(text, {});
    expect('problem' in read ? read.problem : read.route).toBe(route);
    if ('body' in read && route === 'chat') expect(writeJson(read.body)).toBe(body);
  });

  it('of a log that keeps parameters apart is put together, and says so', () => {
    const read = readRequest('{"call_type":"acompletion","model":"m","messages":[1],"model_parameters":{"temperature":0.0},"id":"1"}', {});
    expect('body' in read && [writeJson(read.body), read.isRebuilt]).toEqual(['{"model":"m","messages":[1],"temperature":0.0}', true]);
  });

  it.each([
    ['nonsense', {}, 'it is no JSON'],
    ['[1]', {}, 'no JSON object'],
    ['{"a":1}', {}, 'neither messages, prompt nor input'],
    ['{"model":"m","input":"x"}', {}, '--route'],
    ['{"model":"m","input":"x"}', { route: 'chat' as const }, 'no messages'],
    ['{"a":{"b":1}}', { body: ['a', 'b'] }, 'the path of --body'],
    ['{"a":{"b":1}}', { body: ['x', 0, 'y'] }, 'the path of --body'],
  ])('%s with %j is refused in a sentence', (text, options, problem) => {
    const read = readRequest(text, options);
    expect('problem' in read ? read.problem : read).toContain(problem);
  });

  it('has its body where it is said', () => {
    const read = readRequest(`{"items":[{"raw":${JSON.stringify(body)}}],"body":{"prompt":"other"}}`, { body: stepsOf('items[0].raw') });
    expect('body' in read && writeJson(read.body)).toBe(body);
    expect(stepsOf('a.b[0][12].c')).toEqual(['a', 'b', 0, 12, 'c']);
    for (const wrong of ['', '.', 'a..b', 'a[', 'a[x]', '[0]']) expect(stepsOf(wrong)).toBeUndefined();
  });

  it('of any text is a request or a sentence', () => {
    fc.assert(fc.property(fc.json(), (text) => void expect(readRequest(text, {})).toBeTypeOf('object')));
  });
});
