import type { Problem } from '../../../source/problem.ts';
import type { Place } from '../../place.ts';
import { interpolate } from './interpolation.ts';
import { replaced } from './value-limit.ts';
import { type Lookup, meaningOf, UNSET } from './variable-value.ts';

/** A line `NAME=value` of a `.env` file, escapes resolved, references not; a name alone has no value. */
export interface DotenvEntry {
  name: string;
  value: string | undefined;
  quote: '' | "'" | '"';
  place: Place;
}

/** A name and its value after interpolation; `undefined` where a reference cannot be told. */
export interface Assignment {
  name: string;
  value: string | undefined;
  place: Place;
}

const SPACE = /\s*/y;
const BLANK = /[^\S\r\n]*/y;
const EXPORT = /export[^\S\r\n]+/y;
const QUOTED_NAME = /'[^']+'/y;
const NAME = /[^=#\s]+/y;
const REST = /[^\r\n]*/y;
const END = /[^\S\r\n]*(?:#[^\r\n]*)?(?:\r\n|\n|\r|$)/y;

/**
 * Parses a `.env` file by the rules of python-dotenv. A line may begin with `export`, and a name may be in single quotes. A
 * value is plain (up to ` #`), in single quotes (escapes of quote and backslash), or in double quotes (all escapes). A quoted
 * value may have several lines. A line that is none of these is a problem, and left out.
 */
export function parseDotenv(text: string, file: string): { entries: DotenvEntry[]; problems: Problem[] } {
  const entries: DotenvEntry[] = [];
  const problems: Problem[] = [];
  const position = positions(text);
  let at = skip(SPACE, text, 0);
  while (at < text.length) {
    const start = at;
    at = skip(EXPORT, text, at);
    const nameAt = at;
    const name = nameOf(text, at);
    at = skip(BLANK, text, at + name.length);
    const value = text[at] === '=' ? readValue(text, skip(BLANK, text, at + 1)) : { value: undefined, quote: '' as const, end: at };
    const end = value === undefined ? undefined : endOfLine(text, value.end);
    if (value === undefined || end === undefined || (name === '' && text[start] !== '#')) {
      problems.push({ path: '', message: 'is not NAME=value', at: { file, ...position(start) } });
      at = skip(REST, text, start);
    } else {
      if (name !== '')
        entries.push({ name: unquoted(name), value: value.value, quote: value.quote, place: { source: file, ...position(nameAt) } });
      at = end;
    }
    at = skip(SPACE, text, at);
  }
  return { entries, problems };
}

/** The values of a `.env` file as python-dotenv loads them: `${NAME}` and `${NAME:-default}` are replaced, even in single quotes. */
export function dotenvValues(entries: readonly DotenvEntry[], outer: Lookup): Assignment[] {
  const seen = new Map<string, string | undefined>();
  const inner: Lookup = (name) => (seen.has(name) ? meaningOf(seen.get(name)) : UNSET);
  return entries.flatMap(({ name, value, place }) => {
    if (value === undefined) return [];
    const resolved = interpolated(value, preferring(outer, inner));
    seen.set(name, resolved);
    return [{ name, value: resolved, place }];
  });
}

/**
 * The values of a `.env` file as Docker Compose and direnv load them: `$NAME` and `${NAME...}` are replaced
 * except in single quotes, and a name alone takes the value from outside.
 */
export function expandedValues(entries: readonly DotenvEntry[], outer: Lookup): Assignment[] {
  const seen = new Map<string, string | undefined>();
  const inner: Lookup = (name) => (seen.has(name) ? meaningOf(seen.get(name)) : UNSET);
  return entries.flatMap(({ name, value, quote, place }) => {
    const outside = outer(name);
    if (value === undefined && outside.kind === 'unset') return [];
    const inherited = outside.kind === 'value' ? outside.value : undefined;
    const resolved = value === undefined ? inherited : quote === "'" ? value : interpolate(value, preferring(outer, inner)).value;
    seen.set(name, resolved);
    return [{ name, value: resolved, place }];
  });
}

/** What is outside wins; what cannot be told outside is taken from the file, where it is written. */
function preferring(outer: Lookup, inner: Lookup): Lookup {
  return (name) => {
    const outside = outer(name);
    const inside = inner(name);
    return outside.kind === 'value' || inside.kind === 'unset' ? outside : inside;
  };
}

function interpolated(value: string, lookup: Lookup): string | undefined {
  let known = true;
  const text = replaced(value, /\$\{([^}:$]*)(?::-([^}$]*))?\}/g, ({ 1: name = '', 2: fallback }) => {
    const meaning = lookup(name);
    if (meaning.kind === 'value') return meaning.value;
    if (meaning.kind === 'unknown' && fallback === undefined) known = false;
    return fallback ?? '';
  });
  return known ? text : undefined;
}

function nameOf(text: string, at: number): string {
  if (text[at] === '#') return '';
  return match(text[at] === "'" ? QUOTED_NAME : NAME, text, at);
}

function unquoted(name: string): string {
  return name.startsWith("'") && name.endsWith("'") && name.length > 2 ? name.slice(1, -1) : name;
}

function readValue(text: string, at: number): { value: string; quote: DotenvEntry['quote']; end: number } | undefined {
  const quote = text[at];
  if (quote === "'" || quote === '"') {
    const close = closing(text, at + 1, quote);
    if (close === undefined) return undefined;
    const inside = text.slice(at + 1, close);
    return { value: quote === "'" ? inside.replace(/\\([\\'])/g, '$1') : unescaped(inside), quote, end: close + 1 };
  }
  const line = match(REST, text, at);
  return { value: withoutComment(line).trimEnd(), quote: '', end: at + line.length };
}

/** A plain value without the comment behind it, which begins with a blank and `#`. */
function withoutComment(line: string): string {
  for (let at = line.indexOf('#', 1); at > 0; at = line.indexOf('#', at + 1)) if (/\s/.test(line.charAt(at - 1))) return line.slice(0, at);
  return line;
}

/** The end of a quoted value: the first quote without a backslash, else the last one that has one. */
function closing(text: string, from: number, quote: string): number | undefined {
  let escaped: number | undefined;
  for (let at = from; at < text.length; at++) {
    if (text[at] === quote) return at;
    if (text[at] === '\\' && text[at + 1] === quote) escaped = ++at;
  }
  return escaped;
}

const ESCAPE: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

function unescaped(text: string): string {
  return text.replace(/\\([\\'"abfnrtv])/g, (_, character: string) => ESCAPE[character] ?? character);
}

function endOfLine(text: string, at: number): number | undefined {
  END.lastIndex = at;
  return END.test(text) ? END.lastIndex : undefined;
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

function skip(pattern: RegExp, text: string, at: number): number {
  return at + match(pattern, text, at).length;
}

/** Line and column of an offset, both from 1; offsets must be asked in rising order. */
function positions(text: string): (offset: number) => { line: number; column: number } {
  let line = 1;
  let begin = 0;
  let at = 0;
  return (offset) => {
    for (; at < offset; at++)
      if (text[at] === '\n' || (text[at] === '\r' && text[at + 1] !== '\n')) {
        line++;
        begin = at + 1;
      }
    return { line, column: offset - begin + 1 };
  };
}
