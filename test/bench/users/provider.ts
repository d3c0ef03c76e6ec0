import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long the stand-in for a provider takes. Milliseconds. */
const TAKES_MS = 50;

/** A stand-in for the provider of the users' model: OpenAI's chat completions, the same answer to everything. */
export async function startProvider(): Promise<{ url: string; stop(): Promise<void> }> {
  let answers = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', async () => {
      await sleep(TAKES_MS);
      answers += 1;
      const message = { role: 'assistant', content: 'An answer of the provider.' };
      const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
      const choices = [{ index: 0, message, finish_reason: 'stop' }];
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ id: `answer-${answers}`, object: 'chat.completion', created: answers, model: 'users', choices, usage }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
