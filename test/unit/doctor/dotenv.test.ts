import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dotenvValues, expandedValues, parseDotenv } from '../../../src/doctor/evidence/variables/dotenv.ts';
import { type Lookup, UNKNOWN, UNSET } from '../../../src/doctor/evidence/variables/variable-value.ts';
import { placeText } from '../../../src/doctor/place.ts';

const nothing: Lookup = () => UNSET;
const outside: Lookup = (name) => (name === 'OUTER' ? { kind: 'value', value: 'out' } : UNSET);

function values(text: string, lookup = nothing): string[] {
  return dotenvValues(parseDotenv(text, '.env').entries, lookup).map(({ name, value, place }) => `${name}=${value} ${placeText(place)}`);
}

describe('a .env file', () => {
  it.each([
    ['A=1', ['A=1 .env:1:1']],
    ['\n\n  A = 1 \n', ['A=1 .env:3:3']],
    ['export A=1', ['A=1 .env:1:8']],
    ["'A'=1", ['A=1 .env:1:1']],
    ['A=1 # why', ['A=1 .env:1:1']],
    ['A=1#2', ['A=1#2 .env:1:1']],
    ['# A=1\nB=2', ['B=2 .env:2:1']],
    ['A=', ['A= .env:1:1']],
    ['A="a # b" # c', ['A=a # b .env:1:1']],
    ['A="line\\nnext"', ['A=line\nnext .env:1:1']],
    ["A='line\\nnext'", ['A=line\\nnext .env:1:1']],
    ["A='it\\'s'", ["A=it's .env:1:1"]],
    ['A="one\ntwo"\nB=3', ['A=one\ntwo .env:1:1', 'B=3 .env:3:1']],
    ['A=1\r\nB=2\r\n', ['A=1 .env:1:1', 'B=2 .env:2:1']],
    ['A=1\nA=2', ['A=1 .env:1:1', 'A=2 .env:2:1']],
  ])('%j', (text, expected) => {
    expect(parseDotenv(text, '.env').problems).toEqual([]);
    expect(values(text)).toEqual(expected);
  });

  it('leaves out a name without a value, and says which line is none', () => {
    expect(values('A\nB=2')).toEqual(['B=2 .env:2:1']);
    const { entries, problems } = parseDotenv('B=2\n=x\nA="open\nC=3', '.env');
    expect(entries.map(({ name }) => name)).toEqual(['B', 'C']);
    expect(problems).toEqual([
      { path: '', message: 'is not NAME=value', at: { file: '.env', line: 2, column: 1 } },
      { path: '', message: 'is not NAME=value', at: { file: '.env', line: 3, column: 1 } },
    ]);
  });

  it('replaces references as python-dotenv does: in every quote, what is outside first', () => {
    const text = `A=1\nOUTER=in\nB=\${A}-\${OUTER}\nC='\${A}'\nD=\${NONE:-x}\nE=$A\nF=\${NONE}`;
    expect(values(text, outside).slice(2)).toEqual(['B=1-out .env:3:1', 'C=1 .env:4:1', 'D=x .env:5:1', 'E=$A .env:6:1', 'F= .env:7:1']);
  });

  it('knows that a reference cannot be told', () => {
    expect(values(`A=\${B}`, () => UNKNOWN)).toEqual(['A=undefined .env:1:1']);
    expect(values(`A=\${B:-x}`, () => UNKNOWN)).toEqual(['A=x .env:1:1']);
  });

  it('replaces references as Docker Compose does: plain names too, not in single quotes', () => {
    const { entries } = parseDotenv(`A=1\nB=$A\nC='$A'\nD=\${A:+yes}\nOUTER\nNONE`, '.env');
    expect(expandedValues(entries, outside).map(({ name, value }) => `${name}=${value}`)).toEqual([
      'A=1',
      'B=1',
      'C=$A',
      'D=yes',
      'OUTER=out',
    ]);
  });

  it('never throws and never loses the line of a name, whatever is in the file', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom('A=1', 'export B="x', "C='", '#', `\${`, '\\"', '=', 'D=a b', '\r'), fc.string()), {
          maxLength: 20,
        }),
        (lines) => {
          const text = lines.join('\n');
          const found = text.split(/\r\n|\n|\r/);
          for (const { name, place } of parseDotenv(text, '.env').entries) {
            const line = found[(place.line ?? 0) - 1] ?? '';
            expect(
              line
                .slice((place.column ?? 0) - 1)
                .replace(/^'/, '')
                .startsWith(name.split(/\r\n|\n|\r/)[0] ?? ''),
            ).toBe(true);
          }
        },
      ),
    );
  });
});
