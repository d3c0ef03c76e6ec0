import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differenceOf } from '../../../src/explain/difference.ts';
import { writeJson } from '../../../src/explain/json-text.ts';
import { anyNode, nodeOf } from '../../support/request-pairs.ts';

function partsOf(first: string, second: string): string[] {
  return differenceOf(nodeOf(first), nodeOf(second)).parts.map(({ path, kind }) => `${kind} ${path}`);
}

describe('the difference of two bodies', () => {
  it('is the first with none of its parts and the second with all, and a body with any', () => {
    fc.assert(
      fc.property(anyNode, anyNode, fc.infiniteStream(fc.boolean()), (first, second, coin) => {
        const { parts, mix } = differenceOf(first, second);
        expect(writeJson(mix(new Set()))).toBe(writeJson(first));
        expect(writeJson(mix(new Set(parts.keys())))).toBe(writeJson(second));
        expect(parts.length === 0).toBe(writeJson(first) === writeJson(second));
        const some = new Set([...parts.keys()].filter(() => coin.next().value === true));
        nodeOf(writeJson(mix(some)));
      }),
      { numRuns: 3_000 },
    );
  });

  it('takes members of one name in their order, also a hundred thousand of them', () => {
    const many = (count: number) => `{${'"a":1,'.repeat(count)}"b":2}`;
    expect(partsOf(many(100_000), many(100_000))).toEqual([]);
    expect(partsOf('{"a":1,"a":2}', '{"a":1,"a":3}')).toHaveLength(1);
  });

  it('changes the body with each part by itself, unless two parts are one in effect', () => {
    const { parts, mix } = differenceOf(
      nodeOf('{"a":1,"b":[1,2,3],"c":{"x":1},"d":4}'),
      nodeOf('{"d":4,"a":1.0,"b":[1,9,3,4],"c":{"x":1,"y":2}}'),
    );
    const bodies = [...parts.keys()].map((part) => writeJson(mix(new Set([part]))));
    expect(new Set(bodies).size).toBe(parts.length);
  });

  it.each([
    ['{"a":0}', '{"a":0.0}', ['number a']],
    ['{"a":"b"}', '{"a":"\\u0062"}', ['escape a']],
    ['{"a":1,"b":2}', '{"b":2,"a":1}', ['order a']],
    ['{"a":1,"b":2,"c":3,"d":4}', '{"b":2,"c":3,"d":4,"a":1}', ['order a']],
    ['{"a":1}', '{"a":1,"user":"x"}', ['only_second user']],
    ['{"a":null}', '{}', ['only_first a']],
    ['{"m":[{"role":"user","content":"x"}]}', '{"m":[{"role":"user","content":"y"}]}', ['value m[0].content']],
    ['{"m":[1,2,3]}', '{"m":[0,1,2,3]}', ['only_second m[0]']],
    ['{"t":[{"n":1},{"n":2}]}', '{"t":[{"n":2},{"n":1}]}', ['order t[0]']],
    ['{"a":1,"a":2}', '{"a":2}', ['value a', 'only_first a']],
    ['{"a":[]}', '{"a":{}}', ['value a']],
    ['[]', '{}', ['value ']],
  ])('of %s and %s is told by its parts', (first, second, parts) => {
    expect(partsOf(first, second)).toEqual(parts);
  });

  it('of long lists is found in time', () => {
    const list = (from: number) => JSON.stringify({ input: Array.from({ length: 20_000 }, (_, index) => `text ${index + from}`) });
    expect(partsOf(list(0), list(0).replace('text 500"', 'text x"'))).toEqual(['value input[500]']);
    expect(partsOf(list(0), list(7)).length).toBeGreaterThan(0);
  });
});
