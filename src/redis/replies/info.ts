/** The fields of one section of INFO by name, as text. */
export type Section = ReadonlyMap<string, string>;

/** The sections of INFO by name in lower case. A section that the server left out is empty. */
export interface Info {
  /** Whether the server gave the section, be it empty: what is not in it has not happened; without it nothing is known. */
  has(name: string): boolean;
  /** Whether INFO had more lines than are read. */
  readonly truncated: boolean;
  /** Whether it holds any field at all. */
  readonly hasFields: boolean;
  section(name: string): Section;
  /** A field as text; undefined where the server does not have it. */
  text(section: string, field: string): string | undefined;
  /** A field as a finite number, which may be negative; undefined where the server does not have it or says something else. */
  number(section: string, field: string): number | undefined;
  /** The same of what cannot be negative, see `parseCount`. */
  count(section: string, field: string): number | undefined;
}

const EMPTY: Section = new Map();

/** Lines that are read; a server with 16,384 databases in use has 50,000. */
const MAX_LINES = 65_536;
/** The longest line of a real server, the sizes of the keys of a database, has less than one kilobyte. */
const MAX_LINE_CHARACTERS = 8_192;

/**
 * Reads the reply of INFO: `# Section` lines, `field:value` lines, CRLF. Anything else is passed over, so are
 * lines of more than 8 KB; of a field that comes twice the last counts. (Redis documentation, INFO.)
 */
export function parseInfo(reply: unknown): Info {
  const sections = new Map<string, Map<string, string>>();
  let section = sectionOf(sections, '');
  const { lines, cut } = linesOf(typeof reply === 'string' ? reply : '');
  let last = '';
  for (const line of lines) {
    if (line.startsWith('#')) {
      last = line.slice(1).trim().toLowerCase();
      section = sectionOf(sections, last);
      continue;
    }
    const colon = line.indexOf(':');
    if (colon > 0) section.set(line.slice(0, colon), line.slice(colon + 1));
  }
  // Half of a section would show what is in its other half as 0.
  if (cut) sections.delete(last);
  const field = (name: string, key: string) => sections.get(name)?.get(key);
  return {
    has: (name) => sections.has(name),
    truncated: cut,
    hasFields: [...sections.values()].some(({ size }) => size > 0),
    section: (name) => sections.get(name) ?? EMPTY,
    text: (name, key) => ofItsOwn(field(name, key)),
    number: (name, key) => parseNumber(field(name, key)),
    count: (name, key) => parseCount(field(name, key)),
  };
}

/** Of a longer piece of a text V8 keeps the whole text alive: who keeps the id of a run would keep all of INFO. */
function ofItsOwn(text: string | undefined): string | undefined {
  return text === undefined || text.length < 13 ? text : Buffer.from(text).toString();
}

/** The first lines of a text, without their ends; what is left unread is not split. */
function linesOf(text: string): { lines: string[]; cut: boolean } {
  const lines: string[] = [];
  let start = 0;
  while (start < text.length && lines.length < MAX_LINES) {
    const end = text.indexOf('\n', start);
    const stop = end < 0 ? text.length : end;
    const from = text.charCodeAt(stop - 1) === CR ? stop - 1 : stop;
    lines.push(from - start > MAX_LINE_CHARACTERS ? '' : text.slice(start, Math.max(start, from)));
    start = stop + 1;
  }
  return { lines, cut: start < text.length };
}

const CR = 13;

/** A decimal number; undefined for anything else, for numbers out of range and for no text. */
export function parseNumber(text: string | undefined): number | undefined {
  if (text === undefined || text.length > 400 || !/^-?\d+(\.\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** Servers count in 64 bits. */
const MAX_COUNT = 2 ** 64;

/** A decimal number of what can be counted or measured; undefined for anything else, for a negative one, and for more than 64 bits hold. */
export function parseCount(text: string | undefined): number | undefined {
  const value = parseNumber(text);
  return value !== undefined && value >= 0 && value <= MAX_COUNT ? Math.abs(value) : undefined;
}

/** Whether a field of 0 or 1 is set; undefined for anything else. */
export function parseFlag(text: string | undefined): boolean | undefined {
  return text === '1' ? true : text === '0' ? false : undefined;
}

/** The pairs of a `name=value,name=value` field (commandstats, errorstats, keyspace, keysizes). */
export function parsePairs(text: string): Section {
  const pairs = new Map<string, string>();
  for (const part of text.split(',')) {
    const equals = part.indexOf('=');
    if (equals > 0) pairs.set(part.slice(0, equals), part.slice(equals + 1));
  }
  return pairs;
}

function sectionOf(sections: Map<string, Map<string, string>>, name: string): Map<string, string> {
  const known = sections.get(name);
  if (known !== undefined) return known;
  const section = new Map<string, string>();
  sections.set(name, section);
  return section;
}
