import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Html, html } from '../../../../src/http/page/html.ts';

const HOSTILE = fc.oneof(
  fc.constantFrom(
    '<script>',
    '</td>',
    '"',
    "'",
    '&',
    '&lt;',
    '<!--',
    '-->',
    ']]>',
    '" onload="x',
    "' style='x",
    '`',
    '=',
    '</style>',
    '\0',
  ),
  fc.string({ unit: 'binary' }),
);
const NAME = fc.array(HOSTILE, { maxLength: 6 }).map((parts) => parts.join(''));

/** What a browser reads where there are only these escapes. */
function read(markup: string): string {
  const TEXT: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };
  return markup.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (found) => TEXT[found] ?? '');
}

describe('a piece of the page', () => {
  it('takes texts, numbers, pieces and lists of them, and nothing for what is not there', () => {
    const inner = html`<b>${'a & b'}</b>`;
    expect(String(html`<p title="${'"x"'}">${1.5}${inner}${[inner, 'c<', [2]]}${undefined}${null}${true}${false}${''}</p>`)).toBe(
      '<p title="&quot;x&quot;">1.5<b>a &amp; b</b><b>a &amp; b</b>c&lt;2</p>',
    );
  });

  it('holds nothing of a text that could end an element, an attribute or an escape', () => {
    fc.assert(
      fc.property(NAME, (name) => {
        const [before, text = '', attribute = '', behind] = String(html`<td>\u0001${name}\u0001${[name]}\u0001</td>`).split('\u0001');
        expect([before, behind]).toEqual(['<td>', '</td>']);
        for (const shown of [text, attribute]) {
          expect(shown).toMatch(/^[^<>"'\0]*$/);
          expect(shown.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
        }
        expect(text).toBe(attribute);
      }),
      { numRuns: 2_000 },
    );
  });

  it('shows a text as it is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~]{0,60}$/), (text) => {
        expect(read(String(html`${text}`))).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes nothing for a piece that only looks like one', () => {
    const forged = { toString: () => '<script>', isEscaped: true, markup: '<script>' };
    expect(String(html`${forged}`)).toBe('&lt;script&gt;');
    expect(String(html`${Object.assign(['<i>'], { isEscaped: true })}`)).toBe('&lt;i&gt;');
    expect(String(html`${Html.written('<i>')}`)).toBe('<i>');
  });
});
