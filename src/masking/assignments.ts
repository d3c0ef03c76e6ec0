import { isOrdinary } from './ordinary.ts';
import type { Range } from './range.ts';
import { namesSecret } from './secret-name.ts';

/** How far a key reaches back from its colon or equals sign. */
const KEY = 96;
const SEPARATOR = /:=|=>|[:=]/g;
const REFERENCE =
  /^(?:os\.environ\/(?:[A-Z\d_.-]*|[a-z\d_.-]*)|\$\$?[A-Z_][A-Z\d_]*|\$\$?\{[A-Za-z_]\w*(?::?[?+][^}]*)?\}|\$\$?\([^)]*\)|\{\{[^}]*\}\}|\$\{\{[^}]*\}\}|\*[\w-]+|<secret>|[Tt]rue|[Ff]alse|null|None|none|yes|no|~|\[\]|\{\})(?=$|[\s"',;}\])#|&])/;
const WITH_DEFAULT = /^\$\$?\{[A-Za-z_]\w*:?[-=]/;

/** What a line of a file gives to keys that name a secret: `password: X`, `REDIS_PASSWORD=X`, `"api_key": "X"`. Time is linear. */
export function inAssignments(line: string): Range[] {
  const ranges: Range[] = [];
  let behind = 0;
  for (const { 0: separator, index } of line.matchAll(SEPARATOR)) {
    if (index < behind) continue;
    const key = keyBefore(line, index);
    if (key === '' || !keyNamesSecret(key) || isRequired(line, index, key)) continue;
    const { from, to, end } = valueAt(line, index + separator.length, isFlow(line, index));
    behind = end;
    // `key: REDIS_PASSWORD` of a manifest names the member of a Secret.
    const isName = /(?:^|\s)key$/.test(key) && /^[A-Z][A-Z\d_]*$/.test(line.slice(from, Math.min(to, from + 256)));
    if (to > from && !isName) ranges.push({ from, to });
  }
  return ranges;
}

/** What `:?` in a reference of Compose or a shell gives is a message, no value. */
function isRequired(line: string, index: number, key: string): boolean {
  return line[index + 1] === '?' && line.slice(index - key.length - 2, index - key.length) === '$'.concat('{');
}

const OF_NAME = /[\p{L}\p{N}_.-]/u;
const AROUND_NAME = /["'\\ \t\])]/;

/** The name in front of a separator, quotes around it left away; with the word before it where one blank is between. */
function keyBefore(line: string, index: number): string {
  const first = Math.max(0, index - KEY);
  let to = index;
  while (to > first && AROUND_NAME.test(line[to - 1] ?? '')) to--;
  let from = to;
  while (from > first && OF_NAME.test(line[from - 1] ?? '')) from--;
  if (from > first && line[from - 1] === ' ' && OF_NAME.test(line[from - 2] ?? ''))
    for (from--; from > first && OF_NAME.test(line[from - 1] ?? ''); ) from--;
  return line.slice(from, to);
}

/** `export REDIS_PASSWORD`, `pass word` and `password`. */
function keyNamesSecret(key: string): boolean {
  const [first = '', second] = key.split(' ');
  return namesSecret(second ?? first) || (second !== undefined && /^pass$/i.test(first) && /^(word|wort|phrase)$/i.test(second));
}

/** Whether a place is inside of brackets of its line, where a comma ends a value. */
function isFlow(line: string, index: number): boolean {
  const before = line.slice(Math.max(0, index - 2 * KEY), index);
  return Math.max(before.lastIndexOf('{'), before.lastIndexOf('[')) > Math.max(before.lastIndexOf('}'), before.lastIndexOf(']'));
}

/** The value that begins behind a separator, and how far it was read; nothing for what refers to another place. */
export function valueAt(line: string, from: number, flow: boolean): Range & { end: number } {
  const blank = BLANK.exec(line.slice(from, from + 200))?.[0].length ?? 0;
  const begin = from + blank;
  const quote = /^\\{0,8}["'`]/.exec(line.slice(begin, begin + 9))?.[0];
  const inside = begin + (quote?.length ?? 0);
  const reference = REFERENCE.exec(line.slice(inside, inside + 512))?.[0];
  if (reference !== undefined) return { from: inside, to: inside, end: inside + reference.length };
  const range = quote === undefined ? plain(line, begin, flow) : quoted(line, inside, quote);
  return { ...secretPart(line.slice(range.from, range.to), range), end: range.to };
}

/** Blanks, and what YAML writes in front of a value: a tag, an anchor. */
const BLANK = /^(?:[ \t]|!!?[\w/:.,-]{0,64}[ \t]|&[\w-]{1,64}[ \t]){0,16}/;

function secretPart(value: string, { from, to }: Range): Range {
  if (value.trim() === '' || /^[|>][-+\d]{0,2}$/.test(value.trim())) return { from, to: from };
  const reference = WITH_DEFAULT.exec(value.slice(0, 256))?.[0];
  if (reference === undefined) return { from, to };
  const close = value.lastIndexOf('}');
  const rest = value.slice(reference.length, close < 0 ? value.length : close);
  return /^\$\{[^}]{0,256}$/.test(rest) ? { from, to: from } : { from: from + reference.length, to: from + reference.length + rest.length };
}

/** Up to the quote that is not escaped, or the end of the line. */
function quoted(line: string, from: number, quote: string): Range {
  const mark = quote.slice(-1);
  for (let at = from; at < line.length; at++) {
    if (line[at] === '\\' && line[at + 1] === mark && quote.length > 1) return { from, to: at };
    if (line[at] === '\\' && mark !== "'") at++;
    else if (line[at] === mark && !(mark === "'" && line[at + 1] === "'")) return { from, to: at };
    else if (line[at] === mark) at++;
  }
  return { from, to: line.length };
}

/** Up to a comment, in brackets up to a comma, else up to the end of the line. */
function plain(line: string, from: number, flow: boolean): Range {
  let to = line.length;
  for (let at = from; at < line.length; at++) {
    const isComment = line[at] === '#' && (at === from || /\s/.test(line[at - 1] ?? ''));
    const isEnd = flow && /[,}\]]/.test(line[at] ?? '') && !(line[at] === '}' && line.slice(from, at).includes('${') && at - from < 256);
    if (isComment || isEnd || line[at] === '"') {
      to = at;
      break;
    }
  }
  while (to > from && /[\s'",;]/.test(line[to - 1] ?? '')) to--;
  return { from, to };
}

/** A comment is sought where `#` follows a blank, or begins the line. */
const COMMENT = /(?:^|\s)(?:#|\/\/)(?=.)/;
const WORDS = /[^\s"'`,;()<>]+/g;

/** Words of a comment that look like a password, where the comment or the value in front of it names one: `# was X`. */
export function inComment(line: string, holdsSecret: boolean): Range[] {
  const found = COMMENT.exec(line);
  if (found === null) return [];
  const from = found.index + found[0].length;
  const words = [...line.slice(from).matchAll(WORDS)].map(({ 0: word, index }) => ({
    word,
    from: from + index,
    to: from + index + word.length,
  }));
  let named = holdsSecret;
  return words.flatMap(({ word, from: begin, to }) => {
    const isName = namesSecret(word.replace(/(?<![:=.])[:=.]+$/, '')) && /^[\w-]{0,48}[:=.]{0,2}$/.test(word);
    if (isName) {
      named = true;
      return [];
    }
    const bare = word.replace(/[.:]$/, '');
    return (named && isLikeSecret(bare)) || isRandom(bare) ? [{ from: begin, to: to - (/[.:]$/.test(word) ? 1 : 0) }] : [];
  });
}

/** Whether a word is what a generator of passwords or keys makes, whatever is beside it. */
export function isRandom(word: string): boolean {
  if (/^[\da-f]{32,128}$/i.test(word)) return /\d/.test(word) && /[a-f]/i.test(word);
  return /^[A-Za-z\d_+/=-]{12,256}$/.test(word) && /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word) && !/^[./]/.test(word);
}

/** Whether a word is no word of a language, no name of a variable, no path and no number. */
export function isLikeSecret(word: string): boolean {
  if (
    word.length < 4 ||
    isOrdinary(word) ||
    /^(?:[\p{L}]?\p{Ll}+(?:[-'/.]\p{Ll}+)*|[A-Z][A-Z_]*|--?[a-z-]+|\.{0,2}\/.*|[\d.:-]+|\$.*|os\.environ\/.*|=+|-+)$/u.test(word)
  )
    return false;
  return !/^[A-Z][A-Z\d_]*$/.test(word) || !word.includes('_');
}
