import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a provider answers to its request number `turn`, by its path below `/v1`: nothing in it is what it gave before. */
const ANSWERS: Readonly<Record<string, (turn: number) => object>> = {
  completions: (turn) => ({
    ...common(`cmpl-${turn}`, 'text_completion', turn),
    choices: [{ index: 0, text: text(turn), finish_reason: 'stop' }],
    usage: tokens(turn),
  }),
  'chat/completions': (turn) => ({
    ...common(`chatcmpl-${turn}`, 'chat.completion', turn),
    choices: [{ index: 0, message: { role: 'assistant', content: text(turn) }, finish_reason: 'stop' }],
    usage: tokens(turn),
  }),
  embeddings: (turn) => ({
    object: 'list',
    model: 'provided-1',
    data: [{ object: 'embedding', index: 0, embedding: [turn / 1_000, 0.5] }],
    usage: tokens(turn),
  }),
  messages: (turn) => ({
    id: `msg_${turn}`,
    type: 'message',
    role: 'assistant',
    model: 'claude-3-haiku-20240307',
    content: [{ type: 'text', text: text(turn) }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 10 + turn, output_tokens: 20 + turn },
  }),
  responses: (turn) => ({
    id: `resp_${turn}`,
    object: 'response',
    created_at: created(turn),
    status: 'completed',
    model: 'provided-1',
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
    output: [
      {
        id: `msg_${turn}`,
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: text(turn), annotations: [] }],
      },
    ],
    usage: { input_tokens: 10 + turn, output_tokens: 20 + turn, total_tokens: 30 + 2 * turn },
  }),
};

const text = (turn: number) => `answer ${turn}`;
const created = (turn: number) => 1_795_335_319 + turn;
const tokens = (turn: number) => ({ prompt_tokens: 10 + turn, completion_tokens: 20 + turn, total_tokens: 30 + 2 * turn });

function common(id: string, object: string, turn: number): object {
  return { id, object, created: created(turn), model: 'provided-1', system_fingerprint: `fp_${turn}` };
}

function stream(turn: number, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const [delta, finish_reason] of [
    [{ role: 'assistant', content: text(turn) }, null],
    [{}, 'stop'],
  ]) {
    const chunk = { ...common(`chatcmpl-${turn}`, 'chat.completion.chunk', turn), choices: [{ index: 0, delta, finish_reason }] };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  }
  response.end('data: [DONE]\n\n');
}

/** A provider that refuses everything with the status that its path begins with, and gives no answer twice below `/v1`. */
export async function startProvider(): Promise<{ url: string; close(): void }> {
  let answers = 0;
  const server = createServer((request, response) => {
    const [, first = '', ...rest] = request.url?.split('?')[0]?.split('/') ?? [];
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      answers += 1;
      const answer = first === 'v1' ? ANSWERS[rest.join('/')] : undefined;
      if (answer !== undefined && /"stream": ?true/.test(body)) return stream(answers, response);
      const status = answer === undefined ? Number(first) || 404 : 200;
      const given = answer?.(answers) ?? { error: { message: `stub says ${first}`, type: 'x', code: 'y' } };
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(given));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
