import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { singleLine } from '../../../src/masking/sanitize.ts';

describe('singleLine', () => {
  it('leaves a sentence as it is, in any language', () => {
    for (const text of ['', 'NOAUTH grew by 47, 0 before.', 'größer als 4 µs — 日本語']) expect(singleLine(text)).toBe(text);
  });

  it('takes out what moves the cursor, turns the writing around or breaks the line', () => {
    expect(singleLine('a\u001b[31mb\r\nc\u202ed\u2028e\u0000f')).toBe('a [31mb c d e f');
  });

  it('cuts a long text, and marks where', () => {
    expect(singleLine('x'.repeat(1_000))).toBe('x'.repeat(1_000));
    expect(singleLine('x'.repeat(1_000_000))).toBe(`${'x'.repeat(999)}…`);
  });

  it('is well-formed, short and one line for whatever comes', () => {
    const units = fc.array(fc.nat({ max: 0xffff }), { maxLength: 2_000 }).map((codes) => String.fromCharCode(...codes));
    fc.assert(
      fc.property(units, (text) => {
        const shown = singleLine(text);
        expect(shown.length).toBeLessThanOrEqual(1_000);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(Buffer.from(shown).toString()).toBe(shown);
      }),
    );
  });
});
