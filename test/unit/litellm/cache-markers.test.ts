import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCacheMarkers, readStreamMarkers, sanitizeVersion } from '../../../src/litellm/cache-markers.ts';
import type { Exchange } from '../../../src/litellm/request.ts';
import { PROBERS } from '../../../src/pairs/index.ts';
import { recorded } from '../../support/litellm-answer.ts';

function exchangeOf(status: number, headers: Record<string, string>, body: string): Exchange {
  return { status, headers, body, seconds: 0, phases: { resolve: 0, connect: 0, tls: 0, send: 0, wait: 0, transfer: 0 } };
}

function marksOf(release: '1.80.9' | '1.106.0', results: string, name: string) {
  const { status, headers, body } = recorded(release, name);
  return readCacheMarkers(results, exchangeOf(status, headers, body));
}

describe('the marks of an answer', () => {
  it('tell a hit of completions: key, same id, no provider', () => {
    const [first, duplicate] = [marksOf('1.106.0', 'choices', 'completions-first'), marksOf('1.106.0', 'choices', 'completions-duplicate')];
    expect(first).toMatchObject({
      cacheKey: undefined,
      apiBase: true,
      timed: true,
      fromProvider: false,
      version: '1.106.0',
      inputTokens: 10,
      outputTokens: 20,
    });
    expect(duplicate?.cacheKey).toMatch(/^lce-probe-[0-9a-f]{16}:[0-9a-f]{64}$/);
    expect(duplicate).toMatchObject({ id: first?.id, created: first?.created, apiBase: false });
  });

  it('tell the price of an answer, and tokens under the names of the Responses API', () => {
    expect(marksOf('1.80.9', 'output', 'responses-first')).toMatchObject({ costUsd: 0.000768, inputTokens: 36, outputTokens: 87 });
  });

  it('are none for a body of another kind', () => {
    const bodies = ['<html><body>200 OK</body></html>', '{}', '[]', 'null', '"I\'m alive!"', '{"choices":{}}', ''];
    for (const body of bodies) expect(readCacheMarkers('choices', exchangeOf(200, {}, body)), body).toBeUndefined();
  });

  it('hold only clean text of headers', () => {
    const headers = {
      'x-litellm-cache-key': 'two words',
      'x-litellm-version': '1.0"} evil',
      'x-litellm-response-cost': '-1',
      'llm_provider-x-request-id': 'a',
    };
    expect(readCacheMarkers('choices', exchangeOf(200, headers, '{"choices":[]}'))).toEqual({
      id: undefined,
      created: undefined,
      inputTokens: undefined,
      outputTokens: undefined,
      cacheKey: undefined,
      apiBase: false,
      timed: false,
      fromProvider: true,
      costUsd: undefined,
      version: undefined,
    });
  });

  it('read the price only where it is a number', () => {
    const cost = (value: string) =>
      readCacheMarkers('choices', exchangeOf(200, { 'x-litellm-response-cost': value }, '{"choices":[]}'))?.costUsd;
    expect(['2e-07', '0', '', ' ', 'None', 'NaN', 'Infinity'].map(cost)).toEqual([
      2e-7,
      0,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('never fail', () => {
    fc.assert(
      fc.property(fc.json(), fc.dictionary(fc.constantFrom('x-litellm-cache-key', 'x-litellm-version'), fc.string()), (body, headers) => {
        const marks = readCacheMarkers('choices', exchangeOf(200, headers, body));
        expect(marks?.version ?? '1').toMatch(/^[0-9A-Za-z.+-]{1,32}$/);
      }),
    );
  });
});

describe('an id that something in front of the gateway blanks', () => {
  it.each(['', ' ', null, 0])('%j proves no hit by being the same again, on any route', (id) => {
    for (const prober of Object.values(PROBERS)) {
      if (prober.results === undefined) continue;
      const marks = readCacheMarkers(prober.results, exchangeOf(200, {}, JSON.stringify({ id, created: 1, [prober.results]: [{}] })));
      expect(marks && prober.cache(marks, marks).duplicate, prober.route).not.toBe('hit');
    }
  });

  it('leaves a stream one that can be read', () => {
    const marks = readStreamMarkers(exchangeOf(200, { 'x-litellm-cache-key': 'k' }, ''), { complete: true, id: '' });
    expect(marks).toMatchObject({ id: undefined, cacheKey: 'k' });
  });
});

describe('a version', () => {
  it.each(['1.106.0', '1.84.0rc1', '1.80.9.post1', '1.77.2-stable', '1.77.2-stable.patch.2', '1.99.0.dev1', 'v1.80.9'])(
    '%s is kept',
    (text) => {
      expect(sanitizeVersion(text)).toBe(text);
    },
  );

  it.each([
    'sk-1234567890abcdef',
    'a3f1c9e2b7d84f60a3f1c9e2b7d84f60',
    '1.80.9-sk-1234567890',
    '1.80.9+a3f1c9e2b7d84f60',
    '12345678.87654321',
    '1.80.9.1.2.3.4.5',
    '1'.repeat(33),
    'latest',
    'a b',
    '1.80.9\n',
    '',
    7,
    null,
  ])('%j could be anything, a key too, and is left out', (text) => {
    expect(sanitizeVersion(text)).toBeUndefined();
  });
});
