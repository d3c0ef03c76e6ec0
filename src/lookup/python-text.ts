import type { JsonNode } from '../explain/json-text.ts';
import { hasRecentCharacters } from './recent-characters.ts';

/**
 * How a program in Python that read a JSON text prints its values. `wide`: whole numbers keep all their digits; otherwise one that does not fit
 * into 64 bits is read as a float: orjson does that, which LiteLLM reads requests with.
 */
export interface Reading {
  readonly wide: boolean;
  /** Characters younger than Python 3.11 are escaped, as that release does it. */
  readonly old: boolean;
}

/** `str(value)`: a text as it is, everything else as Python would write it down. */
export function pythonStr(node: JsonNode, reading: Reading): string {
  return node.kind === 'string' ? textOf(node.written) : pythonRepr(node, reading);
}

/** `repr(value)`: how Python writes a value inside of a list or a mapping. */
export function pythonRepr(node: JsonNode, reading: Reading): string {
  switch (node.kind) {
    case 'object':
      return `{${[...membersOf(node)].map(([name, value]) => `${quoted(name, reading)}: ${pythonRepr(value, reading)}`).join(', ')}}`;
    case 'array':
      return `[${node.items.map((item) => pythonRepr(item, reading)).join(', ')}]`;
    case 'string':
      return quoted(textOf(node.written), reading);
    case 'number':
      return numberText(node.written, reading);
    default:
      return LITERAL[node.written] ?? node.written;
  }
}

/** The members of an object as a mapping of Python holds them: of one given twice the last value, at the place of the first. */
export function membersOf(node: JsonNode): Map<string, JsonNode> {
  return new Map(node.kind === 'object' ? node.members.map(({ name, value }) => [name, value]) : []);
}

/** Whether Python takes a value for false. */
export function isFalsy(node: JsonNode | undefined): boolean {
  if (node === undefined) return true;
  if (node.kind === 'object') return node.members.length === 0;
  if (node.kind === 'array') return node.items.length === 0;
  if (node.kind === 'number') return Number(node.written) === 0;
  return node.kind === 'string' ? node.written === '""' : node.written !== 'true';
}

/**
 * Whether LiteLLM reads a text with Python's own parser, which keeps whole numbers wide: orjson refuses one that has half of a surrogate
 * pair, or a number that is too large for a float.
 */
export function isReadWide(node: JsonNode): boolean {
  if (node.kind === 'object') return node.members.some(({ name, value }) => hasHalfOfPair(name) || isReadWide(value));
  if (node.kind === 'array') return node.items.some(isReadWide);
  if (node.kind === 'string') return hasHalfOfPair(textOf(node.written));
  return node.kind === 'number' && !isWhole(node.written) && !Number.isFinite(Number(node.written));
}

const HALF = /\p{Surrogate}/u;

/** Whether a text has half of a surrogate pair, which cannot be encoded. */
export function hasHalfOfPair(text: string): boolean {
  return HALF.test(text);
}

const LITERAL: Readonly<Record<string, string>> = { true: 'True', false: 'False', null: 'None' };

const [LEAST, MOST] = [-(2n ** 63n), 2n ** 64n - 1n] as const;

function textOf(written: string): string {
  const value: unknown = JSON.parse(written);
  return String(value);
}

function isWhole(written: string): boolean {
  return /^-?\d+$/.test(written);
}

function numberText(written: string, { wide }: Reading): string {
  if (!isWhole(written)) return floatText(Number(written));
  const value = BigInt(written);
  return wide || (value >= LEAST && value <= MOST) ? String(value) : floatText(Number(written));
}

/** A float in the fewest digits that lead back to it, which both languages choose alike; their exponents are written differently. */
function floatText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : value < 0 ? '-inf' : 'nan';
  if (Object.is(value, -0)) return '-0.0';
  const [digits = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (value !== 0 && (exponent < -4 || exponent >= 16)) {
    return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  // From 0.0001 to 10^16 neither writes an exponent.
  const plain = String(value);
  return plain.includes('.') ? plain : `${plain}.0`;
}

/** What Python does not print as it is: controls, formats, halves of pairs, what no character is assigned to, and spaces other than the ordinary. */
const UNPRINTABLE = /[\p{C}\p{Z}]/u;

const SHORT: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function quoted(text: string, { old }: Reading): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let written = '';
  for (const character of text) {
    if (character === quote) written += `\\${quote}`;
    else written += SHORT[character] ?? (isPrinted(character, old) ? character : escaped(character));
  }
  return quote + written + quote;
}

function isPrinted(character: string, old: boolean): boolean {
  return character === ' ' || !(UNPRINTABLE.test(character) || (old && hasRecentCharacters(character)));
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16);
  if (code < 0x100) return `\\x${digits.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`;
}
