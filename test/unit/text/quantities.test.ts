import { describe, expect, it } from 'vitest';
import { ago, bytes, count, moment, seconds, span } from '../../../src/text/quantities.ts';

describe('quantities for people', () => {
  it.each([
    [0, '0.0 ms'],
    [0.00042, '0.4 ms'],
    [0.0094, '9.4 ms'],
    [0.0096, '10 ms'],
    [0.25, '250 ms'],
    [0.9996, '1.0 s'],
    [9.94, '9.9 s'],
    [9.96, '10 s'],
    [600, '10 min'],
  ])('%d s is %s', (value, text) => {
    expect(seconds(value)).toBe(text);
  });

  it.each([
    [-5, '0 s'],
    [119.4, '119 s'],
    [120, '2 min'],
    [7_199, '119 min'],
    [7_200, '2 h'],
    [172_799, '47 h'],
    [172_800, '2 d'],
  ])('a span of %d s is %s', (value, text) => {
    expect(span(value)).toBe(text);
  });

  it.each([
    [0, '0 B'],
    [1_023, '1023 B'],
    [1_024, '1.0 KiB'],
    [102_400, '100 KiB'],
    [1.5 * 1_024 ** 2, '1.5 MiB'],
    [3 * 1_024 ** 5, '3072 TiB'],
  ])('%d bytes are %s', (value, text) => {
    expect(bytes(value)).toBe(text);
  });

  it('times and counts', () => {
    expect(ago(1_000, 61_000)).toBe('60 s ago');
    expect(ago(1_000, 2_000)).toBe('1 s ago');
    for (const now of [1_000, 1_999, 999, 0]) expect(ago(1_000, now)).toBe('just now');
    expect(moment(Date.UTC(2026, 0, 2, 3, 4, 5, 678))).toBe('2026-01-02 03:04:05 UTC');
    expect(count(1_234_567)).toBe('1,234,567');
  });
});
