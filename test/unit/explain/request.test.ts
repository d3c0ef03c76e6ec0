import { describe, expect, it } from 'vitest';
import { isFault, readJson } from '../../../src/explain/json-text.ts';
import { routeOf, routeOfPath, sentBody } from '../../../src/explain/request.ts';
import { isQuestion, newProbe, newQuestion, probeKeys } from '../../../src/redis/probe-keys/names.ts';

function read(text: string) {
  const node = readJson(text);
  if (isFault(node)) throw new Error(node.fault);
  return node;
}

describe('a request', () => {
  it.each([
    ['{"model":"m","messages":[]}', 'chat'],
    ['{"model":"m","messages":[],"system":"be short"}', 'messages'],
    ['{"model":"m","prompt":"x"}', 'completions'],
    ['{"model":"m","input":"x","encoding_format":"float"}', 'embeddings'],
    ['{"model":"m","input":"x","instructions":"y"}', 'responses'],
    ['{"model":"m","input":[{"role":"user","content":"x"}]}', 'responses'],
    ['{"model":"m","input":"x"}', undefined],
    ['{"model":"m","input":"x","dimensions":3,"instructions":"y"}', undefined],
    ['{"model":"m"}', undefined],
    ['[]', undefined],
  ])('%s is for %s', (body, route) => {
    expect(routeOf(read(body))).toBe(route);
  });

  it.each([
    ['/v1/chat/completions', 'chat'],
    ['/chat/completions?x=1', 'chat'],
    ['/openai/deployments/m/embeddings/', 'embeddings'],
    ['/v1/completions', 'completions'],
    ['/v1/messages', 'messages'],
    ['/v1/models', undefined],
    ['/v1/messages/count_tokens', undefined],
  ])('the path %s is for %s', (path, route) => {
    expect(routeOfPath(path)).toBe(route);
  });

  it('is sent with the model of the probes and cache controls of the exporter, everything else as it was written', () => {
    const body = '{"messages": [], "model":"gpt", "cache":{"no-store":true}, "temperature":0.0, "temperature":1e0, "mod\\u0065l":"x"}';
    expect(sentBody(read(body), 'probe', 'lce-probe-01', 60)).toBe(
      '{"messages":[],"model":"probe","temperature":0.0,"temperature":1e0,"mod\\u0065l":"probe","cache":{"ttl":60,"namespace":"lce-probe-01","use-cache":true}}',
    );
    expect(sentBody(read('{"messages":[]}'), 'probe', 'n', 60)).toContain('{"model":"probe","messages":[],"cache":');
  });

  it('has a namespace that is known for one of a probe, and for none of an exporter', () => {
    const question = newQuestion();
    expect([isQuestion(question), isQuestion(newProbe('0123abcd'))]).toEqual([true, false]);
    expect(probeKeys(`litellm:${question}:${'a'.repeat(64)}`)).toHaveLength(1);
  });
});
