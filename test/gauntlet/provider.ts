import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A provider behind the gateway, which can go away and come back at the same address. */
export interface Provider {
  /** The base of its API. */
  url: string;
  stop(): Promise<void>;
  start(): Promise<void>;
}

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];

/** Starts a provider that answers every completion with one word, and embeds a text as how often it has each letter. */
export async function startProvider(): Promise<Provider> {
  let count = 0;
  const server = createServer(async (request, response) => {
    count += 1;
    const question = await text(request);
    const body = request.url?.endsWith('/embeddings') ? embedding(question) : completion(count, request.url?.includes('chat') === true);
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
  let port = 0;
  const start = async () => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  };
  await start();
  return {
    url: `http://127.0.0.1:${port}/v1`,
    start,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function completion(count: number, chat: boolean): object {
  const answer = chat ? { message: { role: 'assistant', content: 'ok' } } : { text: 'ok' };
  return {
    id: `answer-${count}`,
    object: chat ? 'chat.completion' : 'text_completion',
    created: Math.floor(Date.now() / 1000),
    model: 'provided',
    choices: [{ index: 0, finish_reason: 'stop', ...answer }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  };
}

function embedding(question: string): object {
  const input = JSON.stringify(JSON.parse(question).input).toLowerCase();
  return {
    object: 'list',
    model: 'embedding',
    data: [{ object: 'embedding', index: 0, embedding: LETTERS.map((letter) => input.split(letter).length - 1) }],
    usage: { prompt_tokens: 1, total_tokens: 1 },
  };
}
