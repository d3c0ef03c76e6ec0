import { describe, expect, it } from 'vitest';
import { RECORDED_RELEASE, type RecordedRelease } from '../../../dev/gateway.ts';
import { type CacheMarkers, readCacheMarkers, readStreamMarkers } from '../../../src/litellm/cache-markers.ts';
import { createStreamReader } from '../../../src/litellm/stream.ts';
import { ROUTE, type Route } from '../../../src/model/cache.ts';
import { PROBERS } from '../../../src/pairs/index.ts';
import { recorded } from '../../support/litellm-answer.ts';

/** The routes of which answers are recorded. */
const RECORDED = ROUTE.filter((route) => route !== 'messages');
const NO_PHASES = { resolve: 0, connect: 0, tls: 0, send: 0, wait: 0, transfer: 0 };

function marks(release: RecordedRelease, route: Route, which: 'first' | 'duplicate'): CacheMarkers {
  const answer = { ...recorded(release, `${route.replace('_', '-')}-${which}`), seconds: 0, phases: NO_PHASES };
  const stream = createStreamReader();
  stream.feed(Buffer.from(answer.body), 0);
  const { results } = PROBERS[route];
  const read = results === undefined ? readStreamMarkers(answer, stream.markers()) : readCacheMarkers(results, answer);
  if (read === undefined) throw new Error(`the recorded answer of ${route} is none of its API`);
  return read;
}

const blank: CacheMarkers = { apiBase: false, timed: false, fromProvider: false };

describe.each(RECORDED_RELEASE)('recorded pairs of LiteLLM %s', (release) => {
  it.each(RECORDED)('%s', (route) => {
    const cached = route !== 'responses' || release !== '1.80.9';
    expect(PROBERS[route].cache(marks(release, route, 'first'), marks(release, route, 'duplicate'))).toEqual({
      first: 'miss',
      duplicate: cached ? 'hit' : 'miss',
      labelled: true,
    });
  });

  it.each(RECORDED)('%s: two first answers are no hit', (route) => {
    const first = marks(release, route, 'first');
    const other = { ...first, id: `${first.id}-other` };
    expect(PROBERS[route].cache(first, other).duplicate).toBe('miss');
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
