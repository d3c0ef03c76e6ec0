import type { Tone } from '../../text/words.ts';
import { Html, html } from './html.ts';

/**
 * Draws something once for as long as it is the same object: what is drawn this way is never changed, only
 * replaced. `how` is what else the drawing depends on.
 */
export function memoized<Drawn extends object, How>(draw: (what: Drawn, how: How) => Html): (what: Drawn, how: How) => Html {
  const kept = new WeakMap<Drawn, { how: How; drawing: Html }>();
  return (what, how) => {
    const known = kept.get(what);
    if (known !== undefined && known.how === how) return known.drawing;
    // A string of one piece: one that is still a tree of its parts would be put together again for every page.
    const drawing = Html.written(Buffer.from(String(draw(what, how))).toString());
    kept.set(what, { how, drawing });
    return drawing;
  };
}

/** A cell of a table; a tone colours its text. */
type Cell = string | Html | { tone: Tone; text: string };

/** A row of a table: its cells in the order of the headings, and a note below them. */
export interface Row {
  cells: readonly Cell[];
  note?: string;
}

/** A table whose rows become blocks on a narrow screen, each cell with its heading beside it. `name` is read out, not shown. */
export function dataTable(name: string, headings: readonly string[], rows: readonly Row[]): Html {
  return html`<table aria-label="${name}">
<thead><tr>${headings.map((heading) => html`<th scope="col">${heading}</th>`)}</tr></thead>
<tbody>${rows.map(
    ({ cells, note }) => html`<tr>${cells.map((content, column) => cell(content, headings[column] ?? ''))}</tr>
${note === undefined || note === '' ? '' : html`<tr class="note"><td></td><td colspan="${headings.length - 1}">${note}</td></tr>`}`,
  )}</tbody>
</table>`;
}

function cell(content: Cell, heading: string): Html {
  if (content === '') return html`<td class="empty"></td>`;
  if (typeof content === 'object' && 'tone' in content)
    return html`<td class="${content.tone}" data-label="${heading}">${content.text}</td>`;
  return html`<td data-label="${heading}">${content}</td>`;
}

/** Small facts with their names; one without a value is left out. */
export function facts(rows: readonly (readonly [name: string, value: string | number | Html | undefined])[]): Html {
  return html`<dl>${rows.map(([name, value]) => (value === undefined ? '' : html`<div><dt>${name}</dt><dd>${value}</dd></div>`))}</dl>`;
}

/** A quiet paragraph of evidence; nothing when there is none. */
export function evidence(text: string | undefined): Html | string {
  return text === undefined || text === '' ? '' : html`<p class="evidence">${text}</p>`;
}

export function yesNo(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : value ? 'yes' : 'no';
}
