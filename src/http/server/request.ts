import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** What the routes look at in a request. */
export interface Request {
  method: string;
  /** Without the query, not decoded. */
  path: string;
  query: URLSearchParams;
  accept: string | undefined;
  /** The request comes straight from a program on this machine: not from a proxy here, not from a page in a browser here. */
  local: boolean;
}

/** Whether an address of a peer, as `socket.remoteAddress` gives it, is one of the loopback addresses. */
export function isLoopback(address: string | undefined): boolean {
  const plain = address?.replace(/^::ffff:/i, '') ?? '';
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

/** All that programs send that ask for themselves (curl, wget, clients of Go, Python and Node). Any other header is that of a proxy or a browser. */
const PROGRAM_HEADERS: ReadonlySet<string> = new Set([
  ...['host', 'user-agent', 'accept', 'accept-encoding', 'accept-language', 'accept-charset', 'authorization'],
  ...['connection', 'keep-alive', 'te', 'content-length', 'content-type', 'transfer-encoding', 'expect'],
  // The fetch of Node sends this one header of a browser.
  ...['sec-fetch-mode', 'traceparent', 'tracestate'],
]);

/** A name or address of this machine as the Host header gives it. */
const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

/**
 * Whether a request comes straight from a program on this machine. A proxy is known by any header more, or by
 * HTTP/1.0, which nginx speaks where nothing else is configured; a page in a browser by what browsers send,
 * or by a host name that its owner points at this machine.
 */
export function isLocal({
  socket,
  headers,
  rawHeaders,
  httpVersion,
}: Pick<IncomingMessage, 'headers' | 'rawHeaders' | 'httpVersion'> & { socket: { remoteAddress?: string | undefined } }): boolean {
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  const fetched = headers['sec-fetch-mode'] !== undefined && headers['user-agent'] !== 'node';
  return (
    isLoopback(socket.remoteAddress) &&
    httpVersion === '1.1' &&
    LOOPBACK_HOST.test(headers.host ?? '') &&
    !fetched &&
    names.every((name) => PROGRAM_HEADERS.has(name)) &&
    names.indexOf('host') === names.lastIndexOf('host')
  );
}

/**
 * Reads the parts of a request that the routes look at. A target in absolute form (RFC 9112, section
 * 3.2.2) counts as its path.
 */
export function parseRequest(request: IncomingMessage): Request {
  const target = (request.url ?? '').replace(/^https?:\/\/[^/?#]*/i, '') || '/';
  return {
    method: request.method ?? '',
    path: target.replace(/[?#].*/s, ''),
    query: new URLSearchParams(/\?([^#]*)/.exec(target)?.[1] ?? ''),
    accept: request.headers.accept,
    local: isLocal(request),
  };
}
