import { describe, expect, it } from 'vitest';
import type { GatewayRelease } from '../../../dev/gateway.ts';
import { type CacheMarkers, readCacheMarkers, readStreamMarkers } from '../../../src/litellm/cache-markers.ts';
import { createStreamReader } from '../../../src/litellm/stream.ts';
import { ROUTE, type Route } from '../../../src/model/cache.ts';
import { PROBERS } from '../../../src/pairs/index.ts';
import { RECORDINGS, recorded } from '../../support/litellm-answer.ts';

const NO_PHASES = { resolve: 0, connect: 0, tls: 0, send: 0, wait: 0, transfer: 0 };

function marks(release: GatewayRelease, route: Route, name: string): CacheMarkers {
  const answer = { ...recorded(release, name), seconds: 0, phases: NO_PHASES };
  const stream = createStreamReader();
  stream.feed(Buffer.from(answer.body), 0);
  const { results } = PROBERS[route];
  const read = results === undefined ? readStreamMarkers(answer, stream.markers()) : readCacheMarkers(results, answer);
  if (read === undefined) throw new Error(`the recorded answer of ${route} is none of its API`);
  return read;
}

/** The marks of two answers to the same request, and of a third that asks for none of the cache. */
function recordedTriple(release: GatewayRelease, route: Route, prefix: string): [CacheMarkers, CacheMarkers, CacheMarkers] {
  const of = (which: string) => marks(release, route, `${prefix}${route.replace('_', '-')}-${which}`);
  return [of('first'), of('duplicate'), of('again')];
}

const blank: CacheMarkers = { apiBase: false, timed: false, fromProvider: false };

/**
 * What tells a hit from a second answer of the model: the name of its key (`key`), the id that it repeats (`id`), headers that the
 * one has and the other has not (`headers`); `none` where the release does not cache it.
 */
type Sign = 'key' | 'id' | 'headers' | 'none';

const KEY = { completions: 'key', chat: 'key', chat_stream: 'key', embeddings: 'headers', responses: 'key', messages: 'key' } as const;

/** By release and route, of a mock model and of a provider of OpenAI's API, which gives no answer twice. */
const SIGNS: Readonly<Record<string, { mock: Readonly<Record<Route, Sign>>; provided: Readonly<Record<Route, Sign>>; native: Sign }>> = {
  '1.80.9': {
    mock: { ...KEY, chat_stream: 'id', responses: 'none', messages: 'none' },
    provided: { ...KEY, chat_stream: 'id', responses: 'none', messages: 'id' },
    native: 'none',
  },
  '1.104.2': { mock: { ...KEY, messages: 'headers' }, provided: { ...KEY, messages: 'id' }, native: 'id' },
  '1.106.0': { mock: KEY, provided: KEY, native: 'key' },
  '1.110.2': { mock: KEY, provided: KEY, native: 'key' },
};
/** Routes whose hits need no key to be recognised as such. */
const WITHOUT_LABEL: readonly Route[] = ['chat_stream', 'embeddings'];

describe.each(RECORDINGS)('recorded pairs of LiteLLM %s', (release) => {
  const { mock, provided, native } = SIGNS[release] ?? { mock: KEY, provided: KEY, native: 'key' };

  it.each([
    ...ROUTE.map((route) => [route, route, '', mock[route]] as const),
    ...ROUTE.map((route) => [`${route} of a provider`, route, 'provided-', provided[route]] as const),
    ['messages of Anthropic', 'messages', 'native-', native] as const,
  ])('%s', (_, route, prefix, sign) => {
    const { cache } = PROBERS[route];
    const [first, duplicate, again] = recordedTriple(release, route, prefix);
    const isHit = sign !== 'none';
    expect(cache(first, duplicate)).toMatchObject({ first: 'miss', duplicate: isHit ? 'hit' : 'miss' });
    if (isHit) expect(cache(first, duplicate).labelled).toBe(sign === 'key' || WITHOUT_LABEL.includes(route));
    // A second answer of the model to the same question is none of the cache.
    expect(cache(first, again)).toMatchObject({ first: 'miss', duplicate: 'miss' });
    expect(duplicate.cacheKey !== undefined).toBe(sign === 'key');
    if (sign === 'id') expect([duplicate.id, again.id === first.id]).toEqual([first.id, false]);
    if (sign === 'headers') expect([duplicate.id, again.id]).toEqual([first.id, first.id]);
  });
});

describe('the reading of a pair', () => {
  it.each(['completions', 'chat'] as const)('of %s takes the same id without the key for a hit without its label', (route) => {
    const first = { ...blank, id: 'a', created: 1 };
    expect(PROBERS[route].cache(first, first)).toEqual({ first: 'miss', duplicate: 'hit', labelled: false });
    expect(PROBERS[route].cache(first, { ...first, created: 2 }).duplicate).toBe('miss');
    expect(PROBERS[route].cache(first, { ...first, fromProvider: true }).duplicate).toBe('miss');
    expect(PROBERS[route].cache(blank, blank).duplicate).toBe('miss');
  });

  it.each(ROUTE)('of %s takes a key on the first answer for a hit', (route) => {
    expect(PROBERS[route].cache({ ...blank, cacheKey: 'k' }, blank).first).toBe('hit');
  });

  it('of messages goes by the time that LiteLLM adds where the id is that of every mock answer', () => {
    const mock = { ...blank, timed: true, id: 'msg_013Zva2CMHLNnXjNJJKqJ2EF' };
    const { cache } = PROBERS.messages;
    expect(cache(mock, mock)).toMatchObject({ first: 'miss', duplicate: 'miss' });
    expect(cache(mock, { ...mock, overhead: true })).toEqual({ first: 'miss', duplicate: 'hit', labelled: false });
    expect(cache({ ...mock, overhead: true }, { ...mock, overhead: true })).toMatchObject({ duplicate: 'unknown', labelled: false });
    expect(cache(mock, { ...mock, cacheKey: 'k' })).toEqual({ first: 'miss', duplicate: 'hit', labelled: true });
    const own = { ...mock, id: 'msg_1', overhead: true };
    expect(cache(own, own)).toEqual({ first: 'miss', duplicate: 'hit', labelled: false });
    expect(cache(own, { ...own, id: 'msg_2' }).duplicate).toBe('miss');
  });

  it('of embeddings is unknown when the first answer carries none of the marks', () => {
    expect(PROBERS.embeddings.cache(blank, blank)).toEqual({ first: 'unknown', duplicate: 'unknown', labelled: true });
    expect(PROBERS.embeddings.cache({ ...blank, timed: true }, blank)).toEqual({ first: 'miss', duplicate: 'hit', labelled: true });
  });
});

describe('the body of a request', () => {
  it('has its keys in an order that never changes', () => {
    const bodies = ROUTE.map((route) => [route, JSON.stringify(PROBERS[route].body('m', 'n', { ttl: 120, namespace: 's' }))]);
    const cache = '"cache":{"ttl":120,"namespace":"s"}';
    expect(Object.fromEntries(bodies)).toEqual({
      completions: `{"model":"m","prompt":"Answer with the word ok. n","max_tokens":16,"temperature":0,${cache}}`,
      chat: `{"model":"m","messages":[{"role":"user","content":"Answer with the word ok. n"}],"max_tokens":16,"temperature":0,${cache}}`,
      chat_stream: `{"model":"m","messages":[{"role":"user","content":"Answer with the word ok. n"}],"max_tokens":16,"temperature":0,"stream":true,${cache}}`,
      embeddings: `{"model":"m","input":"Answer with the word ok. n",${cache}}`,
      responses: `{"model":"m","input":"Answer with the word ok. n","max_output_tokens":16,"temperature":0,${cache}}`,
      messages: `{"model":"m","messages":[{"role":"user","content":"Answer with the word ok. n"}],"max_tokens":16,"temperature":0,${cache}}`,
    });
  });

  it('has no cache entry without controls', () => {
    for (const route of ROUTE) expect(PROBERS[route].body('m', 'n', undefined)).not.toHaveProperty('cache');
  });

  it('is that of the route by which it is registered', () => {
    for (const route of ROUTE) expect(PROBERS[route].route).toBe(route);
  });
});
