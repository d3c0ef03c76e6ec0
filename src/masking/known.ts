import { isOrdinary } from './ordinary.ts';
import type { Range } from './range.ts';

/** Finds known secrets in a text. */
export type Known = (text: string) => Range[];

/** Patterns with the same first characters: their lengths from the longest on, and the patterns themselves. */
interface Group {
  lengths: number[];
  patterns: Map<string, 'anywhere' | 'alone'>;
}

/** Patterns are found by their first characters, so no shorter one is looked for. */
const FIRST = 3;

/** A secret of this length is hidden wherever it occurs; a shorter one, often a plain word, only where it is alone. */
const LONG = 6;

/** A secret longer than this is known by its beginning. */
const MAX_SECRET_CHARACTERS = 4_096;

/**
 * Finds every secret in the forms that programs write it in. These are plain text, lower case, one or two URL encodings,
 * hexadecimal digits, a JSON string, HTML, and base64 of both alphabets wherever it begins among other bytes. Each line of a
 * secret is found by itself, too. Ordinary words are not looked for. Time is linear in the text.
 */
export function known(secrets: Iterable<string>): Known {
  const groups = new Map<string, Group>();
  const seen = new Set<string>();
  for (const secret of secrets) {
    if (seen.has(secret)) continue;
    seen.add(secret);
    for (const form of forms(secret.slice(0, MAX_SECRET_CHARACTERS))) add(groups, form);
  }
  for (const group of groups.values()) group.lengths.sort((a, b) => b - a);
  const begins = new Uint8Array(PLACES);
  for (const first of groups.keys()) begins[placeOf(first, 0)] = 1;
  return groups.size === 0 ? () => [] : (text) => found(text, groups, begins);
}

/** Most places of a text are told apart by a number of their first characters, without cutting them out. */
const PLACES = 65_536;

function placeOf(text: string, at: number): number {
  return (text.charCodeAt(at) * 1_021 + text.charCodeAt(at + 1) * 127 + text.charCodeAt(at + 2)) % PLACES;
}

function add(groups: Map<string, Group>, pattern: string): void {
  if (pattern.length < FIRST) return;
  const first = pattern.slice(0, FIRST);
  const group: Group = groups.get(first) ?? { lengths: [], patterns: new Map() };
  groups.set(first, group);
  if (group.patterns.has(pattern)) return;
  group.patterns.set(pattern, pattern.length < LONG ? 'alone' : 'anywhere');
  if (!group.lengths.includes(pattern.length)) group.lengths.push(pattern.length);
}

function found(text: string, groups: ReadonlyMap<string, Group>, begins: Uint8Array): Range[] {
  const ranges: Range[] = [];
  for (let at = 0; at + FIRST <= text.length; at++) {
    if (begins[placeOf(text, at)] === 0) continue;
    const group = groups.get(text.slice(at, at + FIRST));
    const length = group === undefined ? undefined : group.lengths.find((candidate) => stands(text, at, candidate, group));
    if (length === undefined) continue;
    ranges.push({ from: at, to: at + length });
    at += length - 1;
  }
  return ranges;
}

function stands(text: string, at: number, length: number, { patterns }: Group): boolean {
  const how = patterns.get(text.slice(at, at + length));
  if (how === undefined || how === 'anywhere') return how !== undefined;
  return !isPartOfWord(text[at - 1]) && !isPartOfWord(text[at + length]);
}

function isPartOfWord(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}_/-]/u.test(character);
}

function forms(secret: string): Set<string> {
  const result = new Set<string>();
  for (const text of [secret, secret.trim(), ...(secret.includes('\n') ? secret.split(/[\r\n]+/).map((line) => line.trim()) : [])]) {
    if (isOrdinary(text)) continue;
    const whole = text.replace(/\p{Cs}/gu, '\ufffd');
    result.add(text);
    if (!PLAIN.test(text)) for (const form of escapedForms(text, whole)) result.add(form);
    for (const decoded of decodings(text)) if (!isOrdinary(decoded)) result.add(decoded);
    if (text.length < LONG) continue;
    result.add(text.toLowerCase());
    for (const bytes of [whole, `${whole}\n`, `:${whole}`, `default:${whole}`]) {
      const base64 = Buffer.from(bytes).toString('base64');
      result
        .add(base64)
        .add(base64.replace(/={1,2}$/, ''))
        .add(Buffer.from(bytes).toString('base64url'));
    }
    for (const core of base64Cores(Buffer.from(whole))) result.add(core).add(core.replaceAll('+', '-').replaceAll('/', '_'));
    const hex = Buffer.from(whole).toString('hex');
    result.add(hex).add(hex.toUpperCase());
  }
  return result;
}

/** Shorter pieces of base64 could be a piece of anything. */
const SHORTEST_CORE = 7;

/** What base64 makes of bytes among others, for each of the three places where they can begin, without the characters that the others share. */
function base64Cores(bytes: Buffer): string[] {
  return [0, 1, 2]
    .map((before) =>
      Buffer.concat([Buffer.alloc(before), bytes])
        .toString('base64')
        .slice([0, 2, 3][before], Math.floor(((before + bytes.length) * 8) / 6)),
    )
    .filter(({ length }) => length >= SHORTEST_CORE);
}

/** What no encoding but base64 and hexadecimal digits changes. */
const PLAIN = /^[\w-]+$/;

function escapedForms(text: string, whole: string): string[] {
  const url = encodeURIComponent(whole);
  const strict = url.replace(/[!'()*~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  const json = JSON.stringify(text).slice(1, -1);
  const html = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return [
    ...[url, strict, encodeURI(whole)].flatMap((form) => [form, lower(form)]).flatMap((form) => [form, form.replaceAll('%20', '+')]),
    ...[encodeURIComponent(url), encodeURIComponent(strict), lower(encodeURIComponent(url)), lower(encodeURIComponent(strict))],
    ...[json, JSON.stringify(json).slice(1, -1), ascii(json), json.replaceAll('/', '\\/')],
    ...[text.replaceAll("'", "''"), text.replaceAll('$', '$$$$'), text.replaceAll('\\', '\\\\')],
    ...[html, ...QUOTES.map(([double, single]) => html.replaceAll('"', double).replaceAll("'", single))],
  ];
}

/** How writers of HTML escape both kinds of quotes. */
const QUOTES = [
  ['&quot;', '&#39;'],
  ['&#34;', '&#39;'],
  ['&quot;', '&#x27;'],
  ['&quot;', '&apos;'],
  ['&quot;', "'"],
] as const;

/** A JSON string of ASCII alone, as Python writes it. */
function ascii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The escapes of a URL in small letters: `%2f`. */
function lower(url: string): string {
  return url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
}

/** What a text is without its URL escapes, once and twice. */
function decodings(text: string): string[] {
  if (!text.includes('%')) return [];
  try {
    const once = decodeURIComponent(text);
    return once.includes('%') ? [once, decodeURIComponent(once)] : [once];
  } catch {
    return [];
  }
}
