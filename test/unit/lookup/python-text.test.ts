import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFault, type JsonNode, readJson } from '../../../src/explain/json-text.ts';
import { isFalsy, isReadWide, membersOf, pythonRepr, pythonStr } from '../../../src/lookup/python-text.ts';

const NOW = { wide: false, old: false };

function node(text: string): JsonNode {
  const read = readJson(text);
  if (isFault(read)) throw new Error(read.fault);
  return read;
}

describe('pythonRepr', () => {
  // Written by Python 3.11 with orjson 3.13: repr(orjson.loads(text)).
  it.each([
    ['true', 'True'],
    ['null', 'None'],
    ['0', '0'],
    ['-0', '0'],
    ['-0.0', '-0.0'],
    ['0.0', '0.0'],
    ['1E2', '100.0'],
    ['0.1e1', '1.0'],
    ['1e15', '1000000000000000.0'],
    ['1e16', '1e+16'],
    ['123456789012345680.0', '1.2345678901234568e+17'],
    ['0.0001', '0.0001'],
    ['0.00001', '1e-05'],
    ['5e-324', '5e-324'],
    ['1e22', '1e+22'],
    ['0.1000000000000000055', '0.1'],
    ['-1.5e-10', '-1.5e-10'],
    ['18446744073709551615', '18446744073709551615'],
    ['18446744073709551616', '1.8446744073709552e+19'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['-9223372036854775809', '-9.223372036854776e+18'],
    ['{"b":1,"2":2,"1":3,"b":4}', "{'b': 4, '2': 2, '1': 3}"],
    ['[]', '[]'],
    ['{}', '{}'],
    ['["a",null,{"x":[1.0]}]', "['a', None, {'x': [1.0]}]"],
    [`"it's"`, `"it's"`],
    [String.raw`"it's \"x\""`, String.raw`'it\'s "x"'`],
    [String.raw`"\\ \n\r\t\u0000\u001f\u007f"`, String.raw`'\\ \n\r\t\x00\x1f\x7f'`],
    [String.raw`"\u0085\u00a0\u00ad\u200b\u2028\ufeff\ue000"`, String.raw`'\x85\xa0\xad\u200b\u2028\ufeff\ue000'`],
    ['"é日🙂"', "'é日🙂'"],
    [String.raw`"\ud83d\ude00\/"`, "'😀/'"],
    [String.raw`"\udb40\udc01"`, String.raw`'\U000e0001'`],
  ])('writes %s as %s', (json, python) => {
    expect(pythonRepr(node(json), NOW)).toBe(python);
  });

  it('keeps whole numbers wide where Python itself reads the text, and writes what orjson refuses', () => {
    const wide = { wide: true, old: false };

    expect(pythonRepr(node('[123456789012345678901234567890,1e400,-1e400]'), wide)).toBe('[123456789012345678901234567890, inf, -inf]');
    expect(pythonRepr(node(String.raw`"a\ud800"`), wide)).toBe(String.raw`'a\ud800'`);
  });

  it('escapes characters that are younger than an old Python', () => {
    expect(pythonRepr(node('"🩷"'), { wide: false, old: true })).toBe(String.raw`'\U0001fa77'`);
    expect(pythonRepr(node('"🩷"'), NOW)).toBe("'🩷'");
    expect(pythonRepr(node('"🙂"'), { wide: false, old: true })).toBe("'🙂'");
  });

  it('gives a text that reads as the same value again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const written = pythonRepr(node(JSON.stringify(text)), NOW);

        expect(readPython(written)).toBe(text);
        expect(written).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  it('gives a float that reads as the same number again, in no more digits than it needs', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const written = pythonRepr(node(`${value}${Number.isInteger(value) && !String(value).includes('e') ? '.0' : ''}`), NOW);

        expect(Number(written)).toBe(value === 0 ? Number(written) : value);
        expect(written).toMatch(/^-?\d+\.\d+$|^-?\d(?:\.\d+)?e[+-]\d{2,3}$/);
      }),
    );
  });
});

/** What a text literal of Python means. */
function readPython(literal: string): string {
  const inner = literal.slice(1, -1);
  const short: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\', "'": "'", '"': '"' };
  return inner.replace(/\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))/gsu, (_, two, four, eight, one) => {
    const digits: string | undefined = two ?? four ?? eight;
    return digits === undefined ? (short[String(one)] ?? '') : String.fromCodePoint(Number.parseInt(digits, 16));
  });
}

describe('pythonStr', () => {
  it('takes a text as it is and writes everything else down', () => {
    expect(pythonStr(node(String.raw`"it's\n\u200b"`), NOW)).toBe("it's\n\u200b");
    expect(pythonStr(node('["x"]'), NOW)).toBe("['x']");
  });
});

describe('what Python makes of a value', () => {
  it('takes the last of two members, at the place of the first', () => {
    expect([...membersOf(node('{"a":1,"b":2,"a":3}'))].map(([name, value]) => [name, pythonStr(value, NOW)])).toEqual([
      ['a', '3'],
      ['b', '2'],
    ]);
  });

  it.each(['null', 'false', '0', '0.0', '-0', '""', '[]', '{}'])('takes %s for false', (json) => expect(isFalsy(node(json))).toBe(true));
  it.each(['true', '1', '"0"', '" "', '[0]', '{"a":0}'])('takes %s for true', (json) => expect(isFalsy(node(json))).toBe(false));
  it.each(['{"a":["\\ud800"]}', '{"\\udc00":1}', '[1e400]'])('reads %s with the wider parser', (json) =>
    expect(isReadWide(node(json))).toBe(true),
  );
  it.each(['{"a":["\\ud83d\\ude00"]}', '[123456789012345678901234567890]', '[1e300]'])('reads %s with orjson', (json) =>
    expect(isReadWide(node(json))).toBe(false),
  );
});
