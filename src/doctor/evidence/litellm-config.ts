import type { Path, Problem } from '../../source/problem.ts';
import { parseYamlStream, type Source } from '../../source/yaml.ts';
import type { Place } from '../place.ts';
import type { LitellmConfig } from '../setup.ts';
import { otherForm } from './other-form.ts';

/** Files that an `include` may lead to. */
const MAX_FILES = 200;

/** Reads a file by a path that is relative to another one: its text and how it is called in messages, or why not. */
export type ReadRelative = (path: string, from: string) => { text: string; file: string } | { reason: string };

interface Part {
  source: Source;
  file: string;
  /** Per list of the top level, where the entries of this part begin in the merged one. */
  offsets: ReadonlyMap<string, number>;
}

/**
 * Merges a LiteLLM configuration with the files of its `include`, as LiteLLM does. Lists of the top level are joined. Any
 * other section of an included file replaces the one before it. A file is read once. YAML is read as PyYAML reads it (version
 * 1.1).
 */
export function readLitellmConfig(
  text: string,
  file: string,
  read: ReadRelative,
): { config: LitellmConfig | undefined; problems: Problem[] } {
  const problems: Problem[] = [];
  const main = parse(text, file, problems);
  if (main === undefined) return { config: undefined, problems };
  const other = otherForm(main.tree, 'litellm');
  if (other !== undefined) problems.push({ path: '', message: other.message, suggestion: other.fix, at: main.position([]) });
  const tree: Record<string, unknown> = {};
  const parts: Part[] = [];
  const seen = new Set([file]);
  const open: { source: Source; file: string; chain: readonly string[] }[] = [{ source: main, file, chain: [file] }];
  for (let part = open.shift(); part !== undefined; part = open.shift()) {
    parts.push({ source: part.source, file: part.file, offsets: merge(tree, part.source.tree) });
    for (const [index, name] of includes(part.source, part.file, problems).entries()) {
      const at = part.source.position(['include', index]);
      const found = read(name, part.file);
      if ('reason' in found) problems.push({ path: `include[${index}]`, message: `${name} ${found.reason}`, at });
      else if (part.chain.includes(found.file)) problems.push({ path: `include[${index}]`, message: `${found.file} includes itself`, at });
      else if (!seen.has(found.file) && seen.size < MAX_FILES) {
        seen.add(found.file);
        const source = parse(found.text, found.file, problems);
        if (source !== undefined) open.push({ source, file: found.file, chain: [...part.chain, found.file] });
      }
    }
  }
  return { config: { file, tree, place: (path) => placeOf(path, parts, file) }, problems };
}

function parse(text: string, file: string, problems: Problem[]): Source | undefined {
  const parsed = parseYamlStream(text, file, '1.1');
  for (const problem of parsed.problems) problems.push(problem);
  const [source, second] = parsed.documents;
  if (source === undefined && parsed.problems.length === 0)
    problems.push({ path: '', message: 'is empty', at: { file, line: 1, column: 1 } });
  if (second !== undefined) problems.push({ path: '', message: 'has a second document; LiteLLM reads one', at: second.position([]) });
  return source;
}

/** Merges the sections of a file into what is there, and tells where its entries of each list begin. */
function merge(tree: Record<string, unknown>, added: object): Map<string, number> {
  const offsets = new Map<string, number>();
  for (const [key, value] of Object.entries(added)) {
    if (key === 'include') continue;
    const before = Object.hasOwn(tree, key) ? tree[key] : undefined;
    const joined = Array.isArray(before) && Array.isArray(value);
    offsets.set(key, joined ? before.length : 0);
    Object.defineProperty(tree, key, {
      value: joined ? [...before, ...value] : value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return offsets;
}

function includes({ tree, position }: Source, file: string, problems: Problem[]): string[] {
  const list: unknown = Object.hasOwn(tree, 'include') ? Reflect.get(tree, 'include') : [];
  if (Array.isArray(list) && list.every((entry) => typeof entry === 'string' && entry !== '')) return list;
  problems.push({ path: 'include', message: 'must be a list of file names', at: position(['include']) ?? { file, line: 1, column: 1 } });
  return [];
}

function placeOf(path: Path, parts: readonly Part[], file: string): Place {
  const [key, index, ...rest] = path;
  for (const { source, offsets } of parts.toReversed()) {
    const offset = offsets.get(String(key));
    if (offset === undefined || (typeof index === 'number' && index < offset)) continue;
    const own = typeof index === 'number' ? [String(key), index - offset, ...rest] : path;
    const at = source.position(own);
    if (at !== undefined) return { source: at.file, line: at.line, column: at.column };
  }
  return { source: file, line: 1, column: 1 };
}
