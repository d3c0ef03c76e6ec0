import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseAllDocuments,
  parseDocument,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import { readText } from './file.ts';
import { TOO_DEEP, tooDeep } from './nesting.ts';
import { type Path, type Position, type Problem, pathText } from './problem.ts';
import { firstSlip } from './yaml-slip.ts';

/** A file may refer to its anchors this often; more is an attempt to fill the memory. */
const MAX_ALIASES = 100;

/**
 * What the codes of the yaml package mean to the person who wrote the file. Its own messages are not
 * used: some quote the text, which may be a password.
 */
const SYNTAX: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'has a * without the name of an anchor; put a text that begins with * in quotes',
  BAD_DQ_ESCAPE: 'has an unknown \\ escape in double quotes; use single quotes, or write \\\\',
  BAD_INDENT: 'is not indented like its neighbours, or a bracket above it is not closed',
  BAD_SCALAR_START: 'begins with a character that needs quotes',
  BLOCK_AS_IMPLICIT_KEY: 'has a key and a value too many in one line; quote a value that contains a colon',
  MISSING_CHAR: 'lacks a colon, comma, bracket or quote, or is not indented like its neighbours',
  MULTILINE_IMPLICIT_KEY: 'has a key over several lines; is a colon missing?',
  MULTIPLE_DOCS: 'a second document begins here; keep one',
  RESOURCE_EXHAUSTION: TOO_DEEP,
  NON_STRING_KEY: 'a key must be text',
  TAB_AS_INDENT: 'is indented with a tab; use spaces',
  TAG_RESOLVE_FAILED: 'has an unknown !tag; put a text that begins with ! in quotes',
  UNEXPECTED_TOKEN: 'is not expected here',
};

/** A file as plain values, and where each of them is. */
export interface Source {
  tree: object;
  /** Position of the key or item at a path, or of the nearest one around it. */
  position(path: Path): Position | undefined;
  /** Where a tag such as `!reset` is. */
  tagged(tag: string): readonly Path[];
}

/** Reads a YAML file: its content, or what is wrong with it. */
export async function readYaml(file: string): Promise<Source | Problem[]> {
  const read = await readText(file);
  if ('reason' in read) return [{ path: '', message: `${file} ${read.reason}` }];
  return parseYaml(read.text, file);
}

/** Parses the text of a file; the name is only for messages. */
export function parseYaml(text: string, file: string): Source | Problem[] {
  return parseTree(text, file, 'sections');
}

/** Parses the text of a file that is a list. Every value is text as it is written: `3` and `yes` are not numbers and switches. */
export function parseYamlList(text: string, file: string): Source | Problem[] {
  return parseTree(text, file, 'list');
}

/** What a file is at its top, and what it has to be in words. */
const TOP = { sections: 'must be sections such as redis: and gateways:', list: 'must be a list, each entry with a dash' } as const;

function parseTree(text: string, file: string, top: keyof typeof TOP): Source | Problem[] {
  const lines = new LineCounter();
  const at = positions(lines, file);
  const deep = tooDeep(text, file);
  if (deep !== undefined) return [deep];
  if (text.includes('\r') && !text.includes('\n'))
    return [{ path: '', message: `${file} ends its lines with a carriage return alone; end them with a line feed` }];
  const document = withoutStacks(() =>
    parseDocument(text, { ...OPTIONS, ...(top === 'list' && { schema: 'failsafe' }), lineCounter: lines }),
  );
  if (document === undefined) return [{ path: '', message: `${file} ${TOO_DEEP}` }];
  const broken = syntaxProblems([...document.errors, ...document.warnings], at, text);
  const problems = broken.length === 0 ? [...duplicateKeys(document, at), ...missingAnchors(document, at)] : broken;
  if (problems.length > 0) return problems;
  const source = sourceOf(document, file, at, TOP[top], top === 'list');
  if (source === undefined) return [{ path: '', message: `${file} is empty` }];
  return 'message' in source ? [source] : source;
}

/**
 * Parses a file of one or more documents whose readers are less strict than this program: a key that is
 * given twice is a problem, but its document is kept, and the later value counts. Documents without content
 * are left out. Version 1.1 is what PyYAML and Kubernetes read: there `yes` and `on` are true, and an unknown
 * tag is an error.
 */
export function parseYamlStream(text: string, file: string, version: '1.1' | '1.2'): { documents: Source[]; problems: Problem[] } {
  const lines = new LineCounter();
  const at = positions(lines, file);
  const documents: Source[] = [];
  const deep = tooDeep(text, file);
  if (deep !== undefined) return { documents: [], problems: [deep] };
  const problems: Problem[] = [];
  const parsed = withoutStacks(() => parseAllDocuments(text, { ...OPTIONS, version, lineCounter: lines }));
  if (parsed === undefined) return { documents: [], problems: [{ path: '', message: `${file} ${TOO_DEEP}` }] };
  for (const document of parsed) {
    const errors = version === '1.1' ? [...document.errors, ...document.warnings] : document.errors;
    for (const problem of syntaxProblems(errors, at, text)) problems.push(problem);
    for (const problem of duplicateKeys(document, at)) problems.push(problem);
    const source = errors.length > 0 ? undefined : sourceOf(document, file, at, 'must be sections with keys');
    if (source !== undefined && 'message' in source) problems.push(source);
    else if (source !== undefined) {
      const begin = at(start(document.contents) ?? 0);
      documents.push({ ...source, position: (path) => (path.length === 0 ? begin : source.position(path)) });
    }
  }
  return { documents, problems };
}

// The check for unique keys of the yaml package compares all pairs: minutes for a map of 1 MiB.
const OPTIONS = { prettyErrors: false, merge: true, stringKeys: true, uniqueKeys: false } as const;

/**
 * The yaml package makes an error for each fault of a text; where a text has thousands of them, their stacks take most of the
 * time. Undefined where a text nests so deeply in a way of its own that the stack ends.
 */
function withoutStacks<T>(parse: () => T): T | undefined {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return parse();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  } finally {
    Error.stackTraceLimit = before;
  }
}

function positions(lines: LineCounter, file: string): (offset: number) => Position {
  return (offset) => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
}

/** The content of a document without syntax errors; undefined when it has none, a problem when it is not a section with keys. */
function sourceOf(
  document: Document,
  file: string,
  at: (offset: number) => Position,
  wanted: string,
  isList = false,
): Source | Problem | undefined {
  try {
    const tree: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    if (tree === null || tree === undefined) return undefined;
    if (typeof tree !== 'object' || !(isList ? isSeq(document.contents) : isMap(document.contents)))
      return { path: '', message: wanted, at: at(0) };
    if (isCircular(tree, [])) return { path: '', message: `${file} has an anchor that contains itself` };
    return { tree, position: (path) => nearest(document, path, at), tagged: (tag) => taggedPaths(document, tag) };
  } catch (error) {
    if (error instanceof ReferenceError) return { path: '', message: `${file} ${aliasReason(error)}` };
    if (error instanceof RangeError) return { path: '', message: `${file} is nested too deeply` };
    throw error;
  }
}

function taggedPaths({ contents }: Document, tag: string): Path[] {
  const paths: Path[] = [];
  const open: { node: unknown; path: Path }[] = [{ node: contents, path: [] }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, path } = next;
    if (isNode(node) && node.tag === tag) paths.push(path);
    if (isSeq(node)) for (const [index, item] of node.items.entries()) open.push({ node: item, path: [...path, index] });
    if (isMap(node))
      for (const { key, value } of node.items) open.push({ node: value, path: [...path, String(isScalar(key) ? key.value : key)] });
  }
  return paths;
}

/** The yaml package throws the same error for an anchor that is missing and for one that is used too often. */
function aliasReason({ message }: ReferenceError): string {
  return message.startsWith('Unresolved alias')
    ? 'refers to an anchor that it does not have'
    : `uses its anchors more than ${MAX_ALIASES} times`;
}

function isCircular(node: unknown, around: readonly unknown[]): boolean {
  if (node === null || typeof node !== 'object' || ArrayBuffer.isView(node)) return false;
  if (around.includes(node)) return true;
  const inside = [...around, node];
  return Object.values(node).some((child) => isCircular(child, inside));
}

/** The first error of each line, and none after a slip: those after it only follow from it. */
function syntaxProblems(errors: readonly YAMLError[], at: (offset: number) => Position, text: string): Problem[] {
  const problems = new Map<number, Problem>();
  let lines: readonly string[] | undefined;
  for (const [index, { code, pos }] of errors.entries()) {
    const position = at(pos[0]);
    // One look at the text is enough: what it would find later comes after the first.
    const slip = index === 0 && code !== 'TAB_AS_INDENT' ? firstSlip(text, position.line) : undefined;
    if (slip !== undefined) return [{ path: '', message: slip.message, at: { ...position, line: slip.line, column: slip.column } }];
    if (problems.has(position.line)) continue;
    lines ??= text.split('\n');
    problems.set(position.line, { path: '', message: syntaxMessage(code, lines[position.line - 1] ?? ''), at: position });
  }
  return [...problems.values()];
}

function syntaxMessage(code: string, line: string): string {
  return code === 'NON_STRING_KEY' && line.includes('{{') ? 'has a template {{ }} that was not filled in' : (SYNTAX[code] ?? 'is not YAML');
}

/** Each alias whose anchor the file does not have. */
function missingAnchors({ contents }: Document, at: (offset: number) => Position): Problem[] {
  const anchors = new Set<string>();
  const aliases: { source: string; offset: number }[] = [];
  const open: unknown[] = [contents];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (isAlias(node)) aliases.push({ source: node.source, offset: start(node) ?? 0 });
    else if (isNode(node) && 'anchor' in node && typeof node.anchor === 'string') anchors.add(node.anchor);
    if (isSeq(node)) for (const item of node.items.toReversed()) open.push(item ?? null);
    if (isMap(node)) for (const { key, value } of node.items.toReversed()) open.push(value ?? null, key ?? null);
  }
  return aliases
    .filter(({ source }) => !anchors.has(source))
    .map(({ offset }) => ({
      path: '',
      message: 'refers with * to an anchor that the file does not have; put a text that begins with * in quotes',
      at: at(offset),
    }));
}

/** Walks by itself: the `visit` of the yaml package copies the path to a node at each step. */
function duplicateKeys({ contents }: Document, at: (offset: number) => Position): Problem[] {
  const problems: Problem[] = [];
  const open: unknown[] = [contents];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (isSeq(node)) for (const item of node.items.toReversed()) open.push(item ?? null);
    if (!isMap(node)) continue;
    const seen = new Map<string, number>();
    for (const { key } of node.items) {
      const name = String(isScalar(key) ? key.value : key);
      const place = at(start(key) ?? 0);
      const first = seen.get(name);
      if (first === undefined) seen.set(name, place.line);
      else problems.push({ path: pathText([name]), message: `this key is given twice, first in line ${first}; keep one`, at: place });
    }
    for (const { value } of node.items.toReversed()) open.push(value ?? null);
  }
  return problems;
}

function nearest(document: Document, path: Path, at: (offset: number) => Position): Position | undefined {
  let node: unknown = document.contents;
  let offset = path.length === 0 ? 0 : undefined;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    const next = child(node, step);
    if (!next) break;
    offset = next.offset ?? offset;
    node = next.node;
  }
  return offset === undefined ? undefined : at(offset);
}

/** The first pair of each key of a map, kept because a file of many keys is asked for the places of many. */
const PAIRS = new WeakMap<YAMLMap, Map<unknown, Pair>>();

function pairsOf(map: YAMLMap): Map<unknown, Pair> {
  const known = PAIRS.get(map);
  if (known !== undefined) return known;
  const pairs = new Map<unknown, Pair>();
  for (const pair of map.items) {
    const key = isScalar(pair.key) ? String(pair.key.value) : pair.key;
    if (!pairs.has(key)) pairs.set(key, pair);
  }
  PAIRS.set(map, pairs);
  return pairs;
}

function child(node: unknown, step: string | number): { node: unknown; offset: number | undefined } | undefined {
  if (isMap(node)) {
    const pair = pairsOf(node).get(step);
    return pair && { node: pair.value, offset: start(pair.key) };
  }
  if (!isSeq(node) || typeof step !== 'number') return undefined;
  const item = node.items[step];
  return item === undefined ? undefined : { node: item, offset: start(item) };
}

function start(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
