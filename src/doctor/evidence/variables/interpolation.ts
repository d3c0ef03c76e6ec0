import { bounded } from './value-limit.ts';
import type { Lookup } from './variable-value.ts';

/** A text after interpolation: `undefined` where a variable cannot be told; `invalid` where Compose refuses it. */
export interface Interpolated {
  value: string | undefined;
  invalid: boolean;
}

/** Defaults within defaults. */
const MAX_DEPTH = 20;

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;

/**
 * Replaces `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?message}`, `${NAME?message}`,
 * `${NAME:+value}`, `${NAME+value}` and `$$` as Docker Compose does (Compose file reference, "Interpolation");
 * what follows the operator may hold variables itself. A variable that is not set is empty text.
 */
export function interpolate(text: string, lookup: Lookup, depth = 0): Interpolated {
  if (depth > MAX_DEPTH) return { value: undefined, invalid: true };
  if (!text.includes('$')) return { value: text, invalid: false };
  let result = '';
  let known = true;
  let at = 0;
  while (at < text.length) {
    const dollar = text.indexOf('$', at);
    if (dollar < 0) break;
    result += text.slice(at, dollar);
    if (text[dollar + 1] === '$') {
      result += '$';
      at = dollar + 2;
      continue;
    }
    const reference = referenceAt(text, dollar + 1);
    if (reference === undefined) return { value: undefined, invalid: true };
    const value = substitute(reference, lookup, depth + 1);
    if (value.invalid) return value;
    known &&= value.value !== undefined;
    result += value.value ?? '';
    if (bounded(result) === undefined) return { value: undefined, invalid: false };
    at = reference.end;
  }
  return { value: known ? result + text.slice(at) : undefined, invalid: false };
}

interface Reference {
  name: string;
  operator: string;
  operand: string;
  end: number;
}

function referenceAt(text: string, at: number): Reference | undefined {
  const braced = text[at] === '{';
  NAME.lastIndex = braced ? at + 1 : at;
  const name = NAME.exec(text)?.[0];
  if (name === undefined) return undefined;
  const after = (braced ? at + 1 : at) + name.length;
  if (!braced) return { name, operator: '', operand: '', end: after };
  const close = closingBrace(text, after);
  if (close === undefined) return undefined;
  const operator = /^:?[-+?]/.exec(text.slice(after, after + 2))?.[0] ?? '';
  if (operator === '' && close !== after) return undefined;
  return { name, operator, operand: text.slice(after + operator.length, close), end: close + 1 };
}

function closingBrace(text: string, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '{' && text[at - 1] === '$') depth++;
    else if (text[at] === '}' && depth-- === 0) return at;
  }
  return undefined;
}

function substitute({ name, operator, operand }: Reference, lookup: Lookup, depth: number): Interpolated {
  const meaning = lookup(name);
  const given = meaning.kind === 'value' && (meaning.value !== '' || !operator.startsWith(':'));
  switch (operator.at(-1)) {
    case '-':
      return given ? { value: meaning.value, invalid: false } : interpolate(operand, lookup, depth);
    case '+':
      if (meaning.kind === 'unknown') return { value: undefined, invalid: false };
      return given ? interpolate(operand, lookup, depth) : { value: '', invalid: false };
    case '?':
      return { value: given ? meaning.value : undefined, invalid: false };
    default:
      return { value: meaning.kind === 'value' ? meaning.value : meaning.kind === 'unset' ? '' : undefined, invalid: false };
  }
}
