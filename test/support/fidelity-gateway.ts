import type { IncomingMessage } from 'node:http';
import { at, parseJson } from '../../src/litellm/json.ts';
import { type Answer, type Asked, answerOf } from '../../src/origin/answer.ts';
import { type AskedApi, readAsked } from '../../src/origin/asked.ts';
import { newStamp, type Stamp, stampVector } from '../../src/origin/stamp.ts';
import { bodyOf, eventsOf } from '../../src/origin/wire/index.ts';
import { answering } from './hostile-gateway.ts';
import { ORIGIN_KEYS } from './prescribed.ts';

/** How the cache of a stand-in behaves; all of it can be changed while it runs. */
export interface CacheBehaviour {
  version: string;
  /** Whether a stored answer is found. */
  caches(api: AskedApi, asked: Asked): boolean;
  /** What a hit gives in place of the stored answer. */
  replays(answer: Answer, asked: Asked): Answer;
  /** Where the vectors of a batch come from: the place of the input for each place in the answer. */
  places(batch: { inputs: readonly string[]; cached: readonly boolean[] }): readonly number[];
  /** The status with which an API is refused; undefined where it is served. */
  refuses(api: AskedApi): number | undefined;
  /** It leads to another provider than the origin. */
  isMock: boolean;
}

const APIS: Readonly<Record<string, AskedApi>> = {
  '/v1/chat/completions': 'chat',
  '/v1/completions': 'completions',
  '/v1/embeddings': 'embeddings',
  '/v1/responses': 'responses',
  '/v1/messages': 'messages',
};

/** A server in the place of a gateway with a cache of its own, which changes answers as no real one can be made to. */
export async function fidelityGateway(behaviour: Partial<CacheBehaviour> = {}) {
  const cache: CacheBehaviour = {
    version: '1.110.2',
    caches: () => true,
    replays: (answer) => answer,
    places: ({ inputs }) => inputs.map((_, index) => index),
    refuses: () => undefined,
    isMock: false,
    ...behaviour,
  };
  const stored = new Map<string, Stamp>();
  const asked: { path: string; body: unknown }[] = [];
  const url = await answering((request, response) => {
    const path = request.url ?? '';
    const api = APIS[path];
    if (path === '/health/readiness') return void response.end(JSON.stringify({ cache: 'redis', litellm_version: cache.version }));
    if (api === undefined) return void response.writeHead(path === '/health/liveliness' ? 200 : 404).end('{}');
    void bodyIn(request).then((text) => {
      const body = parseJson(text);
      asked.push({ path, body });
      const refused = cache.refuses(api);
      if (refused !== undefined) return void response.writeHead(refused).end('{"error":{"message":"not served"}}');
      if (cache.isMock) return void response.end(JSON.stringify({ id: 'mock', choices: [], data: [], output: [], content: [] }));
      const wanted = readAsked(api, body);
      if ('problem' in wanted) return void response.writeHead(400).end(wanted.problem);
      response.end(answerTo(api, wanted, `${api} ${JSON.stringify({ ...Object(body), input: undefined })}`));
    });
  });

  /** The stored stamp of a key, where there is one; else a new one, which is stored. */
  function look(api: AskedApi, wanted: Asked, key: string, nonce: string): { stamp: Stamp; isHit: boolean } {
    const known = stored.get(key);
    if (known !== undefined && cache.caches(api, wanted)) return { stamp: known, isHit: true };
    const stamp = newStamp(nonce);
    stored.set(key, stamp);
    return { stamp, isHit: false };
  }

  function answerTo(api: AskedApi, wanted: Asked, key: string): string {
    if (api === 'embeddings') {
      const inputs = wanted.inputs ?? [wanted.nonce];
      const found = inputs.map((nonce) => look(api, wanted, `${key} ${nonce}`, nonce));
      // The provider is asked once for all inputs that are not cached, and its answer has one number.
      const fresh = newStamp(wanted.nonce).number;
      const vectors = found.map(({ stamp, isHit }, index) => {
        const own = isHit ? stamp : { nonce: stamp.nonce, number: fresh };
        stored.set(`${key} ${inputs[index]}`, own);
        return stampVector(own, ORIGIN_KEYS);
      });
      const places = cache.places({ inputs, cached: found.map(({ isHit }) => isHit) });
      return JSON.stringify({
        object: 'list',
        data: places.map((place, index) => ({ object: 'embedding', index, embedding: vectors[place] })),
        usage: { prompt_tokens: 1, total_tokens: 1 },
      });
    }
    const { stamp, isHit } = look(api, wanted, `${key} ${wanted.nonce}`, wanted.nonce);
    const honest = answerOf(stamp, wanted, ORIGIN_KEYS);
    const answer = isHit ? cache.replays(honest, wanted) : honest;
    return wanted.stream ? eventsOf(api, answer, wanted).join('') : JSON.stringify(bodyOf(api, answer, wanted));
  }

  return {
    url,
    cache,
    asked,
    /** The cache controls of every request. */
    controls: () => asked.map(({ body }) => at(body, 'cache')),
  };
}

async function bodyIn(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
}
