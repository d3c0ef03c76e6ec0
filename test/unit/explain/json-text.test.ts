import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFault, memberOf, readJson, stringOf, writeJson } from '../../../src/explain/json-text.ts';

function read(text: string) {
  const node = readJson(text);
  if (isFault(node)) throw new Error(`${node.fault} at ${node.at}`);
  return node;
}

describe('JSON as it was written', () => {
  it('is read exactly where the parser of the language reads it, and means the same when written again', () => {
    const texts = fc.oneof(
      fc.json({ noUnicodeString: false }),
      fc.string(),
      fc
        .array(fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', 'a', '1', '-', '.', 'e', 'true', 'null', ' ', '\n'))
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const node = readJson(text);
        let parsed: unknown;
        try {
          parsed = JSON.parse(text);
        } catch {
          expect(isFault(node), text).toBe(true);
          return;
        }
        expect(JSON.parse(writeJson(read(text)))).toEqual(parsed);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['{"a":0, "b" : 0.0,"c":1e0,"d":-0,"e":12345678901234567890}', '{"a":0,"b":0.0,"c":1e0,"d":-0,"e":12345678901234567890}'],
    ['{"b":1,"a":2,"b":3}', '{"b":1,"a":2,"b":3}'],
    ['{"\\u0061":"\\u0062\\/"}', '{"\\u0061":"\\u0062\\/"}'],
    [' [ ] ', '[]'],
    ['{"__proto__":{"x":1},"2":1,"1":2}', '{"__proto__":{"x":1},"2":1,"1":2}'],
  ])('keeps numbers, order, doubled members and escapes of %s', (text, written) => {
    expect(writeJson(read(text))).toBe(written);
  });

  it('gives the last of members with one name, as programs read it, under any way to write the name', () => {
    expect(stringOf(memberOf(read('{"model":"a","mod\\u0065l":"b"}'), 'model'))).toBe('b');
    expect(memberOf(read('[1]'), 'model')).toBeUndefined();
  });

  it.each([
    ['', 'the end in place of a value', 1],
    ['{"a":1,}', 'no name of a member', 8],
    ['{"a" 1}', 'no colon after the name of a member', 6],
    ['[1 2]', 'neither a comma nor ] after a value', 4],
    ['{"a":NaN}', 'no value of JSON', 6],
    ['"a\nb"', 'a text with a control character or an escape that JSON does not have', 1],
    ['"a\\"', 'a text that does not end', 1],
    ['{} {}', 'more behind the value', 4],
    ['01', 'more behind the value', 2],
  ])('says what is wrong with %j, and where', (text, fault, at) => {
    expect(readJson(text)).toEqual({ fault, at });
  });

  it('refuses what nests too deeply in time, and reads long texts', () => {
    expect(readJson('['.repeat(2_000_000))).toMatchObject({ fault: 'more than 200 levels of nesting' });
    const long = JSON.stringify({ image: `data:image/png;base64,${'A'.repeat(8_000_000)}`, escaped: '\\"'.repeat(100_000) });
    expect(writeJson(read(long))).toBe(long);
  });
});
