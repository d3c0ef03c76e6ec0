import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../../model/tick.ts';
import type { AccessPolicy } from './access.ts';
import type { Deliveries } from './delivery.ts';
import { acceptsGzip, encode, MAX_SYNC_GZIP_BYTES } from './encoding.ts';
import type { ListenerParts } from './listener.ts';
import { parseRequest, type Request } from './request.ts';
import { COMMON_HEADERS, type Pieces, plain, type Response } from './response.ts';

/** Bodies mean nothing here: this much of one is read and thrown away, bytes; then the connection is cut. */
const MAX_BODY_BYTES = 65_536;

const BASIC_CHALLENGE = { 'WWW-Authenticate': 'Basic realm="litellm-cache-exporter", charset="UTF-8"' };

/** What the pages of a listener are made of. `refresh` looks whether the files of the policy have changed. */
export interface PageParts {
  policy: AccessPolicy;
  respond: (asked: Request) => Response | Promise<Response>;
  refresh: () => Promise<void>;
  deliveries: Deliveries;
  log: Log;
}

/** Lets requests through by the policy, and sends what `respond` gives. */
export function createPages({ policy, respond, refresh, deliveries, log }: PageParts): ListenerParts['handle'] {
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

  async function send(request: IncomingMessage, response: ServerResponse, given: Response, isClosing: () => boolean): Promise<void> {
    const accepted = request.headers['accept-encoding'];
    const head = (headers: Record<string, string | number>) =>
      response.writeHead(given.status, {
        ...COMMON_HEADERS,
        ...given.headers,
        ...policy.headers,
        ...headers,
        ...(isClosing() && { Connection: 'close' }),
      });
    if (typeof given.body === 'string' || given.body.length <= MAX_SYNC_GZIP_BYTES) {
      const { bytes, headers } = await encode(typeof given.body === 'string' ? given.body : whole(given.body), accepted);
      head({ ...headers, 'Content-Length': bytes.length });
      response.end(request.method === 'HEAD' ? undefined : bytes);
      return;
    }
    const gzip = acceptsGzip(accepted);
    head({ Vary: 'Accept, Accept-Encoding', ...(gzip ? { 'Content-Encoding': 'gzip' } : { 'Content-Length': given.body.length }) });
    if (request.method === 'HEAD') response.end();
    else await deliveries.send(response, given.body, gzip);
  }

  return (request, response, isClosing) => {
    discardBody(request, MAX_BODY_BYTES);
    void respondWithPolicy(request).then((given) => send(request, response, given, isClosing));
  };
}

function whole({ length, pieces }: Pieces): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const piece of pieces()) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Reads what is left of a body and throws it away, up to so many bytes; then the connection is cut. */
export function discardBody(request: IncomingMessage, most: number): void {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > most) request.destroy();
  });
}
