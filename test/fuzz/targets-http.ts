import { connect } from 'node:net';
import { type HttpServer, startHttp } from '../../src/http/server/server.ts';
import { piecesOf } from '../support/page-text.ts';
import { mutated } from './random.ts';
import type { Target } from './target.ts';

const REQUESTS: readonly [string, ...string[]] = [
  'GET /metrics HTTP/1.1\r\nHost: a\r\nAccept: application/openmetrics-text; version=1.0.0,*/*;q=0.1\r\nAccept-Encoding: gzip\r\n\r\n',
  'GET /gateways/a%20b?window=1h&x=%ff HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  'POST /-/reload HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcdGET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'POST /-/reload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n4\r\nabcd\r\n0\r\n\r\n',
  'GET /debug/gateways/a HTTP/1.1\r\nHost: a\r\nAuthorization: Basic YTpi\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
];

let started: Promise<HttpServer> | undefined;

function server(): Promise<HttpServer> {
  const write = () => undefined;
  started ??= startHttp({
    config: { listen: ['127.0.0.1:0'], enable_lifecycle: false },
    handlers: {
      metrics: async () => ({ contentType: 'text/plain', ...piecesOf('up 1\n') }),
      metricsOf: async () => undefined,
      status: () => ({
        version: '1',
        startedAt: 0,
        now: 1,
        ready: true,
        configReload: { successful: true, at: 0, problems: [] },
        targets: [],
        gateways: [],
      }),
      healthy: () => true,
      missing: () => [],
      reload: async () => [],
      debug: () => undefined,
      tracesUrl: () => undefined,
    },
    log: { debug: write, info: write, warn: write, error: write },
  });
  return started;
}

/** Ends the server of the target, so that the process can end. */
export async function closeHttp(): Promise<void> {
  await (await started)?.close();
  started = undefined;
}

/** Sends bytes, closes the own side, and takes in what comes until the other side closes too. */
function exchanged(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1' });
    const late = setTimeout(() => socket.destroy(new Error('the server kept a connection for a minute')), 60_000);
    let failure: NodeJS.ErrnoException | undefined;
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', () => {
      clearTimeout(late);
      // A server may cut a connection while bytes are still on their way.
      if (failure === undefined || failure.code === 'ECONNRESET' || failure.code === 'EPIPE')
        resolve(Buffer.concat(chunks).toString('latin1'));
      else reject(failure);
    });
    socket.end(bytes);
  });
}

export const HTTP_TARGETS: readonly Target[] = [
  {
    name: 'http-requests',
    cases: 40,
    generate: (random) => mutated(REQUESTS, random),
    async run(input) {
      const address = (await server()).addresses[0] ?? '';
      const port = Number(address.slice(address.lastIndexOf(':') + 1));
      await exchanged(port, input);
      const healthy = await exchanged(port, Buffer.from('GET /-/healthy HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'));
      if (!healthy.startsWith('HTTP/1.1 200 ')) throw new Error(`/-/healthy answers ${healthy.slice(0, 100)}`);
    },
  },
];
