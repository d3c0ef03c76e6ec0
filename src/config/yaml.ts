import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type YAMLError } from 'yaml';
import { readText } from './file.ts';
import type { Path, Position, Problem } from './problem.ts';

/** A file may refer to its anchors this often; more is an attempt to fill the memory. */
const MAX_ALIASES = 100;

/**
 * What the codes of the yaml package mean to the person who wrote the file. Its own messages are not
 * used: some quote the text, which may be a password.
 */
const SYNTAX: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'refers to an anchor that does not exist above it',
  BAD_DQ_ESCAPE: 'has an unknown \\ escape in double quotes; use single quotes, or write \\\\',
  BAD_INDENT: 'is not indented like its neighbours',
  BAD_SCALAR_START: 'begins with a character that needs quotes',
  BLOCK_AS_IMPLICIT_KEY: 'has a key and a value too many in one line; quote a value that contains a colon',
  DUPLICATE_KEY: 'this key is given twice',
  MISSING_CHAR: 'lacks a colon, comma, bracket or quote',
  MULTILINE_IMPLICIT_KEY: 'has a key over several lines; is a colon missing?',
  MULTIPLE_DOCS: 'a second document begins here; keep one',
  TAB_AS_INDENT: 'is indented with a tab; use spaces',
  TAG_RESOLVE_FAILED: 'has an unknown !tag',
  UNEXPECTED_TOKEN: 'is not expected here',
};

/** A file as plain values, and where each of them stands. */
export interface Source {
  tree: object;
  /** Position of the key or item at a path, or of the nearest one around it. */
  position(path: Path): Position | undefined;
}

/** Reads a YAML file: its content, or what is wrong with it. */
export function readYaml(file: string): Source | Problem[] {
  const read = readText(file);
  if ('reason' in read) return [{ path: '', message: `${file} ${read.reason}` }];
  return parseYaml(read.text, file);
}

/** Parses the text of a file; the name is only for messages. */
export function parseYaml(text: string, file: string): Source | Problem[] {
  const lines = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
    const errors: YAMLError[] = [...document.errors, ...document.warnings];
    if (errors.length > 0) return errors.map((error) => syntaxProblem(error, at));
    const tree: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    if (tree === null || tree === undefined) return [{ path: '', message: `${file} is empty` }];
    if (typeof tree !== 'object' || !isMap(document.contents))
      return [{ path: '', message: 'must be sections such as redis: and gateways:', at: at(0) }];
    return { tree, position: (path) => nearest(document, path, at) };
  } catch (error) {
    if (error instanceof ReferenceError) return [{ path: '', message: `${file} uses its anchors more than ${MAX_ALIASES} times` }];
    if (error instanceof RangeError) return [{ path: '', message: `${file} is nested too deeply` }];
    throw error;
  }
}

function syntaxProblem(error: YAMLError, at: (offset: number) => Position): Problem {
  return { path: '', message: SYNTAX[error.code] ?? 'is not YAML', at: at(error.pos[0]) };
}

function nearest(document: Document, path: Path, at: (offset: number) => Position): Position | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    const next = child(node, step);
    if (!next) break;
    offset = next.offset ?? offset;
    node = next.node;
  }
  return offset === undefined ? undefined : at(offset);
}

function child(node: unknown, step: string | number): { node: unknown; offset: number | undefined } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => (isScalar(key) ? String(key.value) : key) === step);
    return pair && { node: pair.value, offset: start(pair.key) };
  }
  if (!isSeq(node) || typeof step !== 'number') return undefined;
  const item = node.items[step];
  return item === undefined ? undefined : { node: item, offset: start(item) };
}

function start(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
