import { inAddresses } from './address.ts';
import { inAssignments, inComment } from './assignments.ts';
import { inOptions, isSecretOption } from './options.ts';
import type { Range } from './range.ts';
import { namesSecret } from './secret-name.ts';
import { shapes } from './shapes.ts';

/** A key whose value is in the lines below it: nothing behind the colon, or the mark of a block of text. */
const OPENING =
  /^([ \t]*(?:- +)*)(?:["']?)([\w.-]+)(?:["']?)[ \t]*:[ \t]*(?:(?:![\w!/:.-]*|&[\w-]+)[ \t]*)?(?:[|>][-+\d]{0,2}[ \t]*)?(?:#.*)?$/;
/** The end of a word of a command whose next word is in the line below it. */
const HANGING = /(?:^|[\s"'[,])(--?[\w-]+|requirepass|masterauth)["']?(?:[ \t]*,)?(?:[ \t]*\\)?[ \t]*$/i;
const NAMED = /^[ \t]*(?:- +)?["']?name["']?[ \t]*:[ \t]*["']?([\w.-]+)["']?[ \t]*$/i;
const VALUE = /^([ \t]*(?:- +)?["']?value["']?[ \t]*:[ \t]*)/i;
const UNCLOSED = /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*[=:][ \t]*(["'])(.*)$/;

/** A variable and its value without a sign between them, as in a Dockerfile or by mistake in a `.env`. */
const BARE = /^[ \t]*(?:(?:export|ENV|ARG|setenv)[ \t]+)?([A-Z][A-Z\d_]{2,64})[ \t]+(?=[^\s:=])/;

function bare(line: string): Range[] {
  const [whole, name = ''] = BARE.exec(line) ?? [];
  return whole !== undefined && namesSecret(name) ? [{ from: whole.length, to: line.length }] : [];
}

/** The secrets that a line gives away by itself: by keys, options, addresses and forms. */
export function inLine(line: string): Range[] {
  const ranges = [...inAssignments(line), ...bare(line), ...inOptions(line), ...inAddresses(line), ...shapes(line)];
  return [...ranges, ...inComment(line, ranges.length > 0)];
}

/** What an earlier line says about those behind it. */
type Open =
  | { kind: 'none' }
  /** The lines of a block of text, or the values of a section, that are indented deeper than this. */
  | { kind: 'block'; indent: number; map: boolean }
  /** The next word belongs to an option. */
  | { kind: 'word' }
  /** The next `value:` belongs to a name. */
  | { kind: 'value' }
  /** Until a line that holds this quote. */
  | { kind: 'quote'; quote: string }
  /** The lines of a private key. */
  | { kind: 'pem' };

/** The secrets of every line of a file, those included that a line in front of them names. Time is linear. */
export function inLines(lines: readonly string[]): readonly (readonly Range[])[] {
  let open: Open = { kind: 'none' };
  const documents = documentsOfSecrets(lines);
  return lines.map((line, index) => {
    const { ranges, next } = carried(line, open);
    open = next;
    const opening = OPENING.exec(line);
    if (!documents[index]) return [...ranges, ...inLine(line)];
    if (opening !== null && /^(?:data|stringData)$/.test(opening[2] ?? ''))
      open = { kind: 'block', indent: opening[1]?.length ?? 0, map: true };
    const flow = FLOW.exec(line);
    if (flow === null) return [...ranges, ...inLine(line)];
    const from = flow.index + flow[0].length;
    if (!line.includes('}', from)) open = { kind: 'block', indent: -1, map: true };
    return [...ranges, { from, to: line.length }, ...inLine(line)];
  });
}

const KIND = /(?:^|[\s{,])["']?kind["']?[ \t]*:[ \t]*["']?Secret["']?[ \t]*(?=$|[,}#])/;
/** Members of a Secret of Kubernetes in braces. */
const FLOW = /["']?(?:data|stringData)["']?[ \t]*:[ \t]*\{/;

/** For each line, whether its document is a Secret of Kubernetes, wherever in it that is. */
function documentsOfSecrets(lines: readonly string[]): readonly boolean[] {
  let document = 0;
  const of = lines.map((line) => (/^---/.test(line) ? ++document : document));
  const secrets = new Set(of.filter((_, index) => KIND.test(lines[index] ?? '')));
  return of.map((number) => secrets.has(number));
}

function carried(line: string, open: Open): { ranges: Range[]; next: Open } {
  const body = line.search(/\S/);
  const whole = { from: Math.max(0, body), to: line.length };
  if (open.kind === 'pem') return { ranges: [whole], next: /-----END/.test(line) ? { kind: 'none' } : open };
  if (open.kind === 'quote') {
    const close = line.indexOf(open.quote);
    return close < 0 ? { ranges: [whole], next: open } : { ranges: [{ from: 0, to: close }], next: { kind: 'none' } };
  }
  if (open.kind === 'block' && (body < 0 || body > open.indent))
    return { ranges: body < 0 ? [] : open.map ? member(line, body) : [item(line)], next: open };
  const ranges: Range[] = [];
  if (open.kind === 'word' && body >= 0) ranges.push(item(line));
  const value = open.kind === 'value' ? VALUE.exec(line) : null;
  if (value !== null && !/^(?:\$[({]|os\.environ)/.test(line.slice(value[0].length, value[0].length + 16)))
    ranges.push({ from: value[0].length, to: line.length });
  return { ranges, next: opened(line, open.kind === 'value' && value === null && /^[ \t]+[^-]/.test(line)) };
}

function opened(line: string, keeps: boolean): Open {
  if (/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/.test(line) && !/-----END/.test(line)) return { kind: 'pem' };
  const opening = OPENING.exec(line);
  if (opening !== null && namesSecret(opening[2] ?? '')) return { kind: 'block', indent: opening[1]?.length ?? 0, map: false };
  const name = NAMED.exec(line)?.[1];
  if (name !== undefined && namesSecret(name)) return { kind: 'value' };
  const [, key = '', quote = '', rest = ''] = UNCLOSED.exec(line) ?? [];
  if (quote !== '' && namesSecret(key) && !rest.includes(quote)) return { kind: 'quote', quote };
  const option = HANGING.exec(line.slice(-200))?.[1];
  if (option !== undefined && isSecretOption(option)) return { kind: 'word' };
  return keeps ? { kind: 'value' } : { kind: 'none' };
}

/** A line without what YAML and shells write around its text. */
function item(line: string): Range {
  const from = /^[\s\-"'[,\\]*/.exec(line)?.[0].length ?? 0;
  let to = line.length;
  while (to > from && /[\s"',\]\\]/.test(line[to - 1] ?? '')) to--;
  return { from, to };
}

/** The value of a member of a section whose values are all secrets. */
function member(line: string, body: number): Range[] {
  const colon = line.indexOf(':', body);
  const from = colon < 0 ? body : colon + 1 + (/^[\s"']*/.exec(line.slice(colon + 1))?.[0].length ?? 0);
  return from < line.length && !/^[|>][-+\d]{0,2}\s*$/.test(line.slice(from)) ? [{ from, to: line.length }] : [];
}
