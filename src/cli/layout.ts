import type { Tone } from '../text/words.ts';

/** Columns of a report. */
const WIDTH = 80;

/** Colours a text, where the terminal has colours. */
export type Paint = (tone: Tone, text: string) => string;

/** A cell of a table, and the escape sequences around it where it is coloured. */
export interface Cell {
  text: string;
  paint?: ((text: string) => string) | undefined;
  right?: boolean;
}

/** Aligned columns, two spaces apart, each line indented; nothing is painted beyond its text. */
export function table(rows: readonly (readonly Cell[])[], indent: string): string[] {
  const widths = (rows[0] ?? []).map((_, column) => rows.reduce((widest, row) => Math.max(widest, row[column]?.text.length ?? 0), 0));
  return rows.map((row) => {
    const cells = row.map(({ text, paint, right }, column) => {
      const gap = ' '.repeat(Math.max(0, (widths[column] ?? 0) - text.length));
      const painted = paint && text !== '' ? paint(text) : text;
      return right ? gap + painted : painted + gap;
    });
    return (indent + cells.join('  ')).trimEnd();
  });
}

/** Breaks a text at spaces so that no line, indented, is longer than WIDTH; a longer word stays whole. */
export function wrap(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  // A name from outside may hold ends of lines, and would write lines of its own.
  for (const word of text.split(/[ \r\n]/).filter((part) => part !== '')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > WIDTH) {
      lines.push(indent + line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return line === '' ? lines : [...lines, indent + line];
}
