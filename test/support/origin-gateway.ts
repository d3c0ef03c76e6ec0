import type { IncomingMessage } from 'node:http';
import { parseJson } from '../../src/litellm/json.ts';
import { type Answer, type Asked, answerOf } from '../../src/origin/answer.ts';
import { type AskedApi, readAsked } from '../../src/origin/asked.ts';
import { newStamp, type OriginKeys, type Stamp } from '../../src/origin/stamp.ts';
import { bodyOf, eventsOf, prescribedBody } from '../../src/origin/wire/index.ts';
import { answering } from './hostile-gateway.ts';

export const ORIGIN_KEYS: OriginKeys = ['the key of the origin in tests'];

/** One answer, as a stand-in for a gateway is about to give it. */
interface Given {
  readonly api: AskedApi;
  readonly asked: Asked;
  readonly stamp: Stamp;
  /** The same request was answered before. */
  readonly isDuplicate: boolean;
  /** What the answer before it to another request of this API was made of. */
  readonly before: Stamp | undefined;
}

/** What a stand-in does in place of what a gateway should. Whatever is undefined is as it should be. */
export interface Deceit {
  stamp?(given: Given): Stamp | undefined;
  keys?(given: Given): OriginKeys | undefined;
  /** Changes an answer of a text. */
  answer?(answer: Answer, given: Given): Answer;
  /** Changes the body of embeddings. */
  vectors?(body: Record<string, unknown>, given: Given): Record<string, unknown>;
  /** The whole body as it is sent. */
  text?(text: string, given: Given): string;
  headers?(given: Given): Record<string, string>;
}

const APIS: Readonly<Record<string, AskedApi>> = {
  '/v1/chat/completions': 'chat',
  '/v1/completions': 'completions',
  '/v1/embeddings': 'embeddings',
  '/v1/responses': 'responses',
  '/v1/messages': 'messages',
};

/** What marks a hit. */
export const HIT_HEADERS = { 'x-litellm-cache-key': 'c'.repeat(64), 'x-litellm-version': '1.110.2' };

/**
 * A server in the place of a gateway whose model leads to the origin, with a cache of its own, which lies where a real one cannot
 * be made to; its URL.
 */
export function originGateway(deceit: Deceit = {}): Promise<string> {
  const cached = new Map<string, Stamp>();
  const latest = new Map<AskedApi, Stamp>();
  return answering((request, response) => {
    const api = APIS[request.url ?? ''];
    if (api === undefined) return void response.writeHead(request.url?.startsWith('/health') ? 200 : 404).end('{}');
    void bodyIn(request).then((text) => {
      const body = parseJson(text);
      const asked = readAsked(api, body);
      if ('problem' in asked) return void response.writeHead(400).end(asked.problem);
      const known = cached.get(`${api} ${asked.stream} ${asked.nonce}`);
      const own: Given = { api, asked, stamp: known ?? newStamp(asked.nonce), isDuplicate: known !== undefined, before: latest.get(api) };
      cached.set(`${api} ${asked.stream} ${asked.nonce}`, own.stamp);
      if (known !== undefined) latest.set(api, own.stamp);
      const given = { ...own, stamp: deceit.stamp?.(own) ?? own.stamp };
      const headers = deceit.headers?.(given) ?? (given.isDuplicate ? HIT_HEADERS : { 'llm_provider-server': 'origin' });
      const made = madeBy(given, deceit);
      response.writeHead(200, { 'content-type': asked.stream ? 'text/event-stream' : 'application/json', ...headers });
      response.end(deceit.text?.(made, given) ?? made);
    });
  });
}

function madeBy(given: Given, deceit: Deceit): string {
  const { api, stamp } = given;
  const keys = deceit.keys?.(given) ?? ORIGIN_KEYS;
  const asked = { ...given.asked, nonce: stamp.nonce, ...(given.asked.inputs && { inputs: [stamp.nonce] }) };
  if (api === 'embeddings') {
    const body = prescribedBody(api, stamp, asked, keys);
    return JSON.stringify(deceit.vectors?.(body, given) ?? body);
  }
  const honest = answerOf(stamp, asked, keys);
  const answer = deceit.answer?.(honest, given) ?? honest;
  return asked.stream ? eventsOf(api, answer, asked).join('') : JSON.stringify(bodyOf(api, answer, asked));
}

async function bodyIn(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
}
