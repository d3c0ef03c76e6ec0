import type { Problem } from './problem.ts';

/** Levels of nesting that are read. */
const MAX_DEPTH = 200;

export const TOO_DEEP = 'is nested too deeply';

/**
 * The place where a text nests deeper than any file that people write: by open brackets, by dashes in one
 * line, or by indentation. The yaml package recurses, and where the stack ends inside a regular expression
 * V8 ends the process: too late for an error.
 */
export function tooDeep(text: string, file: string): Problem | undefined {
  let open = 0;
  for (const [index, line] of text.split('\n').entries()) {
    const { length: prefix } = /^[ \-?]*/.exec(line)?.[0] ?? '';
    let column = prefix;
    if (prefix <= 2 * MAX_DEPTH)
      for (column = 0; column < line.length && open <= MAX_DEPTH; column++) {
        if (line[column] === '[' || line[column] === '{') open++;
        else if (line[column] === ']' || line[column] === '}') open = Math.max(0, open - 1);
      }
    if (prefix > 2 * MAX_DEPTH || open > MAX_DEPTH)
      return { path: '', message: TOO_DEEP, at: { file, line: index + 1, column: column || 1 } };
  }
  return undefined;
}
