import { describe, expect, it } from 'vitest';
import { merge } from '../../../dev/merge.ts';

describe('merge', () => {
  it('merges mappings deeply', () => {
    expect(merge({ a: { b: 1, c: 2 }, d: 3 }, { a: { b: 4 } })).toEqual({ a: { b: 4, c: 2 }, d: 3 });
  });

  it('removes a key with null, also below a mapping that is new', () => {
    expect(merge({ a: { b: 1, c: 2 } }, { a: { b: null }, d: { e: null, f: 1 } })).toEqual({ a: { c: 2 }, d: { f: 1 } });
  });

  it('replaces lists', () => {
    expect(merge({ a: [1, 2] }, { a: [3] })).toEqual({ a: [3] });
  });

  it('leaves its arguments as they were', () => {
    const base = { a: { b: 1 } };
    merge(base, { a: { b: 2 } });
    expect(base).toEqual({ a: { b: 1 } });
  });
});
