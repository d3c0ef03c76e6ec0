/** The fields of one section of INFO by name, as text. */
export type Section = ReadonlyMap<string, string>;

/** The sections of INFO by name in lower case. A section that the server left out is empty. */
export interface Info {
  section(name: string): Section;
  /** A field as text; undefined where the server does not have it. */
  text(section: string, field: string): string | undefined;
  /** A field as a finite number; undefined where the server does not have it or says something else. */
  number(section: string, field: string): number | undefined;
}

const EMPTY: Section = new Map();

/**
 * Reads the reply of INFO: `# Section` lines, `field:value` lines, CRLF. Anything else is passed over; of
 * a field that comes twice the last counts. (Redis documentation, INFO.)
 */
export function parseInfo(reply: unknown): Info {
  const sections = new Map<string, Map<string, string>>();
  let section = sectionOf(sections, '');
  for (const line of typeof reply === 'string' ? reply.split(/\r?\n/) : []) {
    if (line.startsWith('#')) {
      section = sectionOf(sections, line.slice(1).trim().toLowerCase());
      continue;
    }
    const colon = line.indexOf(':');
    if (colon > 0) section.set(line.slice(0, colon), line.slice(colon + 1));
  }
  const text = (name: string, field: string) => sections.get(name)?.get(field);
  return {
    section: (name) => sections.get(name) ?? EMPTY,
    text,
    number: (name, field) => parseNumber(text(name, field)),
  };
}

/** A decimal number; undefined for anything else, for numbers out of range and for no text. */
export function parseNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^-?\d+(\.\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
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
