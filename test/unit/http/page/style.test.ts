import { describe, expect, it } from 'vitest';
import { COLOURS } from '../../../../src/http/page/style.ts';

/** WCAG 2.2, relative luminance of `#rrggbb`. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[0-9a-f]{2}/g) ?? [])
    .map((pair) => Number.parseInt(pair, 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

describe('the colours of the status page', () => {
  it('measures contrast as WCAG does', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
    expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
  });

  it.each(['light', 'dark'] as const)('have a contrast of 4.5 for all text, %s', (scheme) => {
    const { back, card, line: _, ...texts } = COLOURS[scheme];
    for (const [name, text] of Object.entries(texts))
      for (const ground of [back, card]) expect(contrast(text, ground), `${name} on ${ground}`).toBeGreaterThanOrEqual(4.5);
  });
});
