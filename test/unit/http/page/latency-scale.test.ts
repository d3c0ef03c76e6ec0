import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latencyScale } from '../../../../src/http/page/latency-scale.ts';

const PLOT = { top: 0, bottom: 100 };

describe('latencyScale', () => {
  it('runs from whole decade to whole decade', () => {
    const scale = latencyScale([0.002, 0.3], PLOT);
    expect(scale.lines).toEqual([
      { y: 100, text: '1 ms' },
      { y: expect.closeTo(66.67, 2), text: '10 ms' },
      { y: expect.closeTo(33.33, 2), text: '100 ms' },
      { y: 0, text: '1 s' },
    ]);
    expect(scale.y(0.01)).toBeCloseTo(66.67, 2);
  });

  it('has at least one decade, where the data lie', () => {
    expect(latencyScale([0.01], PLOT).lines.map(({ text }) => text)).toEqual(['10 ms', '100 ms']);
    expect(latencyScale([20, 20], PLOT).lines.map(({ text }) => text)).toEqual(['10 s', '100 s']);
    expect(latencyScale([], PLOT).lines).toHaveLength(2);
  });

  it('keeps every duration between its ends', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, noNaN: true })), fc.double({ min: 0, noNaN: true }), (durations, other) => {
        const scale = latencyScale(durations, PLOT);
        for (const duration of [...durations, other]) {
          expect(scale.y(duration)).toBeGreaterThanOrEqual(-1e-9);
          expect(scale.y(duration)).toBeLessThanOrEqual(100 + 1e-9);
        }
        expect(scale.lines.length).toBeLessThanOrEqual(9);
      }),
    );
  });
});
