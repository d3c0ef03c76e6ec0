import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseJson } from '../../litellm/json.ts';
import type { OriginRoute, OriginStatus } from '../../model/origin.ts';
import type { Log } from '../../model/tick.ts';
import { type Asked, answerOf } from '../../origin/answer.ts';
import { type AskedApi, readAsked } from '../../origin/asked.ts';
import { newStamp, type OriginKeys } from '../../origin/stamp.ts';
import { bodyOf, eventsOf, prescribedBody } from '../../origin/wire/index.ts';
import { anthropicModelBody, anthropicModelsBody, modelBody, modelsBody } from '../../origin/wire/models.ts';
import type { Clock } from '../../schedule/clock.ts';
import type { AccessPolicy } from '../server/access.ts';
import type { ListenerParts } from '../server/listener.ts';
import { COMMON_HEADERS } from '../server/response.ts';
import { discard, NO_ROOM, readBody, refusalOfHeaders } from './body.ts';
import { type Endpoint, endpointOf } from './endpoint.ts';
import { keyOfRequest } from './key.ts';
import { lifeOf } from './life.ts';
import { errorBody, type Refused } from './refusal.ts';
import { createRooms, type Room } from './room.ts';
import { createShared } from './shared.ts';
import { createTurns } from './turns.ts';

/** What the origin's answers are made with. */
export interface ExchangeParts {
  policy: AccessPolicy;
  refresh: () => Promise<void>;
  /** The keys as they are now. */
  keys: () => Promise<OriginKeys>;
  /** What a provider would take, milliseconds, as it is now. */
  latency: () => number;
  clock: Clock;
  count: (route: OriginRoute, status: OriginStatus) => void;
  log: Log;
  limits?: Partial<typeof LIMITS> | undefined;
}

/** Lists and objects of a body: a conversation of a hundred thousand messages has fewer. */
const MAX_LISTS_AND_OBJECTS = 250_000;

const LIMITS = {
  /** How long a client may take for its answer, milliseconds. */
  sendMs: 30_000,
  /** Bodies and answers of all requests that are under way, bytes. */
  bytes: 64 * 1024 * 1024,
};

/** A request under way, and what it holds. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly room: Room;
  /** Aborted when it is over. */
  readonly life: AbortSignal;
}

/** What is sent: a whole body, or the blocks of a stream. */
interface Given {
  readonly status: OriginStatus;
  readonly type: string;
  readonly pieces: readonly string[];
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Answers requests as a provider. Nothing is kept of any of them. */
export function createExchange(parts: ExchangeParts): ListenerParts['handle'] {
  const { policy, refresh, keys, latency, clock, count, log } = parts;
  const { sendMs, bytes } = { ...LIMITS, ...parts.limits };
  const roomFor = createRooms(bytes);
  const inTurn = createTurns();
  const refusedInTurn = createTurns();
  const keyring = createShared(keys);
  let readable = true;

  /** The refusal of a request that needs no body to be refused, or the key with which it came. */
  async function admit(request: IncomingMessage, { method }: Endpoint): Promise<Refused | { key: string }> {
    if (method === undefined) return UNKNOWN_PATH;
    const asked = request.method === 'HEAD' ? 'GET' : request.method;
    if (asked !== method) return { status: '405', sentence: `Use ${method} here.`, headers: { Allow: method } };
    await refresh();
    const current = await keyring().catch(unreadable);
    if (current !== undefined) readable = true;
    const key = current && keyOfRequest(request.headers, current);
    if (!policy.allows(key === undefined ? 'wrong' : 'right')) return TOO_MANY;
    if (key !== undefined) return { key };
    return current === undefined ? NO_KEY : WRONG_KEY;
  }

  async function answer(endpoint: Endpoint, { request, response, room, life }: Exchange): Promise<Given | Refused> {
    const admitted = await admit(request, endpoint);
    if ('status' in admitted) {
      // A client without the key is answered once in a turn of the event loop, so that many of them do not hold up the others.
      await refusedInTurn();
      return admitted;
    }
    if (endpoint.api === undefined) return whole(modelsOf(endpoint));
    const refused = refusalOfHeaders(request);
    if (refused !== undefined) return refused;
    const asked = await askedOf(endpoint.api, request, response, room);
    if ('sentence' in asked) return asked;
    const given = await prescribed(endpoint.api, asked, [admitted.key], life);
    return room.take(sizeOf(given)) ? given : NO_ROOM;
  }

  /** What a body asks for. Bodies are read in different turns of the event loop, so that many large ones do not hold up everything else. */
  async function askedOf(api: AskedApi, request: IncomingMessage, response: ServerResponse, room: Room): Promise<Asked | Refused> {
    const body = await readBody(request, response, room);
    if (typeof body !== 'string') return body;
    await inTurn();
    return askedIn(api, body);
  }

  async function prescribed(api: AskedApi, asked: Asked, keys: OriginKeys, life: AbortSignal): Promise<Given> {
    if (latency() > 0) await clock.sleep(latency(), life).catch(() => undefined);
    const stamp = newStamp(asked.nonce);
    if (api === 'embeddings' || !asked.stream)
      return whole(api === 'embeddings' ? prescribedBody(api, stamp, asked, keys) : bodyOf(api, answerOf(stamp, asked, keys), asked));
    return { status: '200', type: 'text/event-stream', pieces: eventsOf(api, answerOf(stamp, asked, keys), asked) };
  }

  async function exchange(request: IncomingMessage, response: ServerResponse, isClosing: () => boolean): Promise<void> {
    const endpoint = endpointOf(request);
    const room = roomFor();
    const life = lifeOf(request, response);
    if (life.aborted) room.leave();
    else life.addEventListener('abort', room.leave);
    const given = await answer(endpoint, { request, response, room, life }).catch((error: unknown) => failed(error, life));
    if (life.aborted) return count(endpoint.route, '499');
    if (!request.complete) discard(request);
    const sent = 'pieces' in given ? given : { ...whole(errorBody(given, endpoint.dialect)), status: given.status, headers: given.headers };
    const late = setTimeout(() => request.socket.destroy(), sendMs);
    response.writeHead(Number(sent.status), {
      ...COMMON_HEADERS,
      ...policy.headers,
      ...sent.headers,
      'Content-Type': sent.type,
      ...(isClosing() && { Connection: 'close' }),
      ...(sent.pieces.length === 1 && { 'Content-Length': Buffer.byteLength(sent.pieces[0] ?? '') }),
    });
    await sendAll(response, request.method === 'HEAD' ? [] : sent.pieces, life);
    clearTimeout(late);
    count(endpoint.route, response.writableFinished ? sent.status : '499');
  }

  /** Logged once until the key can be read again. */
  function unreadable(error: unknown): undefined {
    if (readable) log.error({ error: messageOf(error) }, 'The key of the origin cannot be read; every request is refused until it can');
    readable = false;
  }

  function failed(error: unknown, life: AbortSignal): Refused {
    if (!life.aborted) log.error({ error: messageOf(error) }, 'A request of the origin failed');
    return { status: '500', sentence: 'The origin failed; its log has the error.' };
  }

  return (request, response, isClosing) => {
    exchange(request, response, isClosing).catch((error: unknown) => {
      log.error({ error: messageOf(error) }, 'An answer of the origin could not be sent');
      request.socket.destroy();
    });
  };
}

const TOO_MANY: Refused = {
  status: '429',
  sentence: 'More requests than rate_limit of the web config file allows; try again.',
  headers: { 'Retry-After': '1' },
};
const NO_KEY: Refused = { status: '503', sentence: 'The exporter cannot read the key of the origin; its log has the reason.' };
const WRONG_KEY: Refused = {
  status: '401',
  sentence: 'The key is missing or wrong; set api_key of the model in the LiteLLM configuration to the key of the origin.',
  headers: { 'WWW-Authenticate': 'Bearer' },
};
const UNKNOWN_PATH: Refused = {
  status: '404',
  sentence:
    'Nothing is at this path; api_base of the model ends in /v1 for openai/ and text-completion-openai/, and has no path for anthropic/.',
};

/** What the text of a body asks for, or why that is nothing. What was parsed is not kept: it may take many times the memory of its text. */
function askedIn(api: AskedApi, body: string): Asked | Refused {
  const parsed = parseJson(body, MAX_LISTS_AND_OBJECTS);
  if (parsed === undefined) return { status: '400', sentence: 'The body is not JSON, nests too deeply or has too many parts.' };
  const asked = readAsked(api, parsed);
  return 'problem' in asked ? { status: '400', sentence: asked.problem, field: asked.field } : asked;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function whole(body: object): Given {
  return { status: '200', type: 'application/json', pieces: [`${JSON.stringify(body)}\n`] };
}

function modelsOf({ dialect, model }: Endpoint): object {
  if (dialect === 'anthropic') return model === undefined ? anthropicModelsBody() : anthropicModelBody(model);
  return model === undefined ? modelsBody() : modelBody(model);
}

function sizeOf(given: Given | Refused): number {
  return 'pieces' in given ? given.pieces.reduce((sum, piece) => sum + piece.length, 0) : 0;
}

/** Sends pieces no faster than the client takes them; resolves when the exchange is over. */
function sendAll(response: ServerResponse, pieces: readonly string[], life: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let next = 0;
    const send = () => {
      while (next < pieces.length) {
        next += 1;
        if (!response.write(pieces[next - 1])) return;
      }
      response.end();
    };
    if (life.aborted) return resolve();
    life.addEventListener('abort', () => resolve());
    response.on('drain', send);
    send();
  });
}
