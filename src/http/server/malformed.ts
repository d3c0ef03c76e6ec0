import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { COMMON_HEADERS } from './response.ts';

/** How long a refused client is still read from, so that it gets to see the answer; milliseconds. */
const LINGER_MS = 500;

const STATUS: Readonly<Record<string, readonly [status: number, sentence: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'The header of the request is too large.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'The chunk extensions of the request are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long.'],
};

/** Answers what is no HTTP request, and a request that never ends, and closes the connection. Made for the event `clientError`. */
export function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (socket.writableEnded) return;
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, sentence] = STATUS[error.code ?? ''] ?? [400, 'This is not an HTTP request.'];
  refuse(socket, status, sentence);
}

/** Writes an answer to a socket that has no request to answer, and closes it. */
export function refuse(socket: Duplex, status: number, sentence: string, headers: Readonly<Record<string, string>> = {}): void {
  const body = `${sentence}\n`;
  const lines = Object.entries({
    ...COMMON_HEADERS,
    ...headers,
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
