/**
 * What a terminal obeys or does not show. That is control characters (but for the line feed and the tab), marks that turn the
 * direction of writing, and characters without width. It is also separators of lines, halves of a character, and what no text
 * may hold.
 */
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\u115f\u1160\u3164\uffa0]/gu;

/** A text whose control characters are written as `\u001b`, so that it can neither steer a terminal nor look like another one. */
export function printable(text: string): string {
  return text.replace(OBEYED, (character) => (character === '\n' || character === '\t' ? character : escaped(character)));
}

/** The same for a text that stays one line: a tab is a space. */
export function printableLine(text: string): string {
  return printable(text.replaceAll('\t', ' ')).replaceAll('\n', '\\u000a');
}

/** Whether a line can be printed as it is; a tab can. */
export function isPrintable(line: string): boolean {
  return printable(line) === line;
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

const MAX_LINE_CHARACTERS = 1_000;

/** A text for people on one line: control characters, format characters and broken code points become a space; longer than 1,000 characters is cut. */
export function singleLine(text: string): string {
  if (text.length <= MAX_LINE_CHARACTERS && /^[ -~]*$/.test(text)) return text;
  const cut = text.length > MAX_LINE_CHARACTERS ? `${text.slice(0, MAX_LINE_CHARACTERS - 1)}…` : text;
  return cut.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ');
}

/** A name that a client of a server chose: at most 32 characters; all but letters, digits and `_.@-` become a question mark. */
export function sanitizeClientName(text: string): string {
  return text.slice(0, 32).replace(/[^A-Za-z0-9_.@-]/gu, '?');
}
