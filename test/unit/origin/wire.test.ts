import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerOf, WISH } from '../../../src/origin/answer.ts';
import { MAX_CHOICES } from '../../../src/origin/asked.ts';
import { newStamp, type OriginKeys } from '../../../src/origin/stamp.ts';
import { bodyOf, eventsOf, joinEvents, prescribedBody, type TextApi } from '../../../src/origin/wire/index.ts';
import { arbitraryAsked, askedFor } from '../../support/asked.ts';

const KEYS: OriginKeys = ['a key'];
const APIS: readonly TextApi[] = ['chat', 'completions', 'responses', 'messages'];

/** The parsed data of the events of a stream, `[DONE]` left out. */
function dataOf(blocks: readonly string[]): unknown[] {
  return blocks.flatMap((block) => {
    const data = /^data: (.*)$/m.exec(block)?.[1] ?? '';
    return data === '[DONE]' ? [] : [JSON.parse(data)];
  });
}

describe.each(APIS)('%s', (api) => {
  it('streams exactly what it answers without a stream, whatever is asked', () => {
    fc.assert(
      fc.property(arbitraryAsked(api), (given) => {
        const asked = { ...given, stream: true, streamUsage: true };
        const answer = answerOf(newStamp(asked.nonce), asked, KEYS);
        const joined = joinEvents(api, dataOf(eventsOf(api, answer, asked)));
        const { streamed: _pieces, ...whole } = joined ?? {};
        const { system_fingerprint: _fingerprint, ...body } = JSON.parse(JSON.stringify(bodyOf(api, answer, asked)));
        expect(whole).toEqual(body);
      }),
      { numRuns: 60 },
    );
  });

  it('gives the same for the same stamp and another body for another number', () => {
    const asked = askedFor({ wishes: ['reasoning'] });
    const stamp = newStamp(asked.nonce);
    expect(prescribedBody(api, stamp, asked, KEYS)).toEqual(prescribedBody(api, stamp, asked, KEYS));
    expect(prescribedBody(api, newStamp(asked.nonce), asked, KEYS)).not.toEqual(prescribedBody(api, stamp, asked, KEYS));
  });

  it('never answers with more than 1.5 MiB, however much is asked for', () => {
    const inputs = Array.from({ length: MAX_CHOICES }, () => 'f'.repeat(32));
    for (const stream of [true, false]) {
      for (const tools of [[], ['t'.repeat(256)]]) {
        for (const many of [{ n: MAX_CHOICES }, { n: 1, inputs }]) {
          const asked = askedFor({ ...many, wishes: WISH, tools, logprobs: true, json: true, stream, streamUsage: true });
          const answer = answerOf(newStamp(asked.nonce), asked, KEYS);
          const sent = stream ? eventsOf(api, answer, asked).join('') : JSON.stringify(bodyOf(api, answer, asked));
          expect(sent.length, `${api} ${JSON.stringify({ stream, tools: tools.length })}`).toBeLessThan(1.5 * 1024 * 1024);
        }
      }
    }
  });

  it('joins events of any form without an error', () => {
    const names = ['choices', 'index', 'delta', 'content', 'type', 'message', 'response', 'text', 'usage', '__proto__', 'tool_calls'];
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('message_start', 'response.completed', 'content_block_delta', 1e9, -1, null, 'x'),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names), tie('any'), { maxKeys: 4 }),
      ),
    })).any;
    fc.assert(fc.property(fc.array(value, { maxLength: 5 }), (events) => void joinEvents(api, events)));
  });

  it('takes events of another API for none', () => {
    expect(joinEvents(api, [])).toBeUndefined();
    expect(joinEvents(api, [{ type: 'ping' }, 'x', null])).toBeUndefined();
  });
});

it('cuts no character of a stream in two', () => {
  const asked = askedFor({ wishes: ['unicode'], stream: true });
  for (let count = 0; count < 50; count++) {
    const answer = answerOf(newStamp(asked.nonce), { ...asked, n: 1 }, KEYS);
    for (const block of eventsOf('chat', answer, asked)) expect(Buffer.from(block).toString()).toBe(block);
  }
});

it('a choice of a batch carries the nonce of its own prompt', () => {
  const inputs = ['a'.repeat(32), 'b'.repeat(32)];
  const asked = askedFor({ nonce: 'a'.repeat(32), inputs, n: 2 });
  const { choices } = answerOf(newStamp(asked.nonce), asked, KEYS);
  expect(choices.map(({ text }) => /lce1-([0-9a-f]{32})/.exec(text)?.[1]?.[0])).toEqual(['a', 'a', 'b', 'b']);
});

it('reads a stream of completions that comes in chunks of chat as one whose texts are missing', () => {
  const chunk = (content: string) => ({ object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content } }] });
  expect(joinEvents('completions', [chunk('a '), chunk('b')])).toMatchObject({ choices: [{ text: '', message: { content: 'a b' } }] });
});
