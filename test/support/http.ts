import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { connect } from 'node:net';
import { afterEach } from 'vitest';
import type { Config } from '../../src/config/effective.ts';
import type { Handlers } from '../../src/http/server/handlers.ts';
import { type HttpServer, startHttp } from '../../src/http/server/server.ts';
import type { Status } from '../../src/model/status.ts';
import type { Details } from '../../src/model/tick.ts';
import { piecesOf } from './page-text.ts';

const running: HttpServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

/** A status in which nothing is configured. */
export const EMPTY: Status = {
  version: '1.2.3',
  startedAt: 0,
  now: 60_000,
  ready: true,
  configReload: { successful: true, at: 0, problems: [] },
  targets: [],
  gateways: [],
};

/** A log line as the server wrote it. */
export interface Line {
  level: 'debug' | 'info' | 'warn' | 'error';
  sentence: string;
  details: Details;
}

/** Starts the HTTP side on a free port of 127.0.0.1, closed after the test; pages that are not given answer plainly. */
export async function serve(pages: Partial<Handlers> = {}, config: Partial<Config['http']> = {}) {
  const lines: Line[] = [];
  const write = (level: Line['level']) => (details: Details, sentence: string) => void lines.push({ level, sentence, details });
  const server = await startHttp({
    config: { listen: ['127.0.0.1:0'], enable_lifecycle: false, ...config },
    handlers: {
      metrics: async () => ({ contentType: 'text/plain; version=0.0.4; charset=utf-8', ...piecesOf('up 1\n') }),
      metricsOf: async () => undefined,
      status: () => EMPTY,
      healthy: () => true,
      missing: () => [],
      reload: async () => [],
      debug: () => undefined,
      tracesUrl: () => undefined,
      ...pages,
    },
    log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
  });
  running.push(server);
  return { ...server, port: portOf(server.addresses[0]), lines };
}

/** The port of `host:port`. */
export function portOf(address: string | undefined): number {
  return Number(address?.slice(address.lastIndexOf(':') + 1));
}

/** A complete answer. */
export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
  body: string;
}

/** One request on a connection of its own; over TLS when `tls` is given. */
export function ask(port: number, path: string, options: RequestOptions & { body?: string; tls?: boolean } = {}): Promise<Reply> {
  const { body, tls, ...rest } = options;
  return new Promise((resolve, reject) => {
    const request = (tls ? httpsRequest : httpRequest)({ host: '127.0.0.1', port, path, agent: false, ...rest }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, body: bytes.toString() });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Writes bytes to a connection and gives back everything that comes until the other side closes it. */
export function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => {
      received += chunk.toString();
    });
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve(received) : reject(error),
    );
    socket.on('close', () => resolve(received));
    socket.on('end', () => socket.end());
  });
}
