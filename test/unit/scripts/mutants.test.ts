import { describe, expect, it } from 'vitest';
import { mutantsOf } from '../../../scripts/mutants.ts';

function written(source: string): string[] {
  return mutantsOf(source).map(({ start, end, after }) => source.slice(0, start) + after + source.slice(end));
}

describe('the damage to a source', () => {
  it.each([
    ['x < y;', ['x <= y;']],
    ['x >= y;', ['x > y;']],
    ['x === y;', ['x !== y;']],
    ['x - y;', ['x + y;']],
    ['!x;', ['(x);']],
    ['f(true);', ['f(false);']],
    ['f(41);', ['f(42);']],
    ['x && y;', ['x || y;', 'x;', 'y;']],
    ['x ?? y;', ['x;', 'y;']],
    ['x ? y : z;', ['(y);', '(z);']],
    ['if (x) y();', ['if (false) y();']],
    ['f("text");', []],
  ])('in %s is in one place each', (source, expected) => {
    expect(written(source)).toEqual(expected);
  });

  it('leaves types alone, and is where it says', () => {
    const source = 'const a: 1 | 2 = 1;\nexport function f(x: number): boolean {\n  return x < 7;\n}\n';
    expect(mutantsOf(source).map(({ line, column, before, after }) => `${line}:${column} ${before} -> ${after}`)).toEqual([
      '1:18 1 -> 2',
      '3:12 < -> <=',
      '3:14 7 -> 8',
    ]);
  });
});
