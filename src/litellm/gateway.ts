import type { GatewayConfig } from '../config/effective.ts';
import { without } from '../masking/without.ts';
import type { GatewayFailure, Question } from '../model/cache.ts';
import type { Clock } from '../schedule/clock.ts';
import { GatewayError } from './failure.ts';
import { refusal } from './refusal.ts';
import type { Replica } from './replicas.ts';
import { type Exchange, exchange } from './request.ts';

/** A request that gave no usable answer. `status` is there when the gateway answered at all. */
export interface FailedRequest {
  failure: GatewayFailure;
  /** What to do about it, where more is known than the class tells. */
  advice?: string | undefined;
  status?: number | undefined;
  /** The body of an answer that refused; never for a log, a label or a page. */
  body?: string | undefined;
  seconds: number;
  /** The part of the time in which the name of the gateway was resolved, where that is known. */
  resolveSeconds?: number | undefined;
}

/** An answer with a status of 2xx, or why there is none. */
export type Reply = Exchange | FailedRequest;

/** What is sent. */
export interface GatewayRequest {
  method: 'GET' | 'POST';
  /** Relative to the gateway's URL; or an address of its own, which gets the key only where scheme, host and port are those of the URL. */
  path: string | URL;
  body?: string | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  /** Without it the request carries no API key. */
  authenticated: boolean;
  onChunk?: ((chunk: Buffer, seconds: number) => void) | undefined;
  /** The monotonic time by which the answer has to be there, where that is earlier than the gateway's own timeout. */
  until?: number | undefined;
  /** Most bytes of the body that are taken, where that is less than from any other answer. */
  bodyLimit?: number | undefined;
  /** What it asks beside the two requests of a pair; undefined for one of those two. */
  question?: Question | undefined;
  /** How long the model behind the gateway takes for this request, where one is asked: that is not the gateway's time. Infinity where it is not known. */
  modelSeconds?: number | undefined;
}

/** How a request ended. `aborted`: its tick ran out of time, or was ended for another reason. */
export interface FinishedRequest {
  method: 'GET' | 'POST';
  status?: number | undefined;
  failure?: GatewayFailure | undefined;
  seconds: number;
  resolveSeconds?: number | undefined;
  aborted?: 'time' | 'other' | undefined;
}

/** Sees every request begin and end: telemetry of the client itself. */
export interface RequestObserver {
  started(): void;
  finished(finished: FinishedRequest, request: Pick<GatewayRequest, 'question' | 'modelSeconds'>): void;
}

/** The way to one gateway, or to one replica of it. */
export interface Gateway {
  /** Sends one request; rejects only with the signal's reason, when that was aborted. */
  send(request: GatewayRequest, signal: AbortSignal): Promise<Reply>;
}

/** The way to the gateway of a configuration entry, or to one of its replicas. Nothing is sent before the first call. */
export function createGateway(config: GatewayConfig, clock: Clock, observer: RequestObserver, replica?: Replica): Gateway {
  const base = config.url.replace(/(?<!\/)\/+$/, '');
  const own = new URL(config.url);

  async function attempt(request: GatewayRequest, signal: AbortSignal): Promise<Reply> {
    const start = clock.monotonic();
    try {
      const url = typeof request.path === 'string' ? new URL(base + request.path) : request.path;
      const key = url.origin === own.origin ? await keyOf(config, request) : undefined;
      const answer = await exchange(
        {
          method: request.method,
          url,
          connectTo: replica && placeOn(replica, url, own),
          headers: {
            accept: 'application/json',
            ...contentType(request),
            ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
            ...request.headers,
          },
          body: request.body,
          timeout: Math.min(config.timeout, Math.max(1, (request.until ?? Number.POSITIVE_INFINITY) - start)),
          signal,
          tls: url.hostname === own.hostname ? config.tls : trustAlone(config.tls),
          bodyLimit: request.bodyLimit,
          onChunk: request.onChunk,
        },
        clock,
      );
      const { status, body, seconds, phases, headers } = withoutKey(answer, await givenKey(config, key));
      if (status >= 200 && status < 300) return { status, body, seconds, phases, headers };
      return { failure: refusal(status, body), status, body, seconds, resolveSeconds: phases.resolve };
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      return { failure: error.failure, advice: error.advice, status: error.status, seconds: (clock.monotonic() - start) / 1000 };
    }
  }

  return {
    async send(sending, signal) {
      observer.started();
      const start = clock.monotonic();
      let reply: Reply | undefined;
      try {
        reply = await attempt(sending, signal);
        return reply;
      } finally {
        const { seconds } = reply ?? { seconds: (clock.monotonic() - start) / 1000 };
        const failure = reply === undefined ? 'closed' : failed(reply) ? reply.failure : undefined;
        const resolveSeconds = reply && (failed(reply) ? reply.resolveSeconds : reply.phases.resolve);
        const aborted = reply === undefined ? abortedBy(signal) : undefined;
        observer.finished({ method: sending.method, status: reply?.status, failure, seconds, resolveSeconds, aborted }, sending);
      }
    },
  };
}

/** Where a replica listens for an address: at the port of the address, where that is not the gateway's own. Undefined for another host, which is no replica. */
function placeOn(replica: Replica, url: URL, own: URL): { host: string; port: number } | undefined {
  if (url.origin === own.origin) return replica;
  if (url.hostname !== own.hostname) return undefined;
  return { host: replica.host, port: Number(url.port || (url.protocol === 'https:' ? '443' : '80')) };
}

/** How to trust another host than the gateway: it gets neither its certificate nor its name. */
function trustAlone(tls: GatewayConfig['tls']): GatewayConfig['tls'] {
  return tls && { ...(tls.ca_file === undefined ? {} : { ca_file: tls.ca_file }), insecure_skip_verify: tls.insecure_skip_verify };
}

function abortedBy({ reason }: AbortSignal): FinishedRequest['aborted'] {
  return reason instanceof Error && reason.name === 'TimeoutError' ? 'time' : 'other';
}

/** Whether a request gave no usable answer. */
export function failed(reply: Reply): reply is FailedRequest {
  return 'failure' in reply;
}

function contentType(request: GatewayRequest): Record<string, string> {
  return request.body === undefined ? {} : { 'content-type': 'application/json' };
}

/** An answer without the API key, which a gateway may give back in any field of it. */
function withoutKey(answer: Exchange, key: string | undefined): Exchange {
  if (key === undefined) return answer;
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, without(value, [key])]);
  return { ...answer, body: without(answer.body, [key]), headers: Object.fromEntries(headers) };
}

/** The key that the gateway knows: of this request, or from earlier ones where this one carried none. */
async function givenKey({ api_key }: GatewayConfig, sent: string | undefined): Promise<string | undefined> {
  return sent ?? api_key?.read().catch(() => undefined);
}

/** The API key as it is now, for this one request; undefined where it carries none. */
async function keyOf(config: GatewayConfig, request: GatewayRequest): Promise<string | undefined> {
  if (!request.authenticated || config.api_key === undefined) return undefined;
  try {
    return await config.api_key.read();
  } catch {
    throw new GatewayError('auth', 'The file of the API key cannot be read: check api_key_file.');
  }
}
