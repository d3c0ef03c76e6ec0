import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../../src/source/duration.ts';

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['15s', 15_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['0s', 0],
    ['90s', 90_000],
  ])('%s', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(['', '15', 's', '1.5s', '-1s', '+1s', '1 s', '1S', '1d', '1h30m', '1s\n', '1e3s', '٣s', '9999999999999s'])(
    '%j is none',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it.each([
    [90_000, '90s'],
    [60_000, '1m'],
    [7_200_000, '2h'],
    [1500, '1500ms'],
  ])('%d ms is written %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it('come back as they were', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e12 }), (milliseconds) => parseDuration(formatDuration(milliseconds)) === milliseconds),
    );
  });
});
