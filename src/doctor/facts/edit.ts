import type { Edit } from '../finding.ts';
import type { Place } from '../place.ts';
import type { Setup } from '../setup.ts';

/** The edit that replaces a text in the line at a place; none where the line is not known, is not from a file, or holds the text more than once. */
export function replaced(setup: Setup, place: Place, from: string, to: string): readonly Edit[] {
  const line = lineAt(setup, place);
  if (line === undefined || place.line === undefined || from === '' || line.split(from).length !== 2) return [];
  return [{ file: place.source, from: place.line, to: place.line, lines: [line.replace(from, () => to)] }];
}

/** The edit that takes the line at a place away. */
export function removed(setup: Setup, place: Place): readonly Edit[] {
  if (lineAt(setup, place) === undefined || place.line === undefined) return [];
  return [{ file: place.source, from: place.line, to: place.line, lines: [] }];
}

/** The edit that writes lines, indented as the line at a place is, in front of it. */
export function inserted(setup: Setup, place: Place, lines: readonly string[]): readonly Edit[] {
  const line = lineAt(setup, place);
  if (line === undefined || place.line === undefined) return [];
  const indent = /^\s*/.exec(line)?.[0] ?? '';
  return [{ file: place.source, from: place.line, to: place.line - 1, lines: lines.map((text) => indent + text) }];
}

/** The same behind the line at a place, which must be a whole entry. */
export function appended(setup: Setup, place: Place, lines: readonly string[]): readonly Edit[] {
  return inserted(setup, place, lines).map((edit) => ({ ...edit, from: edit.from + 1, to: edit.from }));
}

/** The edit that gives the whole value of a `key: value` line of YAML another text; what follows as a comment stays. */
export function valued(setup: Setup, place: Place, value: string): readonly Edit[] {
  const line = lineAt(setup, place);
  const key = /^\s*(?:- )?[\w.-]+:\s+/.exec(line ?? '')?.[0];
  const found = key === undefined ? undefined : parted(line?.slice(key.length) ?? '');
  if (found === undefined || place.line === undefined || /^[|>[{&*!]/.test(found.value)) return [];
  return [{ file: place.source, from: place.line, to: place.line, lines: [`${key}${value}${found.behind.trimEnd()}`] }];
}

/** A plain or quoted value, and the blanks and the comment behind it; undefined where a `#` is part of the value. */
function parted(text: string): { value: string; behind: string } | undefined {
  const quoted = /^(?:"[^"]*"|'[^']*')(?=\s|$)/.exec(text)?.[0];
  if (quoted !== undefined && /^(?:\s*$|\s+#)/.test(text.slice(quoted.length))) return { value: quoted, behind: text.slice(quoted.length) };
  const [plain = ''] = text.split('#', 1);
  const value = plain.trimEnd();
  return plain.length < text.length && value.length === plain.length ? undefined : { value, behind: text.slice(value.length) };
}

function lineAt(setup: Setup, { source, line }: Place): string | undefined {
  return line === undefined ? undefined : setup.line(source, line);
}
