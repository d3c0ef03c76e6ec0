import { singleLine } from '../../masking/sanitize.ts';

/** A piece of a page: markup in which everything that was put in is escaped. */
export class Html {
  readonly #markup: string;

  private constructor(markup: string) {
    this.#markup = markup;
  }

  /** Markup that this program wrote itself, as it is. Nothing that comes from outside may be in it. */
  static written(markup: string): Html {
    return new Html(markup);
  }

  toString(): string {
    return this.#markup;
  }
}

/**
 * Makes a piece of a page. Texts and numbers are made readable and escaped, so that they are safe as the content of an element and
 * between the quotes of an attribute; pieces stay as they are; lists are put in one after the other; undefined, null, true and false
 * put in nothing.
 */
export function html(strings: TemplateStringsArray, ...values: unknown[]): Html {
  let markup = strings[0] ?? '';
  for (const [index, value] of values.entries()) markup += put(value) + (strings[index + 1] ?? '');
  return Html.written(markup);
}

function put(value: unknown): string {
  if (value instanceof Html) return value.toString();
  if (Array.isArray(value)) return value.map(put).join('');
  if (value === undefined || value === null || typeof value === 'boolean') return '';
  return escaped(singleLine(String(value)));
}

const ESCAPE: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPE[character] ?? '');
}
