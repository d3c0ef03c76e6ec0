import { randomBytes } from 'node:crypto';
import { createServer, request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseJson } from '../../src/litellm/json.ts';
import type { AskedApi } from '../../src/origin/asked.ts';
import type { Stamp } from '../../src/origin/stamp.ts';
import { joinEvents } from '../../src/origin/wire/index.ts';
import { witnessOf } from '../../src/origin/witness.ts';
import { Secret } from '../../src/source/secret.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { modelsOfOrigin, type RunningOrigin, startOrigin } from '../support/origin.ts';
import { startRedis } from '../support/redis.ts';

const key = randomBytes(24).toString('hex');
const newNonce = () => randomBytes(16).toString('hex');

/** What a request asks for, by the API of the gateway: the path and what its body has beside the model and the prompt. */
const PATHS: Readonly<Record<AskedApi, string>> = {
  chat: '/v1/chat/completions',
  completions: '/v1/completions',
  embeddings: '/v1/embeddings',
  responses: '/v1/responses',
  messages: '/v1/messages',
};

const TOOLS = [{ type: 'function', function: { name: 'weather', description: 'x', parameters: { type: 'object', properties: {} } } }];
const USAGE = { stream: true, stream_options: { include_usage: true } };

interface Case {
  what: string;
  api: AskedApi;
  model?: string;
  more?: object;
  words?: string;
}

const CASES: readonly Case[] = [
  { what: 'chat', api: 'chat' },
  { what: 'chat streamed', api: 'chat', more: USAGE },
  { what: 'chat with tools', api: 'chat', more: { tools: TOOLS } },
  { what: 'chat with tools, streamed', api: 'chat', more: { tools: TOOLS, ...USAGE } },
  { what: 'chat with three choices', api: 'chat', more: { n: 3 } },
  { what: 'chat with logprobs', api: 'chat', more: { logprobs: true } },
  { what: 'chat with reasoning', api: 'chat', words: 'lce:reasoning' },
  { what: 'chat with reasoning, streamed', api: 'chat', words: 'lce:reasoning', more: USAGE },
  { what: 'chat as JSON', api: 'chat', more: { response_format: { type: 'json_object' } } },
  { what: 'chat with a long answer', api: 'chat', words: 'lce:long' },
  { what: 'chat with characters of all kinds', api: 'chat', words: 'lce:unicode' },
  { what: 'chat through anthropic/', api: 'chat', model: 'cache-probe-claude' },
  { what: 'chat through anthropic/, streamed', api: 'chat', model: 'cache-probe-claude', more: USAGE },
  { what: 'chat through anthropic/ with tools', api: 'chat', model: 'cache-probe-claude', more: { tools: TOOLS } },
  { what: 'completions', api: 'completions' },
  { what: 'completions streamed', api: 'completions', more: USAGE },
  { what: 'completions through text-completion-openai/', api: 'completions', model: 'cache-probe-text' },
  { what: 'embeddings', api: 'embeddings', model: 'cache-probe-embedding' },
  { what: 'embeddings as floats', api: 'embeddings', model: 'cache-probe-embedding', more: { encoding_format: 'float' } },
  { what: 'embeddings as base64', api: 'embeddings', model: 'cache-probe-embedding', more: { encoding_format: 'base64' } },
  { what: 'responses', api: 'responses' },
  { what: 'responses streamed', api: 'responses', more: { stream: true } },
  { what: 'messages', api: 'messages', model: 'cache-probe-claude' },
  { what: 'messages streamed', api: 'messages', model: 'cache-probe-claude', more: { stream: true } },
  { what: 'messages of a model behind openai/', api: 'messages' },
];

function bodyOf({ api, model = 'cache-probe', more, words = '' }: Case, nonce: string): object {
  const prompt = `probe ${nonce} ${words}`;
  const messages = [{ role: 'user', content: prompt }];
  const fields = {
    chat: { messages },
    messages: { messages, max_tokens: 1_000 },
    completions: { prompt },
    embeddings: { input: prompt },
    responses: { input: prompt },
  };
  return { model, ...fields[api], ...more };
}

async function ask(gateway: RunningGateway, each: Case, nonce: string): Promise<{ status: number; text: string; body: unknown }> {
  const answer = await fetch(`${gateway.url}${PATHS[each.api]}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(bodyOf(each, nonce)),
  });
  const text = await answer.text();
  const streamed = each.api !== 'embeddings' && answer.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const events = () => text.split('\n').flatMap((line) => (line.startsWith('data: {') ? [parseJson(line.slice(6))] : []));
  return { status: answer.status, text, body: each.api !== 'embeddings' && streamed ? joinEvents(each.api, events()) : parseJson(text) };
}

/** A server at one address that hands each request to the next of several. */
async function startFront(ports: readonly number[]): Promise<{ url: string; asked: number[]; close(): void }> {
  const asked = ports.map(() => 0);
  let turn = 0;
  const server = createServer((request, response) => {
    turn = (turn + 1) % ports.length;
    asked[turn] = (asked[turn] ?? 0) + 1;
    const onward = httpRequest({
      host: '127.0.0.1',
      port: ports[turn],
      path: request.url,
      method: request.method,
      headers: request.headers,
    });
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** One for each API and each way to the origin, for a release between the oldest and the newest. */
const FEW = CASES.filter(
  ({ api, model, more, words }) => more === undefined && words === undefined && (api !== 'messages' || model !== undefined),
);

describe.each([
  ['1.80.9', CASES],
  ['1.104.2', FEW],
  ['1.110.2', CASES],
] as const)('LiteLLM %s with models that lead to two origins by turns', (release, cases) => {
  let origins: RunningOrigin[];
  let gateway: RunningGateway;
  let front: Awaited<ReturnType<typeof startFront>>;

  beforeAll(async () => {
    origins = await Promise.all([1, 2].map(() => startOrigin({ key: Secret.of(key) })));
    front = await startFront(origins.map(({ port }) => port));
    const redis = await startRedis();
    const config = await modelsOfOrigin({ url: front.url, key: async () => key });
    gateway = await startGateway({ release, redis: { port: redis.port }, config });
  }, 300_000);
  afterAll(() => front.close());

  it.each(cases)('passes $what, and the number of the answer tells whether the origin was asked', async (each) => {
    const nonce = newNonce();
    const before = origins.flatMap(({ counted }) => counted).length;
    const stamps: Stamp[] = [];
    for (let request = 0; request < 2; request++) {
      const { status, text, body } = await ask(gateway, each, nonce);
      expect(status, text).toBe(200);
      const witness = witnessOf(each.api, body, nonce, (await origins[request]?.keys()) ?? ['']);
      expect(witness.kind, text).toBe('genuine');
      if (witness.kind === 'genuine') stamps.push(witness.stamp);
      // The entry is written behind the answer.
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    const asked = origins.flatMap(({ counted }) => counted).length - before;
    expect(asked).toBe(new Set(stamps.map(({ number }) => number)).size);
  });

  it('has asked both of them, and neither refused anything', () => {
    expect(origins.flatMap(({ counted }) => counted).filter((line) => !line.endsWith(' 200'))).toEqual([]);
    expect(Math.min(...front.asked)).toBeGreaterThan(0);
  });
});
