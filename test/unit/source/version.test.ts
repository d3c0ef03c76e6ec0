import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareVersions, parseVersion } from '../../../src/source/version.ts';

describe('a version', () => {
  it.each([
    ['1.104.2', [1, 104, 2]],
    ['v1.80.0.rc.1', [1, 80, 0]],
    ['main-v1.80.0', [1, 80, 0]],
    ['8.0-M01', [8, 0, 0]],
    ['7.4', [7, 4, 0]],
    ['1.81.0rc1', [1, 81, 0]],
    ['255.255.255', [255, 255, 255]],
    ['latest', undefined],
    ['7', undefined],
    ['', undefined],
    ['a7.0.0', undefined],
    [`1.${'9'.repeat(400)}`, undefined],
  ])('%s', (text, version) => {
    expect(parseVersion(text)).toEqual(version);
  });

  it('is older than the next one, whatever part differs', () => {
    const part = fc.nat(999_999_999);
    fc.assert(
      fc.property(part, part, part, part, part, part, (a, b, c, d, e, f) => {
        const [left, right] = [parseVersion(`${a}.${b}.${c}`), parseVersion(`${d}.${e}.${f}`)];
        if (left === undefined || right === undefined) throw new Error('not read');
        const expected = a !== d ? a - d : b !== e ? b - e : c - f;
        expect(Math.sign(compareVersions(left, right))).toBe(Math.sign(expected));
      }),
    );
  });

  it('is read without a throw', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseVersion(text)));
  });
});
