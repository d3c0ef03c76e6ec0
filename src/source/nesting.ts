import type { Problem } from './problem.ts';

/** Levels of nesting that are read. */
const MAX_DEPTH = 200;

/** Open braces without a colon between them that are read. */
const MAX_KEYS = 8;

export const TOO_DEEP = 'is nested too deeply';

/**
 * The place where a text nests deeper than any file that people write: by open brackets, by dashes in one
 * line, or by indentation. The yaml package recurses, and where the stack ends inside a regular expression
 * V8 ends the process: too late for an error.
 */
export function tooDeep(text: string, file: string): Problem | undefined {
  let open = 0;
  let keys = 0;
  for (const [index, line] of text.split('\n').entries()) {
    const { length: prefix } = /^[ \-?]*/.exec(line)?.[0] ?? '';
    let column = prefix;
    let colons = 0;
    if (prefix <= 2 * MAX_DEPTH)
      for (column = 0; column < line.length && open <= MAX_DEPTH; column++) {
        const character = line[column];
        if (character === '[' || character === '{') open++;
        else if (character === ']' || character === '}') open = Math.max(0, open - 1);
        // A map as the key of a map, as the key of a map: the yaml package takes twice as long for each.
        if (character === '{') keys++;
        else if (character === '}') keys = Math.max(0, keys - 1);
        else if (character === ':') keys = 0;
        // `a: b: c:` nests as well: each key is the value of the one before it.
        if (character === ':' && /^(?:\s|$)/.test(line[column + 1] ?? '')) colons++;
        else if (open > 0 ? /[,[\]{}]/.test(character ?? '') : character === '#') colons = 0;
        if (keys > MAX_KEYS || colons > MAX_DEPTH)
          return { path: '', message: TOO_DEEP, at: { file, line: index + 1, column: column + 1 } };
      }
    if (prefix > 2 * MAX_DEPTH || open > MAX_DEPTH)
      return { path: '', message: TOO_DEEP, at: { file, line: index + 1, column: column || 1 } };
  }
  return undefined;
}
