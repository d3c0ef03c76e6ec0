import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { type TLSSocket, Server as TlsSocketServer } from 'node:tls';
import type { Log } from '../../model/tick.ts';
import type { AccessPolicy } from './access.ts';
import type { Connections } from './connections.ts';
import { encode } from './encoding.ts';
import { refuse, refuseMalformed } from './malformed.ts';
import { parseRequest, type Request } from './request.ts';
import { COMMON_HEADERS, plain, type Response } from './response.ts';

/** Bodies mean nothing here: this much of one is read and thrown away, bytes; then the connection is cut. */
const MAX_BODY_BYTES = 65_536;

const LIMITS = {
  maxHeaderSize: 16_384,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  // Longer than any usual scrape interval, so that Prometheus keeps its connection.
  keepAliveTimeout: 75_000,
};

const BASIC_CHALLENGE = { 'WWW-Authenticate': 'Basic realm="litellm-cache-exporter", charset="UTF-8"' };

/** What a listener is made of. `refresh` looks whether the files of the policy have changed. */
export interface ListenerParts {
  policy: AccessPolicy;
  respond: (asked: Request) => Response | Promise<Response>;
  refresh: () => Promise<void>;
  connections: Connections;
  log: Log;
}

/** Makes a server, not yet listening, that lets requests through by the policy, and sends what `respond` gives. */
export function createListener({ policy, respond, refresh, connections, log }: ListenerParts): Server | TlsServer {
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    if (!connections.requestArrived(request.socket)) return;
    response.once('close', () => connections.responseEnded(request.socket));
    discardBody(request);
    void respondWithPolicy(request).then((given) => send(request, response, given));
  };

  async function respondWithPolicy(request: IncomingMessage): Promise<Response> {
    if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
      return plain(413, 'Requests have no body here.', { Connection: 'close' });
    }
    try {
      await refresh();
      const admission = await policy.authenticate(request.headers.authorization, request.socket.remoteAddress);
      if (admission === 'refused') return plain(401, 'Log in with a user and password of the web config file.', BASIC_CHALLENGE);
      if (admission === 'limited')
        return plain(429, 'More requests than rate_limit of the web config file allows; try again.', { 'Retry-After': '1' });
      if (admission === 'busy') return plain(429, 'Too many logins are being checked; try again.', { 'Retry-After': '1' });
      return await respond(parseRequest(request));
    } catch (error) {
      log.error(
        { method: request.method, url: request.url, error: error instanceof Error ? error.message : String(error) },
        'A request failed',
      );
      return plain(500, 'This page could not be made; the log has the error.');
    }
  }

  async function send(request: IncomingMessage, response: ServerResponse, given: Response): Promise<void> {
    const { bytes, headers } = await encode(given.body, request.headers['accept-encoding']);
    const last = server.listening ? {} : { Connection: 'close' };
    response.writeHead(given.status, {
      ...COMMON_HEADERS,
      ...given.headers,
      ...policy.headers,
      ...headers,
      ...last,
      'Content-Length': bytes.length,
    });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  }

  const server = policy.tls === undefined ? createServer(LIMITS, listener) : createTlsServer({ ...LIMITS, ...policy.tls }, listener);
  // For clients that stop reading an answer.
  server.setTimeout(30_000);
  server.on('clientError', refuseMalformed);
  server.on('connect', (_request, socket) => refuse(socket, 405, 'This is no proxy.', { Allow: 'GET, HEAD, POST' }));
  if (server instanceof TlsSocketServer) beforeHandshake(server, refresh);
  server.prependListener('connection', connections.add);
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    log.debug({ peer: socket.remoteAddress, error: error.code }, 'A TLS handshake failed');
  });
  server.on('secureConnection', (socket: TLSSocket) => {
    if (policy.checkCertificate(socket)) return;
    log.debug({ peer: socket.remoteAddress }, 'A client without the required certificate was disconnected');
    socket.destroy();
  });
  return server;
}

/** Has every connection wait for `ready` before its handshake begins, so that it already sees a new certificate. */
function beforeHandshake(server: TlsServer, ready: () => Promise<void>): void {
  const handshakes = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => socket.destroy());
    void ready().then(() => {
      if (!socket.destroyed) for (const begin of handshakes) Reflect.apply(begin, server, [socket]);
    });
  });
}

function discardBody(request: IncomingMessage): void {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) request.destroy();
  });
}
