import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStreamReader } from '../../../src/litellm/stream.ts';
import { recorded } from '../../support/litellm-answer.ts';

function read(chunks: readonly (readonly [text: string | Buffer, seconds: number])[]) {
  const reader = createStreamReader();
  for (const [text, seconds] of chunks) reader.feed(Buffer.from(text), seconds);
  return reader.markers();
}

const chunk = (delta: object) => `data: ${JSON.stringify({ id: 'chatcmpl-1', choices: [{ index: 0, delta }] })}\n\n`;

describe('a stream', () => {
  it('has the time of its first content, not of its role', () => {
    const seen = read([
      [chunk({ role: 'assistant' }), 0.1],
      [chunk({ content: '' }), 0.2],
      [chunk({ content: 'ok' }), 0.3],
      [chunk({ content: '!' }), 0.4],
      ['data: [DONE]\n\n', 0.5],
    ]);
    expect(seen).toEqual({ id: 'chatcmpl-1', firstContentSeconds: 0.3, complete: true });
  });

  it('is incomplete without its end', () => {
    expect(read([[chunk({ content: 'ok' }), 0.1]])).toEqual({ id: 'chatcmpl-1', firstContentSeconds: 0.1, complete: false });
    expect(read([['<html>', 0.1]])).toEqual({ complete: false });
  });

  it('is incomplete with an error in it, whatever ends it', () => {
    const error = 'data: {"error":{"message":"the provider failed","code":500}}\n\n';
    const end = 'data: [DONE]\n\n';
    expect(read([[`${chunk({ content: 'ok' })}${error}${end}`, 0.1]]).complete).toBe(false);
    const without = chunk({ content: 'ok' }).replace('{"id"', '{"error":null,"id"');
    expect(read([[`${without}${end}`, 0.1]]).complete).toBe(true);
  });

  it('is read the same however it is cut', () => {
    const { body } = recorded('1.106.0', 'chat-stream-first');
    const bytes = Buffer.from(body);
    const whole = read([[bytes, 1]]);
    expect(whole.complete).toBe(true);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 6 }), (cuts) => {
        const edges = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
        const parts = edges.slice(1).map((end, index) => [bytes.subarray(edges[index], end), 1] as const);
        expect(read(parts)).toEqual(whole);
      }),
    );
  });

  it('does not keep a line without end', () => {
    const reader = createStreamReader();
    for (let index = 0; index < 64; index++) reader.feed(Buffer.alloc(64 * 1024, 'a'), index);
    expect(reader.markers()).toEqual({ complete: false });
  });
});
