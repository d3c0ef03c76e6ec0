import { type ClientRequest, type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps, type RequestOptions } from 'node:https';
import { TLSSocket } from 'node:tls';
import type { TlsConfig } from '../config/effective.ts';
import { tlsAdvice } from '../config/tls/advice.ts';
import { tlsOptions } from '../config/tls/options.ts';
import { checkServerIdentity } from '../config/tls/server-identity.ts';
import { PHASE, type Phase } from '../model/cache.ts';
import type { Clock } from '../schedule/clock.ts';
import { createBody } from './body.ts';
import { codeOf, failureOf, GatewayError } from './failure.ts';

/** Most bytes of a body that are taken from a gateway; an answer of 16 tokens needs about one thousand. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024;
const MAX_HEADER_BYTES = 64 * 1024;
/** Most bytes on the wire around the body: the framing of its chunks, provisional answers, trailers. */
const MAX_FRAMING_BYTES = 1024 * 1024;

/** One request. `timeout` is milliseconds for the whole exchange; `onChunk` sees the body as it comes. */
export interface Call {
  method: 'GET' | 'POST' | 'PUT';
  url: URL;
  /** Where to connect to, when that is not the host of the URL; the Host header and the TLS name stay those of the URL. */
  connectTo?: { readonly host: string; readonly port: number } | undefined;
  headers: Readonly<Record<string, string>>;
  body?: string | undefined;
  timeout: number;
  /** Most bytes of the body that are read; MAX_BODY_BYTES by default. */
  bodyLimit?: number | undefined;
  signal: AbortSignal;
  tls?: TlsConfig | undefined;
  onChunk?: ((chunk: Buffer, seconds: number) => void) | undefined;
}

/** One answer, whatever its status. Times are seconds; the phases follow each other and add up to `seconds`. */
export interface Exchange {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
  seconds: number;
  phases: Record<Phase, number>;
}

/**
 * One HTTP exchange over a connection of its own, so that both requests of a pair pass the same phases.
 * Redirects are not followed. Rejects with GatewayError (`timeout` when the call's own time is over), or
 * with the signal's reason when that was aborted.
 */
export async function exchange(call: Call, clock: Clock): Promise<Exchange> {
  const trusted = call.url.protocol === 'https:' && call.tls !== undefined ? await requestTlsOptions(call.tls) : {};
  return exchanged(call, trusted, clock);
}

function exchanged(call: Call, trusted: RequestOptions, clock: Clock): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const start = clock.monotonic();
    const request = send(call, trusted);
    const limit = call.bodyLimit ?? MAX_BODY_BYTES;
    const ends: Partial<Record<Phase, number>> = {};
    let settled = false;
    const settle = () => {
      settled = true;
    };
    const mark = (phase: Phase) => () => {
      ends[phase] ??= clock.monotonic() - start;
    };
    const cleanUp = () => {
      clearTimeout(timer);
      call.signal.removeEventListener('abort', onAbort);
    };
    const fail = (error: unknown) => {
      cleanUp();
      reject(error);
      request.destroy();
    };
    /** Nothing has come yet that only the owner of a good handshake sends: with TLS 1.3 the client ends it first, and may be refused after. */
    const inHandshake = () => call.url.protocol === 'https:' && ends.connect !== undefined && !settled;
    const refuse = (error: unknown) => fail(error instanceof GatewayError ? error : classified(call, error, inHandshake()));
    const onAbort = () => fail(call.signal.reason);
    const timer = setTimeout(() => refuse(requestError(call, 'timeout')), call.timeout);

    request.on('socket', (socket) => {
      socket.on('lookup', mark('resolve')).on('connect', mark('connect')).on('secureConnect', mark('tls'));
      let received = 0;
      socket.on('session', settle).on('secureConnect', () => {
        if (socket instanceof TLSSocket && socket.getProtocol() !== 'TLSv1.3') settle();
      });
      socket.on('data', (chunk: Buffer) => {
        settle();
        received += chunk.length;
        // Before the answer begins there is nothing but headers.
        if (received > (ends.wait === undefined ? 0 : limit) + MAX_FRAMING_BYTES) refuse(requestError(call, 'too_large'));
      });
    });
    request.on('finish', mark('send'));
    request.on('error', refuse);
    request.on('close', () => refuse(closed(call, inHandshake())));
    request.on('response', (response) => {
      mark('wait')();
      const body = createBody(limit);
      response.on('data', (chunk: Buffer) => {
        if (!body.take(chunk)) refuse(requestError(call, 'too_large', response.statusCode));
        else call.onChunk?.(chunk, (clock.monotonic() - start) / 1000);
      });
      response.on('error', refuse);
      response.on('end', () => {
        mark('transfer')();
        cleanUp();
        resolve({
          status: response.statusCode ?? 0,
          headers: singleHeaders(response),
          body: body.text(),
          ...durations(ends),
        });
      });
    });
    if (call.signal.aborted) onAbort();
    else {
      call.signal.addEventListener('abort', onAbort, { once: true });
      request.end(call.body);
    }
  });
}

function send(call: Call, trusted: RequestOptions): ClientRequest {
  const secure = call.url.protocol === 'https:';
  try {
    const options: RequestOptions = {
      method: call.method,
      headers: call.connectTo === undefined ? call.headers : { host: call.url.host, ...call.headers },
      agent: false,
      maxHeaderSize: MAX_HEADER_BYTES,
      ...(call.connectTo === undefined ? {} : { hostname: call.connectTo.host, port: call.connectTo.port }),
      ...(secure ? { checkServerIdentity } : {}),
      ...trusted,
    };
    return secure ? overHttps(call.url, options) : overHttp(call.url, options);
  } catch (error) {
    throw classified(call, error, false);
  }
}

/** The TLS options of a gateway. */
async function requestTlsOptions(tls: TlsConfig): Promise<RequestOptions> {
  const options = await tlsOptions(tls);
  if ('fault' in options) throw fileError(`the file for TLS ${options.fault}; see tls.${options.key}`);
  return { ...options, ...(tls.server_name === undefined ? {} : { servername: tls.server_name }) };
}

function fileError(advice: string): GatewayError {
  return new GatewayError('tls', advice, undefined, advice);
}

/** Phase lengths from the times at which phases ended; a phase that did not happen is 0 long. */
function durations(ends: Partial<Record<Phase, number>>): { seconds: number; phases: Record<Phase, number> } {
  const phases: Record<Phase, number> = { resolve: 0, connect: 0, tls: 0, send: 0, wait: 0, transfer: 0 };
  let before = 0;
  for (const phase of PHASE) {
    const end = Math.max(before, ends[phase] ?? before);
    phases[phase] = (end - before) / 1000;
    before = end;
  }
  return { seconds: before / 1000, phases };
}

function singleHeaders(response: IncomingMessage): Record<string, string> {
  const single: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headersDistinct)) if (value?.[0] !== undefined) single[name] = value[0];
  return single;
}

/** An error of Node as that of a call. */
function classified(call: Call, error: unknown, inHandshake: boolean): GatewayError {
  const failure = failureOf(error);
  if (failure === 'closed') return closed(call, inHandshake);
  return requestError(call, failure, undefined, failure === 'tls' ? tlsAdvice(codeOf(error)) : undefined);
}

/** Whatever happens in the handshake is a matter of TLS, the end of the connection included. */
function closed(call: Call, inHandshake: boolean): GatewayError {
  if (!inHandshake) return requestError(call, 'closed');
  const advice =
    'it closed the connection in the handshake; see whether it speaks TLS at this port, and asks for a certificate of its clients (tls.cert_file, tls.key_file)';
  return requestError(call, 'tls', undefined, advice);
}

function requestError(call: Call, failure: GatewayError['failure'], status?: number, advice?: string): GatewayError {
  const more = advice === undefined ? '' : `: ${advice}`;
  return new GatewayError(failure, `${call.method} ${call.url.pathname} failed: ${failure}${more}`, status, advice);
}
