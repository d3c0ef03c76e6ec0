import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A provider behind the gateway, which can go away and come back at the same address. */
export interface Provider {
  /** The base of its API. */
  url: string;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Starts a provider that answers every completion with one word. */
export async function startProvider(): Promise<Provider> {
  let count = 0;
  const server = createServer((request, response) => {
    const chat = request.url?.includes('chat') === true;
    count += 1;
    const answer = chat ? { message: { role: 'assistant', content: 'ok' } } : { text: 'ok' };
    const body = {
      id: `answer-${count}`,
      object: chat ? 'chat.completion' : 'text_completion',
      created: Math.floor(Date.now() / 1000),
      model: 'provided',
      choices: [{ index: 0, finish_reason: 'stop', ...answer }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    };
    request.resume().on('end', () => response.setHeader('content-type', 'application/json').end(JSON.stringify(body)));
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
