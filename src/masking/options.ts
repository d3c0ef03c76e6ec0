import { valueAt } from './assignments.ts';
import type { Range } from './range.ts';
import { namesSecret } from './secret-name.ts';

/** An option of a command line, with or without quotes around it; `requirepass` is written without dashes in redis.conf. */
const OPTION = /(?<![\w./-])(--?[A-Za-z][\w-]{0,64}|requirepass|masterauth|primaryauth|identified by)(?=["',\s=\]\\]|$)/gi;
const BETWEEN = /^[\s"',=\\]{1,40}/;
const CLIENT = /(?:redis|valkey|keydb)-cli/i;
const ATTACHED = /(?<=[\s"'])-a(?=[^\s"',=])([^\s"',\]]{1,4096})/g;
const AUTH = /(?<![\w./-])auth["',\s]{1,20}([^\s"',\]]{1,4096})(?:["',\s]{1,20}([^\s"',\]-][^\s"',\]]{0,4095}))?/gi;
/** The rules of an ACL user: `>password`, `<password`, `#hash`. */
const ACL = /(?<![^\s"'[,(])(\\{0,4}[><#])([^\s"'&=>,\]-][^\s"',\]]{0,4095})/g;
const USER = /(?<![\w./-])(?:setuser|user|--user)["',\s]/i;

/** What a line of a file gives to options and commands that take a secret: `--requirepass X`, `redis-cli -a X`, `user x on >X`. */
export function inOptions(line: string): Range[] {
  const client = CLIENT.exec(line)?.index ?? line.length;
  return [...options(line), ...(client < line.length ? clientOptions(line, client) : []), ...(USER.test(line) ? acl(line) : [])];
}

function options(line: string): Range[] {
  const ranges: Range[] = [];
  for (const { 0: whole, 1: name = '', index } of line.matchAll(OPTION)) {
    const plain = name.replace(/^-+/, '');
    if (plain !== 'a' && plain !== 'u' && !isSecretOption(name)) continue;
    const from = index + whole.length;
    const between = BETWEEN.exec(line.slice(from, from + 40))?.[0] ?? '';
    const value = between === '' ? undefined : wordAt(line, from + between.length, between);
    if (value === undefined) continue;
    const colon = line.slice(value.from, value.to).indexOf(':');
    if (plain !== 'u') ranges.push(value);
    else if (colon > 0 && line.slice(value.from + colon, value.from + colon + 3) !== '://')
      ranges.push({ from: value.from + colon + 1, to: value.to });
  }
  return ranges;
}

/** Whether an option of a command line takes a secret. */
export function isSecretOption(name: string): boolean {
  return (
    /^-{0,2}(?:requirepass|masterauth|primaryauth|pass|identified by)$/i.test(name) ||
    (name.startsWith('-') && (name === '-a' || namesSecret(name)))
  );
}

function clientOptions(line: string, from: number): Range[] {
  const behind = line.slice(from);
  const attached = [...behind.matchAll(ATTACHED)].map(({ 0: whole, 1: secret = '', index }) => {
    const to = from + index + whole.length;
    return { from: to - secret.length, to };
  });
  const auth = [...behind.matchAll(AUTH)].flatMap(({ 0: whole, 1: first = '', 2: second, index }) => {
    const begin = from + index + whole.indexOf(first, 4);
    const to = from + index + whole.length;
    return [{ from: begin, to: begin + first.length }, ...(second === undefined ? [] : [{ from: to - second.length, to }])];
  });
  return [...attached, ...auth].filter((range) => !line.slice(range.from, range.to).startsWith('$'));
}

function acl(line: string): Range[] {
  return [...line.matchAll(ACL)].flatMap(({ 0: whole, 2: secret = '', index }) => {
    const from = index + whole.length - secret.length;
    return whole.startsWith('#') && !/^[\da-f]{32,}/i.test(secret)
      ? []
      : secret.startsWith('$')
        ? []
        : [{ from, to: from + secret.length }];
  });
}

/** How far the quote at the end of a word is looked for. */
const WORD = 4_096;

/** The word behind an option: up to its quote where one opened in front of it. */
function wordAt(line: string, from: number, between: string): Range | undefined {
  const rest = line.slice(from, from + WORD);
  const quote = /["']$/.exec(between)?.[0];
  const close = quote === undefined ? -1 : rest.indexOf(quote);
  const word = close > 0 ? rest.slice(0, close) : (/^[^\s"',\]]*/.exec(rest)?.[0] ?? '');
  if (word === '' || word.startsWith('--')) return undefined;
  const { from: begin, to } = valueAt(word, 0, false);
  return to > begin ? { from: from + begin, to: from + to } : undefined;
}
