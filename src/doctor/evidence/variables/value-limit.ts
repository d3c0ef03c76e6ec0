/** The longest value that is computed; no setting is near it, and a few lines that double each other would fill the memory. */
const MAX_CHARACTERS = 65_536;

/** A value that is not too long; undefined, as what cannot be told, for one that is. */
export function bounded(value: string | undefined): string | undefined {
  return value !== undefined && value.length > MAX_CHARACTERS ? undefined : value;
}

/** A text whose references are replaced, as `String.replace` does; undefined where that makes it too long. */
export function replaced(text: string, pattern: RegExp, replace: (match: RegExpExecArray) => string): string | undefined {
  const parts: string[] = [];
  let length = 0;
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    const value = replace(match);
    parts.push(text.slice(at, match.index), value);
    length += match.index - at + value.length;
    at = match.index + match[0].length;
    if (length > MAX_CHARACTERS) return undefined;
  }
  if (at === 0) return text;
  return bounded([...parts, text.slice(at)].join(''));
}
