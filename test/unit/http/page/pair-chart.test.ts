import { describe, expect, it } from 'vitest';
import { pairChart } from '../../../../src/http/page/pair-chart.ts';
import { MARK, MARK_LOOKS } from '../../../../src/http/page/pair-marks.ts';
import { OUTCOME } from '../../../../src/model/cache.ts';
import type { PairRecord } from '../../../../src/model/status.ts';

const AT = Date.UTC(2026, 2, 4, 5, 6, 7);

function record(outcome: PairRecord['outcome'], rest: Partial<PairRecord> = {}): PairRecord {
  return { at: AT, outcome, firstSeconds: 0.2, duplicateSeconds: 0.002, traceId: 't', ...rest };
}

function chart(records: readonly PairRecord[]): string {
  return String(pairChart(records, 'chat'));
}

/** The path data of a mark in the plot, not in the legend; undefined when it is not drawn. */
function drawn(text: string, mark: string): string | undefined {
  const plot = text.slice(0, text.indexOf('<ul'));
  return new RegExp(`<path class="${mark} \\w+" d="([^"]*)"`).exec(plot)?.[1];
}

describe('pairChart', () => {
  it('says in words what it shows', () => {
    const text = chart([record('ok'), record('ok'), record('miss_not_written', { duplicateSeconds: 0.21 }), record(undefined)]);
    expect(text).toContain('<svg role="img" viewBox="0 0 360 150"><title>chat: how long the last pairs took</title>');
    expect(text).toContain('<span class="quiet">4 pairs: 2 hit, 1 missed, 1 missed as asked</span>');
    expect(text).toContain('Median of the first requests 200 ms, of the duplicates 2.0 ms.</desc>');
  });

  it('gives every kind of pair a shape of its own, and names those that occur', () => {
    const shapes = MARK.map((mark) => MARK_LOOKS[mark].shape(0, 0));
    expect(new Set(shapes).size).toBe(MARK.length);
    for (const outcome of [...OUTCOME, undefined]) {
      const text = chart([record(outcome)]);
      const used = MARK.filter((mark) => drawn(text, mark) !== undefined);
      expect(used).toHaveLength(2);
      expect([...text.matchAll(/<\/svg> ([^<]+)<\/li>/g)].map((match) => match[1])).toEqual(used.map((mark) => MARK_LOOKS[mark].words));
    }
  });

  it('draws the newest at the right, the slower one higher', () => {
    const text = chart([
      record('ok', { firstSeconds: 1, duplicateSeconds: 0.001 }),
      record('ok', { firstSeconds: 0.1, duplicateSeconds: 0.01 }),
    ]);
    expect(drawn(text, 'hit')).toBe('M330.9 128h0M346.3 88h0');
    expect(drawn(text, 'first')).toBe('M328.9 8h4M344.3 48h4');
    expect(text).toContain('<path class="way" d="M330.9 8V128M346.3 48V88"/>');
  });

  it('marks a pair without a duplicate where its first request lies', () => {
    const text = chart([record('error_first', { firstSeconds: 1, duplicateSeconds: undefined })]);
    expect(drawn(text, 'failed')).toBe('M346.3 125.4l2.6 4.6h-5.2z');
    expect(drawn(text, 'first')).toBe('');
    expect(text).toContain('<path class="way" d=""/>');
  });

  it('tells when the oldest and the newest were sent, with the day when it is not the same', () => {
    const short = chart([record('ok'), record('ok', { at: AT + 60_000 })]);
    expect(short).toContain(
      '<text x="256" y="144" text-anchor="end">05:06:07 UTC</text><text x="354" y="144" text-anchor="end">05:07:07 UTC</text>',
    );
    const half = chart(Array.from({ length: 15 }, (_, index) => record('ok', { at: AT + index * 60_000 })));
    expect(half).toContain('<text x="123" y="144">05:06:07 UTC</text>');
    const full = chart(Array.from({ length: 20 }, (_, index) => record('ok', { at: AT + index * 60_000 })));
    expect(full).toContain('<text x="46" y="144">05:06:07 UTC</text>');
    const long = chart([record('ok'), record('ok', { at: AT + 86_400_000 })]);
    expect(long).toContain('>03-04 05:06:07 UTC</text>');
    expect(long).toContain('>03-05 05:06:07 UTC</text>');
  });

  it('stays small with a hundred pairs', () => {
    expect(chart(Array.from({ length: 100 }, (_, index) => record(index % 2 === 0 ? 'ok' : 'miss_unexplained'))).length).toBeLessThan(
      12_000,
    );
  });
});
