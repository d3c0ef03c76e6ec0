import { inAddresses } from './address.ts';
import { inAssignments } from './assignments.ts';
import { known } from './known.ts';
import { inLine, inLines } from './lines.ts';
import { isOrdinary } from './ordinary.ts';
import { hide, type Range } from './range.ts';
import { printable } from './sanitize.ts';
import { shapes } from './shapes.ts';

export { isRandom } from './assignments.ts';
export { MASK } from './range.ts';
export { printable, printableLine } from './sanitize.ts';
export { namesSecret } from './secret-name.ts';

/** Hides secrets, those that are known by their value and those that their place gives away. */
export interface Mask {
  /** A sentence, or a value in one: known secrets, users and passwords of addresses, members of JSON, keys by their form. Control characters are escaped. */
  text(text: string): string;
  /** A line of a file by itself: what its keys and options name is hidden too. Control characters stay. */
  line(line: string): string;
  /** The lines of a file: a line can name the secret of the next. */
  lines(lines: readonly string[]): readonly string[];
  /** Every text of plain data, names of keys included. */
  tree<T>(value: T): T;
  /** A page that was written already: secrets that are known by value, in any form; `as` replaces them. */
  page(text: string, as?: string): string;
}

/** A mask that knows some secrets by value; with `controls: 'kept'` control characters are left to a writer that escapes them itself. Ordinary words among them are hidden only where they stand as a value. */
export function createMask(secrets: Iterable<string>, { controls }: { controls: 'escaped' | 'kept' } = { controls: 'escaped' }): Mask {
  const byValue = known(secrets);
  const hidden = remembered((given) => hide(given, [...byValue(given), ...inText(given)]));
  const text = controls === 'kept' ? hidden : remembered((given) => printable(hidden(given)));
  const line = (given: string): string => hide(given, [...byValue(given), ...inLine(given)]);
  return {
    text,
    line,
    lines: (given) => inLines(given).map((ranges, index) => hide(given[index] ?? '', [...byValue(given[index] ?? ''), ...ranges])),
    tree: (value) => masked(value, text),
    page: (given, as) => hide(given, byValue(given), as),
  };
}

/**
 * A mask whose secrets may become others: those of a file that is read again, or of a new configuration. It is
 * made anew when `version` is another one. Control characters are left to the writers of the outputs.
 */
export function changingMask(secrets: () => Iterable<string>, version: () => number): Mask {
  let known: { version: number; mask: Mask } | undefined;
  const current = (): Mask => {
    const now = version();
    if (known?.version !== now) known = { version: now, mask: createMask(secrets(), { controls: 'kept' }) };
    return known.mask;
  };
  return {
    text: (given) => current().text(given),
    line: (given) => current().line(given),
    lines: (given) => current().lines(given),
    tree: (value) => current().tree(value),
    page: (given, as) => current().page(given, as),
  };
}

/** Texts that a report or a log holds again and again are looked at once. */
const REMEMBERED = { texts: 2_048, longest: 1_024 } as const;

function remembered(hidden: (given: string) => string): (given: string) => string {
  const known = new Map<string, string>();
  return (given) => {
    const before = known.get(given);
    if (before !== undefined) return before;
    const text = hidden(given);
    if (given.length > REMEMBERED.longest) return text;
    if (known.size >= REMEMBERED.texts) known.clear();
    known.set(given, text);
    return text;
  };
}

/** The secrets that the lines of a file give away by their place, for use by value in other texts. */
export function secretsOfLines(lines: readonly string[]): ReadonlySet<string> {
  const found = inLines(lines).flatMap((ranges, index) => ranges.map(({ from, to }) => (lines[index] ?? '').slice(from, to)));
  return new Set(found.flatMap(parts).filter((text) => !isOrdinary(text)));
}

/** The secrets that a text gives away by itself. */
export function secretsOfText(text: string): readonly string[] {
  return inText(text)
    .map(({ from, to }) => text.slice(from, to))
    .flatMap(parts)
    .filter((part) => !isOrdinary(part));
}

/** User and password are two secrets; a user alone is none that is hidden everywhere. What is named as a variable can be the secret itself. */
function parts(text: string): string[] {
  if (text.startsWith('os.environ/')) return [text.slice('os.environ/'.length)];
  const colon = text.indexOf(':');
  return colon < 0 ? [text] : [text, text.slice(colon + 1)];
}

function inText(text: string): Range[] {
  return [...inAddresses(text), ...shapes(text), ...(text.includes('"') ? inMembers(text) : [])];
}

const MEMBER = /\\{0,8}"[ \t]{0,4}[:=]/;

/** Members of JSON in a sentence; its colons mean nothing else. */
function inMembers(text: string): Range[] {
  return MEMBER.test(text)
    ? inAssignments(text).filter(({ from }) => /"[ \t]{0,4}[:=][ \t]{0,4}\\{0,8}["']?$/.test(text.slice(Math.max(0, from - 24), from)))
    : [];
}

function masked<T>(value: T, text: (given: string) => string): T;
function masked(value: unknown, text: (given: string) => string): unknown {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return value.map((item: unknown) => masked(item, text));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [text(key), masked(item, text)]));
}
