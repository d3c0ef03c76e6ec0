import { interpolate } from './interpolation.ts';
import { bounded } from './value-limit.ts';
import type { Lookup } from './variable-value.ts';

/** A word of a shell command as it was written, quotes and all. */
export interface Word {
  raw: string;
  line: number;
  column: number;
}

/** A simple command; `certain` is false where it runs only if another one succeeds or fails. */
export interface Command {
  words: readonly Word[];
  certain: boolean;
}

const OPENERS: ReadonlySet<string> = new Set(['if', 'case', 'for', 'while', 'until', 'select', '{', '(']);
const CLOSERS: ReadonlySet<string> = new Set(['fi', 'esac', 'done', '}', ')']);
const CLAUSES: ReadonlySet<string> = new Set(['then', 'else', 'elif', 'do', '!']);
/** After these the next word begins a command too. */
const BEGIN: ReadonlySet<string> = new Set(['if', 'while', 'until', '{', '(', ...CLAUSES]);

/** Splits a shell script into simple commands. Nothing is expanded or run; here-documents are skipped. */
export function shellCommands(text: string): Command[] {
  const commands: Command[] = [];
  const heredocs: string[] = [];
  let words: Word[] = [];
  let depth = 0;
  let chained = false;
  let at = 0;
  let line = 1;
  let lineStart = 0;
  const finish = (chains: boolean) => {
    if (words.length > 0) commands.push({ words, certain: depth === 0 && !chained });
    words = [];
    chained = chains;
  };
  const advance = (to: number) => {
    for (; at < to; at++)
      if (text[at] === '\n') {
        line++;
        lineStart = at + 1;
      }
  };
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === '\n') {
      finish(false);
      advance(at + 1);
      for (const end of heredocs.splice(0)) advance(afterHeredoc(text, at, end));
    } else if (character === '#') advance(endOfLine(text, at));
    else if (character === '\\' && /^\\\r?\n/.test(text.slice(at, at + 3))) advance(text.indexOf('\n', at) + 1);
    else if (/\s/.test(character)) advance(at + 1);
    else if (character === '<' && text[at + 1] === '<' && text[at + 2] !== '<') {
      const delimiter = /^<<-?[ \t]*(?:'([^'\n]+)'|"([^"\n]+)"|([^\s;&|<>]+))/.exec(text.slice(at, at + 200));
      if (delimiter) heredocs.push(delimiter[1] ?? delimiter[2] ?? delimiter[3] ?? '');
      advance(at + (delimiter?.[0].length ?? 2));
    } else if (character === ';' || character === '&' || character === '|') {
      const double = text[at + 1] === character;
      finish(character !== ';' && (double || character === '|'));
      advance(at + (double ? 2 : 1));
    } else if (words.length === 0 && (character === '(' || character === ')')) {
      depth = Math.max(0, depth + (character === '(' ? 1 : -1));
      advance(at + 1);
    } else {
      const word = { raw: text.slice(at, wordEnd(text, at)), line, column: at - lineStart + 1 };
      advance(at + Math.max(1, word.raw.length));
      if (words.length === 0 && OPENERS.has(word.raw)) depth++;
      if (words.length === 0 && CLOSERS.has(word.raw)) depth = Math.max(0, depth - 1);
      if (words.length > 0 || !(BEGIN.has(word.raw) || CLOSERS.has(word.raw))) words.push(word);
    }
  }
  finish(false);
  return commands;
}

function afterHeredoc(text: string, from: number, end: string): number {
  for (let at = from; at < text.length; ) {
    const next = endOfLine(text, at);
    if (text.slice(at, next).trim() === end) return Math.min(text.length, next + 1);
    at = next + 1;
  }
  return text.length;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** Where the word that begins at an offset ends: at a blank or operator outside quotes and substitutions. */
function wordEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const character = text.charAt(at);
    if (/[\s;&|<>]/.test(character) || character === ')') return at === from ? at + 1 : at;
    if (character === '\\') at += 2;
    else if (character === "'" || character === '"' || character === '`') at = afterQuote(text, at);
    else if (character === '(' || (character === '$' && /[({]/.test(text.charAt(at + 1))))
      at = afterBracket(text, at + (character === '$' ? 1 : 0));
    else at++;
  }
  return text.length;
}

function afterQuote(text: string, from: number): number {
  const quote = text.charAt(from);
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\' && quote !== "'") at++;
    else if (text[at] === quote) return at + 1;
  }
  return text.length;
}

function afterBracket(text: string, from: number): number {
  const open = text.charAt(from);
  const close = open === '(' ? ')' : '}';
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') at++;
    else if (character === "'" || character === '"') at = afterQuote(text, at) - 1;
    else if (character === open) depth++;
    else if (character === close && --depth === 0) return at + 1;
  }
  return text.length;
}

/** The value of a word: quotes removed, variables replaced; `undefined` where it is computed when the script runs. */
export function shellValue(raw: string, lookup: Lookup): string | undefined {
  if (/^~|^\(/.test(raw)) return undefined;
  let value = '';
  let at = 0;
  while (at < raw.length) {
    const character = raw.charAt(at);
    if (character === '`' || (character === '$' && raw[at + 1] === "'")) return undefined;
    const part = character === "'" || character === '"' ? quoted(raw, at, lookup) : plain(raw, at, lookup);
    if (part === undefined) return undefined;
    value += part.value;
    if (bounded(value) === undefined) return undefined;
    at = part.end;
  }
  return value;
}

interface Part {
  value: string;
  end: number;
}

function quoted(raw: string, at: number, lookup: Lookup): Part | undefined {
  const end = afterQuote(raw, at);
  const inside = raw.slice(at + 1, raw.endsWith(raw.charAt(at)) || end < raw.length ? end - 1 : end);
  if (raw[at] === "'") return { value: inside, end };
  let value = '';
  for (let index = 0; index < inside.length; ) {
    const escaped = /^\\(\r?\n|[$`"\\])/.exec(inside.slice(index, index + 3));
    if (escaped) {
      value += escaped[1]?.endsWith('\n') ? '' : escaped[1];
      index += escaped[0].length;
    } else if (inside[index] === '`') return undefined;
    else if (inside[index] === '$') {
      const part = reference(inside, index, lookup);
      if (part === undefined) return undefined;
      value += part.value;
      if (bounded(value) === undefined) return undefined;
      index = part.end;
    } else value += inside.charAt(index++);
  }
  return { value, end };
}

function plain(raw: string, at: number, lookup: Lookup): Part | undefined {
  if (raw[at] === '$') return reference(raw, at, lookup);
  if (raw[at] !== '\\') return { value: raw.charAt(at), end: at + 1 };
  const escaped = raw.charAt(at + 1);
  return { value: escaped === '\n' ? '' : escaped, end: at + 2 };
}

function reference(text: string, at: number, lookup: Lookup): Part | undefined {
  const next = text.charAt(at + 1);
  if (next === '{') {
    const end = afterBracket(text, at + 1);
    const whole = text.slice(at, end);
    if (!/^\$\{[A-Za-z_]\w*(\}|:?[-+?=])/.test(whole) || /[`"'\\]|\$\(/.test(whole)) return undefined;
    const { value } = interpolate(whole.replace(/^(\$\{\w+:?)=/, '$1-'), lookup);
    return value === undefined ? undefined : { value, end };
  }
  if (!/[A-Za-z_]/.test(next)) return next === '' || /[\s"]/.test(next) ? { value: '$', end: at + 1 } : undefined;
  const name = /^\w+/.exec(text.slice(at + 1))?.[0] ?? '';
  const meaning = lookup(name);
  if (meaning.kind === 'unknown') return undefined;
  return { value: meaning.kind === 'value' ? meaning.value : '', end: at + 1 + name.length };
}
