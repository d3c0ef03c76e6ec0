import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RedisError, ReplyError } from '../../../../src/redis/connection/failure.ts';
import { asText, createReplyReader, REPLY_LIMITS } from '../../../../src/redis/connection/reply-reader.ts';

interface Read {
  replies: unknown[];
  pushes: unknown[];
  error?: RedisError;
}

/** What a reader makes of some chunks. Anything but a RedisError is a defect and ends the test. */
function readChunks(chunks: Iterable<Buffer>): Read {
  const read: Read = { replies: [], pushes: [] };
  const reader = createReplyReader({
    reply: (value) => void read.replies.push(asText(value)),
    push: (values) => void read.pushes.push(asText(values)),
  });
  try {
    for (const chunk of chunks) reader.read(chunk);
  } catch (error) {
    if (!(error instanceof RedisError)) throw error;
    read.error = error;
  }
  return read;
}

function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const simple = fc.stringMatching(/^[A-Za-z .]{0,12}$/);
const { frame } = fc.letrec<{ frame: string }>((tie) => {
  const list = (sign: string, pairs: number) =>
    fc.array(tie('frame'), { maxLength: 3 }).map((inner) => {
      const even = inner.slice(0, inner.length - (inner.length % pairs));
      return `${sign}${even.length / pairs}\r\n${even.join('')}`;
    });
  return {
    frame: fc.oneof(
      { maxDepth: 4 },
      simple.map((text) => `+${text}\r\n`),
      simple.map((text) => `-ERR ${text}\r\n`),
      fc.integer().map((number) => `:${number}\r\n`),
      fc.string({ unit: 'binary', maxLength: 30 }).map((text) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`),
      fc.constantFrom(
        '$-1\r\n',
        '*-1\r\n',
        '_\r\n',
        '#t\r\n',
        ',1.5\r\n',
        '(123456789012345678901234567890\r\n',
        '=7\r\ntxt:abc\r\n',
        '!3\r\nBAD\r\n',
      ),
      list('*', 1),
      list('~', 1),
      list('%', 2),
      tie('frame').map((inner) => `|1\r\n+a\r\n:1\r\n${inner}`),
    ),
  };
});
const stream = fc.array(
  fc.oneof({ weight: 5, arbitrary: frame }, { weight: 1, arbitrary: frame.map((inner) => `>2\r\n+invalidate\r\n${inner}`) }),
  { minLength: 1, maxLength: 6 },
);
const cuts = fc.array(fc.nat(2_000), { maxLength: 30 });

describe('the reader of replies', () => {
  it('reads every type of RESP2 and RESP3', () => {
    const text = [
      '+OK\r\n',
      ':-7\r\n',
      '$5\r\na\r\nbc\r\n',
      '*3\r\n$-1\r\n:1\r\n*0\r\n',
      '-ERR no\r\n',
      '%1\r\n+a\r\n#f\r\n',
      '|1\r\n+ttl\r\n:3\r\n+x\r\n',
      '>1\r\n_\r\n',
      '~1\r\n,0.5\r\n',
    ].join('');
    const { replies, pushes, error } = readChunks([Buffer.from(text)]);
    expect(error).toBeUndefined();
    expect(replies).toEqual(['OK', -7, 'a\r\nbc', [null, 1, []], new ReplyError('ERR no'), ['a', 0], 'x', ['0.5']]);
    expect(pushes).toEqual([[null]]);
  });

  it('reads the same however the bytes are cut, also into single ones', () => {
    fc.assert(
      fc.property(stream, cuts, (frames, where) => {
        const bytes = Buffer.from(frames.join(''));
        const whole = readChunks([bytes]);
        expect(whole.error).toBeUndefined();
        expect(whole.replies.length + whole.pushes.length).toBe(frames.length);
        expect(readChunks(split(bytes, where))).toEqual(whole);
        expect(readChunks([...bytes].map((byte) => Buffer.of(byte)))).toEqual(whole);
      }),
      { seed: 20261130, numRuns: 200 },
    );
  });

  it('ends with an own error at bytes that were changed, however they are cut', () => {
    const changes = fc.array(fc.tuple(fc.nat(2_000), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(stream, changes, cuts, (frames, changed, where) => {
        const bytes = Buffer.from(frames.join(''));
        for (const [place, byte] of changed) bytes[place % bytes.length] = byte;
        const whole = readChunks([bytes]);
        const pieces = readChunks(split(bytes, where));
        expect(pieces.replies).toEqual(whole.replies);
        expect(pieces.error?.refusal).toBe(whole.error?.refusal);
      }),
      { seed: 20261130, numRuns: 500 },
    );
  });

  it.each([
    ['a list of 33 million', '*33000000\r\n', 'length'],
    ['three of them', '*33000000\r\n'.repeat(3), 'length'],
    ['a map of 40,000 pairs', '%40000\r\n', 'length'],
    ['lists that add up', `*60000\r\n${'*60000\r\n'.repeat(3)}`, 'length'],
    ['a text of 8 GB', '$8589934592\r\n', 'length'],
    ['a length beyond numbers', `$${'9'.repeat(19)}\r\n`, 'length'],
    ['a length of 30 digits', `*${'9'.repeat(30)}\r\n`, 'length'],
    ['a negative length', '$-2\r\n', 'length'],
    ['a broken length', '*1.5\r\n', 'length'],
    ['a length in hexadecimal', '$0x10\r\n', 'length'],
    ['a streamed text', '$?\r\n', 'length'],
    ['a streamed list', '*?\r\n', 'length'],
    ['a line without an end', `+${'x'.repeat(REPLY_LIMITS.line + 1)}`, 'length'],
    ['an error without an end', `-${'x'.repeat(REPLY_LIMITS.line + 1)}`, 'length'],
    ['attributes without an end', '|0\r\n'.repeat(REPLY_LIMITS.values + 1), 'length'],
    ['empty lists without an end', `*65535\r\n${'*1\r\n*0\r\n'.repeat(REPLY_LIMITS.values)}`, 'length'],
    ['lists in lists', '*1\r\n'.repeat(REPLY_LIMITS.depth + 1), 'depth'],
    ['maps in sets', '%1\r\n+a\r\n~1\r\n'.repeat(REPLY_LIMITS.depth), 'depth'],
    ['attributes in attributes', '|1\r\n'.repeat(REPLY_LIMITS.depth + 1), 'depth'],
    ['HTTP', 'HTTP/1.1 200 OK\r\n', 'type'],
    ['TLS', '\u0015\u0003\u0003', 'type'],
    ['a NUL', '\0', 'type'],
    ['an empty line', '\r\n', 'type'],
    ['a line that ends with LF alone', '+OK\n', 'type'],
    ['a text that is longer than announced', '$1\r\nabc\r\n', 'type'],
    ['a number that is none', ':1e3\r\n', 'type'],
    ['a truth value that is none', '#x\r\n', 'type'],
    ['a push in a list', '*1\r\n>0\r\n', 'type'],
    ['the end of a stream', '.\r\n', 'type'],
  ])('refuses %s', (_, text, refusal) => {
    const bytes = Buffer.from(text);
    expect(readChunks([bytes]).error?.refusal).toBe(refusal);
    const single = bytes.length > 100_000 ? split(bytes, [1, 5, 70_000]) : [...bytes].map((byte) => Buffer.of(byte));
    expect(readChunks(single).error?.refusal).toBe(refusal);
  });

  it('refuses more bytes than the limit within one answer and none that were settled', () => {
    const megabyte = Buffer.from(`$${1024 * 1024}\r\n${'x'.repeat(1024 * 1024)}\r\n`);
    expect(readChunks(Array.from({ length: 9 }, () => megabyte)).error?.refusal).toBe('length');
    const reader = createReplyReader({ reply: () => reader.settle(), push: () => undefined });
    for (let count = 0; count < 20; count++) reader.read(megabyte);
  });

  it('holds a text that comes in single bytes once, and a length that is announced not at all', () => {
    const before = process.memoryUsage().arrayBuffers;
    const reader = createReplyReader({ reply: () => undefined, push: () => undefined });
    reader.read(Buffer.from(`$${4 * 1024 * 1024}\r\n`));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
    const chunk = Buffer.of(120);
    for (let count = 0; count < 4 * 1024 * 1024; count++) reader.read(chunk);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(24 * 1024 * 1024);
  });

  it('keeps no more of an error than is needed to know it', () => {
    const [reply] = readChunks([Buffer.from(`-WRONGPASS ${'x'.repeat(60_000)}\r\n`)]).replies;
    expect(reply instanceof Error && reply.message.length).toBe(512);
  });
});
