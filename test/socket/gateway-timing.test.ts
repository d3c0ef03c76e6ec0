import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchange } from '../../src/litellm/request.ts';
import { PHASE } from '../../src/model/cache.ts';
import { systemClock } from '../../src/schedule/clock.ts';

/**
 * A stub in a thread of its own that answers after a delay and tells, in a header, how long it took from
 * the last byte of the request to the first of the answer. It has no HTTP parser, whose time would count
 * as an error of the client.
 */
const STUB = `
const { createServer } = require('node:net');
const { parentPort } = require('node:worker_threads');
const server = createServer({ noDelay: true }, (socket) => {
  let start;
  socket.on('error', () => undefined).on('data', () => {
    start = performance.now();
  });
  socket.once('data', () => setTimeout(() => {
    const head = 'HTTP/1.1 200 OK\\r\\nContent-Length: 14\\r\\nConnection: close\\r\\n';
    socket.end(head + 'x-took: ' + (performance.now() - start) + '\\r\\n\\r\\n{"choices":[]}');
  }, 20));
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

describe('the time of a request', () => {
  let stub: Worker;
  let url: URL;

  beforeAll(async () => {
    stub = new Worker(STUB, { eval: true });
    const [port] = await once(stub, 'message');
    url = new URL(`http://127.0.0.1:${port}/v1/completions`);
  });
  afterAll(() => stub.terminate());

  const send = () =>
    exchange({ method: 'POST', url, headers: {}, body: '{}', timeout: 5_000, signal: new AbortController().signal }, systemClock);

  it('is the sum of its phases, which follow each other', async () => {
    const { seconds, phases } = await send();
    expect(Object.keys(phases)).toEqual([...PHASE]);
    expect(PHASE.reduce((sum, phase) => sum + phases[phase], 0)).toBeCloseTo(seconds, 9);
    expect(phases).toMatchObject({ resolve: 0, tls: 0 });
    for (const phase of ['connect', 'send', 'wait', 'transfer'] as const) expect(phases[phase], phase).toBeGreaterThan(0);
  });

  it('has a phase for the name of the host', async () => {
    url.hostname = 'localhost';
    const { phases } = await send();
    url.hostname = '127.0.0.1';
    expect(phases.resolve).toBeGreaterThan(0);
  });

  // How close they are is measured by `npm run bench`. The stub may have the request before the client knows that it was sent.
  it('holds what a stub of known delay took, each time', async () => {
    for (let count = 0; count < 20; count++) {
      const { phases, headers } = await send();
      expect((phases.send + phases.wait) * 1000).toBeGreaterThanOrEqual(Number(headers['x-took']));
    }
  });
});
