import { createHash } from 'node:crypto';
import type { Part } from './difference.ts';
import { type JsonNode, stringOf, writeJson } from './json-text.ts';

/** One difference for people: what is different, with 40 characters of it at most, secrets hidden. */
export interface PartTold {
  readonly path: string;
  readonly kind: Part['kind'];
  /** From which character on two texts differ, from 1. */
  readonly at?: number | undefined;
  readonly first?: string | undefined;
  readonly second?: string | undefined;
  /** What both look like where they differ. */
  readonly looks?: Look | undefined;
}

/** What differs between texts, where it can be told by its form. */
const LOOK = ['date', 'time', 'uuid', 'hexadecimal', 'number', 'spaces', 'case'] as const;
export type Look = (typeof LOOK)[number];

/** Characters of a request that are shown for one difference. */
const MAX_SHOWN = 40;
const MAX_PATH = 120;
/** What is looked at around a difference: a secret that the difference is in the middle of is known by what is around it. */
const AROUND = 400;

/** The forms by which what differs is told, with the characters that may stand around it. */
const LOOKS: readonly (readonly [Look, RegExp])[] = [
  ['uuid', /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi],
  [
    'date',
    /\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* \d{1,2},? \d{4}\b|\b\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* \d{4}\b/g,
  ],
  ['time', /\b\d{1,2}:\d\d(?::\d\d)?(?:\.\d+)?\b/g],
  ['hexadecimal', /\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/gi],
  ['number', /-?\d+(?:\.\d+)?/g],
];

/** Tells a difference. `mask` hides secrets in a text. */
export function tellPart({ path, kind, first, second }: Part, mask: (text: string) => string): PartTold {
  const shownPath = cut(mask(path), MAX_PATH);
  if (kind === 'order') return { path: shownPath, kind };
  const [one, two] = [stringOf(first), stringOf(second)];
  if (kind === 'value' && one !== undefined && two !== undefined && !isBinary(one) && !isBinary(two)) {
    return { path: shownPath, kind, ...tellTexts(one, two, mask) };
  }
  return {
    path: shownPath,
    kind,
    ...(first !== undefined && { first: shown(first, kind, mask) }),
    ...(second !== undefined && { second: shown(second, kind, mask) }),
  };
}

function tellTexts(one: string, two: string, mask: (text: string) => string): Pick<PartTold, 'at' | 'first' | 'second' | 'looks'> {
  const begin = commonStart(one, two);
  const end = commonEnd(one, two, begin);
  const [first, second] = [middle(one, begin, end, mask), middle(two, begin, end, mask)];
  return { at: begin + 1, first, second, looks: looksOf(one, two, begin, end) };
}

function commonStart(one: string, two: string): number {
  const most = Math.min(one.length, two.length);
  let at = 0;
  while (at < most && one.charCodeAt(at) === two.charCodeAt(at)) at += 1;
  // Not between the halves of a character.
  return at > 0 && /[\uD800-\uDBFF]/.test(one[at - 1] ?? '') ? at - 1 : at;
}

function commonEnd(one: string, two: string, begin: number): number {
  const most = Math.min(one.length, two.length) - begin;
  let count = 0;
  while (count < most && one.charCodeAt(one.length - 1 - count) === two.charCodeAt(two.length - 1 - count)) count += 1;
  return count > 0 && /[\uDC00-\uDFFF]/.test(one[one.length - count] ?? '') ? count - 1 : count;
}

/** What is between a common start and a common end, after the mask has seen it with what is around it. */
function middle(text: string, begin: number, end: number, mask: (text: string) => string): string {
  const to = text.length - end;
  const [from, until] = [Math.max(0, begin - AROUND), Math.min(text.length, begin + MAX_SHOWN + AROUND)];
  const [before, inside] = [text.slice(from, begin), text.slice(begin, Math.min(to, until))];
  const after = text.slice(begin + inside.length, until);
  const whole = mask(before + inside + after);
  const [plainBefore, plainAfter] = [mask(before), mask(after)];
  const isPlain = whole === plainBefore + mask(inside) + plainAfter;
  const seen = isPlain ? mask(inside) : '(a part of a secret)';
  return cut(seen, MAX_SHOWN, to > begin + inside.length);
}

/** What both texts have in the place where they differ. */
function looksOf(one: string, two: string, begin: number, end: number): Look | undefined {
  const [first, second] = [one.slice(begin, one.length - end), two.slice(begin, two.length - end)];
  if (first.length > AROUND || second.length > AROUND) return undefined;
  if (first.trim() === '' && second.trim() === '') return 'spaces';
  if (first.toLowerCase() === second.toLowerCase()) return 'case';
  const covers = (text: string, pattern: RegExp) => {
    const from = Math.max(0, begin - AROUND);
    const part = text.slice(from, text.length - end + AROUND);
    return [...part.matchAll(pattern)].some(
      ({ 0: found, index }) => from + index <= begin && from + index + found.length >= text.length - end,
    );
  };
  return LOOKS.find(([, pattern]) => covers(one, pattern) && covers(two, pattern))?.[0];
}

/** A value: of an image or another file what it is and hashes to, of a list or an object its size. */
function shown(node: JsonNode, kind: Part['kind'], mask: (text: string) => string): string {
  const text = stringOf(node);
  if (text !== undefined && isBinary(text)) return tellBinary(text);
  if (node.kind === 'object')
    return `an object of ${counted(node.members.length, 'member')}, ${counted(writeJson(node).length, 'character')}`;
  if (node.kind === 'array') return `a list of ${counted(node.items.length, 'element')}, ${counted(writeJson(node).length, 'character')}`;
  if (node.kind !== 'string') return cut(node.written, MAX_SHOWN);
  if (kind === 'escape') return cut(mask(node.written), MAX_SHOWN);
  // The quotes are no characters of the text.
  return JSON.stringify(cut(mask((text ?? '').slice(0, AROUND)), MAX_SHOWN, (text ?? '').length > AROUND));
}

const DATA_URL = /^data:([\w.+-]+\/[\w.+-]+)?(?:;[\w=.-]+)*;base64,/;

function isBinary(text: string): boolean {
  return DATA_URL.test(text.slice(0, 200)) || (text.length > 200 && /^[A-Za-z0-9+/]+={0,2}$/.test(text));
}

function tellBinary(text: string): string {
  const [prefix = ''] = DATA_URL.exec(text.slice(0, 200)) ?? [];
  const type = DATA_URL.exec(prefix)?.[1] ?? 'base64';
  const bytes = Buffer.from(text.slice(prefix.length), 'base64');
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return `${type}, ${counted(bytes.length, 'byte')}, sha256 ${hash}`;
}

/** A text with at most so many characters of what it had; `more` says that it was longer already. */
function cut(text: string, most: number, more = false): string {
  const characters = [...text];
  if (characters.length <= most && !more) return text;
  return `${characters.slice(0, most).join('')}…`;
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
