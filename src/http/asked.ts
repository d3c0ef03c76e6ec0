import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** What the routes look at in a request. */
export interface Asked {
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

/**
 * Reads the parts of a request that the routes look at. A target in absolute form (RFC 9112, section
 * 3.2.2) counts as its path.
 */
export function readAsked(request: IncomingMessage): Asked {
  const { headers } = request;
  const target = (request.url ?? '').replace(/^https?:\/\/[^/?#]*/i, '') || '/';
  const proxied = headers.forwarded !== undefined || headers['x-forwarded-for'] !== undefined || headers['x-real-ip'] !== undefined;
  return {
    method: request.method ?? '',
    path: target.replace(/[?#].*$/s, ''),
    query: new URLSearchParams(/\?([^#]*)/.exec(target)?.[1] ?? ''),
    accept: headers.accept,
    local: isLoopback(request.socket.remoteAddress) && !proxied && headers.origin === undefined,
  };
}
