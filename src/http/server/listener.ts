import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { type TLSSocket, Server as TlsSocketServer } from 'node:tls';
import type { Log } from '../../model/tick.ts';
import type { AccessPolicy } from './access.ts';
import type { Connections } from './connections.ts';
import { refuse, refuseMalformed } from './malformed.ts';

const LIMITS = {
  maxHeaderSize: 16_384,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  // Longer than any usual scrape interval, so that Prometheus keeps its connection.
  keepAliveTimeout: 75_000,
};

/** What a listener is made of. `refresh` looks whether the files of the policy have changed. */
export interface ListenerParts {
  policy: AccessPolicy;
  /** Answers a request. Once `isClosing` the listener takes no more, and the connection should end with the answer. */
  handle: (request: IncomingMessage, response: ServerResponse, isClosing: () => boolean) => void;
  /** `handle` invites the body of a request that waits for `100 Continue`; otherwise every body is invited. */
  invites?: boolean | undefined;
  refresh: () => Promise<void>;
  connections: Connections;
  log: Log;
}

/** Makes a server, not yet listening, that keeps its connections within bounds and hands on their requests. */
export function createListener({ policy, handle, invites = false, refresh, connections, log }: ListenerParts): Server | TlsServer {
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    if (!connections.requestArrived(request.socket)) return;
    response.once('close', () => connections.responseEnded(request.socket));
    handle(request, response, () => !server.listening);
  };

  const server = policy.tls === undefined ? createServer(LIMITS, listener) : createTlsServer({ ...LIMITS, ...policy.tls }, listener);
  // For clients that stop reading an answer.
  server.setTimeout(30_000);
  if (invites) server.on('checkContinue', listener);
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
