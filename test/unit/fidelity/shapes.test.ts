import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resultOf } from '../../../src/fidelity/result.ts';
import type { Shape } from '../../../src/fidelity/shape.ts';
import { SHAPES } from '../../../src/fidelity/shapes.ts';
import { at } from '../../../src/litellm/json.ts';
import { FIDELITY_SHAPE, type FidelityShape } from '../../../src/model/fidelity.ts';
import { newNonce, ORIGIN_KEYS, originAnswer } from '../../support/prescribed.ts';

const PAIRS = FIDELITY_SHAPE.filter((shape) => shape !== 'embeddings_batch' && shape !== 'semantic_opposite');

/** What LiteLLM leaves out of a request with `additional_drop_params`, by shape. */
const DROPPED = { tools: 'tools', stream_tools: 'tools', choices: 'n', logprobs: 'logprobs', json: 'response_format' } as const;

function shapeOf(name: string): FidelityShape {
  return FIDELITY_SHAPE.find((shape) => shape === name) ?? 'text';
}

/** A shape that is asked once, with the answer of the origin to its first request. */
function ask(name: FidelityShape) {
  const shape: Shape = SHAPES[name];
  const nonces = Array.from({ length: shape.nonces }, newNonce);
  const requests = shape.requests('cache-probe', nonces, { ttl: 60, namespace: 'lce-probe-1' });
  const first = originAnswer(shape.api, requests.first);
  const read = (repeated: unknown, before: unknown = first) => shape.read({ first: before, repeated }, requests, nonces, ORIGIN_KEYS);
  return { shape, nonces, requests, first, read };
}

describe('a shape that is asked twice', () => {
  it.each(PAIRS)('%s is the same where the stored answer is given back', (name) => {
    const { first, read } = ask(name);
    expect(resultOf(read(structuredClone(first)))).toEqual({ result: 'same', parts: [] });
    expect(resultOf(read({ ...structuredClone(first), id: 'another', created: 1, created_at: 1 }))).toMatchObject({ result: 'same' });
  });

  it.each(PAIRS)('%s is missed where the origin was asked again', (name) => {
    const { shape, requests, read } = ask(name);
    expect(read(originAnswer(shape.api, requests.repeated))).toEqual({ kind: 'missed' });
  });

  it.each(PAIRS)('%s is altered where only its usage is another one', (name) => {
    const { first, read } = ask(name);
    const { usage, ...rest } = structuredClone(first);
    if (usage === undefined) return;
    const found = resultOf(read({ ...rest, usage: { ...Object.fromEntries(Object.keys(Object(usage)).map((key) => [key, 1])) } }));
    expect(found).toMatchObject({ result: 'altered' });
    expect(found.parts.every((pointer) => pointer.startsWith('/usage'))).toBe(true);
    expect(resultOf(read(rest))).toEqual({ result: 'altered', parts: ['/usage'] });
  });

  it.each(PAIRS)('%s is wrong where it is the answer to another prompt, the first time as well as later', (name) => {
    const { shape, requests, first, read } = ask(name);
    const other = originAnswer(shape.api, JSON.parse(JSON.stringify(requests.first).replaceAll(/[0-9a-f]{32}/g, newNonce())));
    expect(resultOf(read(other))).toMatchObject({ result: 'wrong' });
    expect(resultOf(read(first, other))).toMatchObject({ result: 'wrong' });
  });

  it.each([...PAIRS, 'embeddings_batch', 'semantic_opposite'] as const)(
    '%s cannot be told where the prompts are rewritten on their way',
    (name) => {
      const { shape, requests, read } = ask(name);
      const rewritten = (request: unknown) => JSON.parse(JSON.stringify(request).replaceAll(/[0-9a-f]{32}/g, '<hidden>'));
      const [first, repeated] = [requests.first, requests.repeated].map((request) => originAnswer(shape.api, rewritten(request)));
      expect(read(repeated, first)).toEqual({ kind: 'unreadable', why: 'prompt_rewritten' });
    },
  );

  it.each(PAIRS)('%s cannot be told where an answer is not that of the origin, or signed with another key', (name) => {
    const { shape, requests, first, read } = ask(name);
    const forged = originAnswer(shape.api, requests.first, ['another key']);
    for (const nothing of [{}, null, 1, { choices: [] }, 'text', { error: { message: 'no' } }]) {
      expect(read(nothing)).toEqual({ kind: 'unreadable', why: 'not_the_origin' });
      expect(read(first, nothing)).toEqual({ kind: 'unreadable', why: 'not_the_origin' });
    }
    expect(read(forged)).toEqual({ kind: 'unreadable', why: 'broken' });
    expect(read(first, forged)).toEqual({ kind: 'unreadable', why: 'broken' });
  });

  it.each(Object.entries(DROPPED))('%s cannot be told where the gateway asks the origin without it', (name, field) => {
    const { shape, requests, read } = ask(shapeOf(name));
    const { [field]: _, ...asked } = requests.first;
    const bare = originAnswer(shape.api, asked);
    expect(read(structuredClone(bare), bare)).toEqual({ kind: 'unreadable', why: 'left_out' });
    const changed = JSON.parse(JSON.stringify(bare).replaceAll('ok lce1', 'no lce1'));
    expect(resultOf(read(changed, bare)).result).toBe('wrong');
  });

  it('cannot be told where the gateway leaves reasoning out of every answer', () => {
    const { first, read } = ask('reasoning');
    const bare = structuredClone(first);
    Reflect.deleteProperty(Object(at(bare, 'choices', 0, 'message')), 'reasoning_content');
    expect(read(structuredClone(bare), bare)).toEqual({ kind: 'unreadable', why: 'left_out' });
  });

  it('is read by the number of the first answer, though parts of another answer are in it', () => {
    const { shape, requests, first, read } = ask('choices');
    const again = originAnswer(shape.api, requests.repeated);
    const mixed = { ...first, choices: [at(first, 'choices', 0), at(again, 'choices', 1)] };
    expect(resultOf(read(mixed))).toEqual({ result: 'wrong', parts: ['/choices/1/message/content'] });
    const cut = { ...first, choices: [{ index: 0, message: { role: 'assistant', content: 'ok lce1-abc' }, finish_reason: 'stop' }] };
    expect(read(cut)).toEqual({ kind: 'unreadable', why: 'broken' });
  });

  it('is altered where reasoning is lost, and wrong where a text or a call is', () => {
    const reasoning = ask('stream_reasoning');
    const bare = structuredClone(reasoning.first);
    const message: unknown = at(bare, 'choices', 0, 'message');
    if (typeof message === 'object' && message !== null) Reflect.deleteProperty(message, 'reasoning_content');
    expect(resultOf(reasoning.read(bare))).toEqual({ result: 'altered', parts: ['/choices/0/message/reasoning_content'] });

    const tools = ask('stream_tools');
    const cut = JSON.parse(JSON.stringify(tools.first).replaceAll('nested', 'nasted'));
    expect(resultOf(tools.read(cut))).toMatchObject({ result: 'wrong' });

    const long = ask('long');
    const text = String(at(long.first, 'choices', 0, 'message', 'content'));
    expect(text.length).toBeGreaterThan(128 * 1024);
    const shortened = {
      ...long.first,
      choices: [{ index: 0, message: { role: 'assistant', content: text.slice(0, 65_536) }, finish_reason: 'stop' }],
    };
    expect(resultOf(long.read(shortened))).toEqual({ result: 'wrong', parts: ['/choices/0/message/content'] });
  });
});

describe('a batch of embeddings of which a part is cached', () => {
  it('is the same with each vector at its place, whichever are from the cache', () => {
    const { first, read, fresh, cached } = batch();
    expect(resultOf(read([fresh(0), cached(1), fresh(2), cached(0)]))).toEqual({ result: 'same', parts: [] });
    expect(resultOf(read([fresh(0), cached(1), fresh(2), fresh(3)]))).toEqual({ result: 'same', parts: [] });
    expect(first.usage).toBeDefined();
  });

  it('is missed where the origin gave all of it', () => {
    const { read, fresh } = batch();
    expect(read([fresh(0), fresh(1), fresh(2), fresh(3)])).toEqual({ kind: 'missed' });
  });

  it('is wrong where a vector is that of another input, has another number, is missing or is one too many', () => {
    const { read, fresh, cached } = batch();
    const wrong = (...vectors: unknown[]) => resultOf(read(vectors));
    expect(wrong(fresh(0), cached(1), cached(1), cached(0))).toEqual({ result: 'wrong', parts: ['/data/2/embedding'] });
    expect(wrong(cached(1), fresh(0), fresh(2), cached(0))).toEqual({ result: 'wrong', parts: ['/data/0/embedding', '/data/1/embedding'] });
    expect(wrong(fresh(0), cached(1), fresh(2))).toEqual({ result: 'wrong', parts: ['/data/3'] });
    expect(wrong(fresh(0), cached(1), fresh(2), cached(0), fresh(0))).toEqual({ result: 'wrong', parts: ['/data/4'] });
    expect(wrong(fresh(0), cached(1), fresh(2), [0, 0, 0])).toEqual({ result: 'wrong', parts: ['/data/3/embedding'] });
  });

  it('is wrong where an index is that of another place', () => {
    const { readBody, fresh, cached } = batch();
    const data = [fresh(0), cached(1), fresh(2), cached(0)].map((embedding, index) => ({ index: index === 2 ? 1 : index, embedding }));
    expect(resultOf(readBody({ data }))).toEqual({ result: 'wrong', parts: ['/data/2/index'] });
  });

  it('says nothing of vectors that another origin, or another provider, gave for inputs that were not cached', () => {
    const { read, fresh, cached, foreign } = batch();
    for (const where of [[0], [2], [0, 2]]) {
      const given = (index: number) => (where.includes(index) ? foreign(index) : fresh(index));
      expect(read([given(0), cached(1), given(2), cached(0)])).toEqual({ kind: 'unreadable', why: 'broken' });
      const other = (index: number) => (where.includes(index) ? [0.1, 0.2, 0.3] : fresh(index));
      expect(read([other(0), cached(1), other(2), cached(0)])).toEqual({ kind: 'unreadable', why: 'not_the_origin' });
    }
    // An entry that was evicted is asked for again.
    expect(read([foreign(0), cached(1), foreign(2), foreign(3)])).toEqual({ kind: 'unreadable', why: 'broken' });
    // What is proven is told all the same.
    expect(resultOf(read([foreign(0), cached(1), cached(1), cached(0)]))).toEqual({ result: 'wrong', parts: ['/data/2/embedding'] });
  });

  it('is wrong where a cached vector is changed, or one is none', () => {
    const { read, fresh, cached } = batch();
    const changed = [...list(cached(1)).slice(0, -1), 0.5];
    expect(resultOf(read([fresh(0), changed, fresh(2), cached(0)]))).toEqual({ result: 'wrong', parts: ['/data/1/embedding'] });
    for (const none of [null, 'text', {}]) {
      expect(resultOf(read([none, cached(1), fresh(2), cached(0)]))).toEqual({ result: 'wrong', parts: ['/data/0/embedding'] });
    }
  });

  it('cannot be told where nothing is from the origin', () => {
    const { read, readBody } = batch();
    expect(readBody({})).toEqual({ kind: 'unreadable', why: 'not_the_origin' });
    expect(read([[1], [2], [3], [4]])).toEqual({ kind: 'unreadable', why: 'not_the_origin' });
  });

  function batch() {
    const { shape, requests, first, read } = ask('embeddings_batch');
    const again = originAnswer(shape.api, requests.repeated);
    const elsewhere = originAnswer(shape.api, requests.repeated, ['the key of another origin']);
    const vector = (body: unknown, index: number): unknown => at(body, 'data', index, 'embedding');
    const readBody = (body: unknown) => read({ ...again, ...Object(body), ...(at(body, 'data') === undefined && { data: undefined }) });
    return {
      first,
      fresh: (index: number) => vector(again, index),
      foreign: (index: number) => vector(elsewhere, index),
      cached: (index: number) => vector(first, index),
      read: (vectors: unknown[]) => readBody({ data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })) }),
      readBody,
    };
  }
});

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

describe('two prompts that mean the opposite', () => {
  it('are the same where each has its own answer, and wrong where the second gets the answer to the first', () => {
    const { shape, requests, first, read } = ask('semantic_opposite');
    expect(resultOf(read(originAnswer(shape.api, requests.repeated)))).toEqual({ result: 'same', parts: [] });
    expect(resultOf(read(first))).toEqual({ result: 'wrong', parts: ['/choices/0/message/content'] });
    expect(read({})).toEqual({ kind: 'unreadable', why: 'not_the_origin' });
  });
});

describe('the answers of something else', () => {
  it('never prove anything, whatever they are', () => {
    fc.assert(
      fc.property(fc.constantFrom(...FIDELITY_SHAPE), fc.jsonValue(), fc.jsonValue(), (name, one, other) => {
        const { first, read } = ask(name);
        for (const [repeated, before] of [
          [one, first],
          [first, one],
          [one, other],
        ]) {
          expect(read(repeated, before ?? null).kind).toBe('unreadable');
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the requests of a shape', () => {
  it('are identical but for those of a batch and of opposites, and hold each nonce', () => {
    for (const name of FIDELITY_SHAPE) {
      const { requests, nonces } = ask(name);
      const isPair = PAIRS.some((pair) => pair === name);
      expect([name, JSON.stringify(requests.first) === JSON.stringify(requests.repeated)]).toEqual([name, isPair]);
      for (const nonce of nonces) expect(JSON.stringify(requests)).toContain(nonce);
    }
  });

  it('leave nothing of an answer in what is told but pointers into what the origin prescribes', () => {
    const { first, read } = ask('text');
    const content = at(first, 'choices', 0, 'message', 'content');
    const message = { content, tool_calls: [{ secret: 'secret' }] };
    const told = resultOf(read({ ...first, choices: [{ index: 0, finish_reason: 'secret', secret: 'secret', message }] }));
    expect(told).toEqual({
      result: 'wrong',
      parts: ['/choices/0/message/tool_calls', '/choices/0/message/role', '/choices/0/finish_reason'],
    });
  });
});
