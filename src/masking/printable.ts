/**
 * What a terminal obeys or does not show: control characters but for the line feed and the tab, marks that turn the direction of
 * writing, characters without width, separators of lines, halves of a character, and what no text may hold.
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
