import { describe, expect, it } from 'vitest';
import { differenceOf, shapeOf } from '../../release/shape.ts';
import { recorded } from '../../support/litellm-answer.ts';

describe('the shape of an answer', () => {
  it('has paths with types, lists of words as they are, and objects that are written into texts', () => {
    const inner = JSON.stringify({ calls: ['chat', 'embedding'], ttl: 60 });
    const body = JSON.stringify({ id: 'x', list: [{ a: 1 }, { a: null }], params: inner, empty: [] });
    expect([...shapeOf({ status: 200, headers: { 'x-litellm-version': '1' }, body })]).toEqual([
      'status 200',
      'header x-litellm-version',
      'body.id: string',
      'body.list[].a: number',
      'body.list[].a: null',
      'body.params.calls has chat',
      'body.params.calls has embedding',
      'body.params.ttl: number',
    ]);
  });

  it('is that of the events of a stream, and of a text that is no JSON', () => {
    const stream = 'event: x\ndata: {"a":1}\n\ndata: {"b":"t"}\n\ndata: [DONE]\n\n';
    expect([...shapeOf({ status: 200, headers: {}, body: stream })]).toEqual([
      'status 200',
      'body.a: number',
      'body.b: string',
      'body: string',
    ]);
    expect([...shapeOf({ status: 500, headers: {}, body: '[not json' })]).toEqual(['status 500', 'body: string']);
  });

  it('is the same for two recordings of one kind, and shows a mark that only hits have', () => {
    const [first, duplicate] = ['completions-first', 'completions-duplicate'].map((name) => shapeOf(recorded('1.110.2', name)));
    expect(differenceOf(first ?? [], first ?? [])).toEqual({ gone: [], added: [] });
    expect(differenceOf(first ?? [], duplicate ?? []).added).toContain('header x-litellm-cache-key');
  });
});
