import { dirname, resolve } from 'node:path';
import { type FileText, readText } from '../source/file.ts';
import { foreignReference } from '../source/foreign.ts';
import type { Fault, Path } from '../source/problem.ts';
import { Secret } from '../source/secret.ts';

/** The keys whose values are secrets. */
const SECRET_KEYS: ReadonlySet<string> = new Set(['password', 'api_key', 'credentials']);

/** A tree whose references are resolved. */
export interface Interpolated {
  tree: Record<string, unknown>;
  faults: Fault[];
  /** Names of the environment variables that the tree refers to. */
  variables: ReadonlySet<string>;
}

interface Context {
  directory: string;
  env: Readonly<Record<string, string | undefined>>;
  faults: Fault[];
  variables: Set<string>;
  /** What is in the files that are referred to, by their absolute path. */
  contents: ReadonlyMap<string, FileText>;
}

const REFERENCE = /\$\$|\$\{([^}]*)(\}?)/g;
const PASSWORD_IN_URL = /^[a-z]+:\/\/[^:/?#]*:(.*)@[^@]*$/i;
const LITELLM = /^\s*os\.environ\//;
const WHOLE_FILE = /^\$\{file:([^}]*)\}$/;

/**
 * Resolves `${env:NAME}` and `${file:PATH}` in every string of a parsed file; `$$` is one `$`, any other
 * `$` stays. A secret key whose whole value is `${file:PATH}` becomes a Secret that is read at each use.
 * Values of keys that end in `_file`, and those of `files`, become absolute. Relative paths start at the directory of `file`.
 * Keys without a value are left out.
 */
export async function interpolate(tree: object, file: string, env: Readonly<Record<string, string | undefined>>): Promise<Interpolated> {
  const directory = dirname(resolve(file));
  const contents = new Map<string, FileText>();
  for (const path of new Set(filesIn(tree))) contents.set(resolve(directory, path), await readText(resolve(directory, path)));
  const context: Context = { directory, env, faults: [], variables: new Set(), contents };
  return { tree: section(tree, [], context), faults: context.faults, variables: context.variables };
}

/** The files that texts refer to, but for secrets, which are read at each use. */
function filesIn(node: unknown, key = ''): string[] {
  if (typeof node === 'string') {
    if (SECRET_KEYS.has(key) && WHOLE_FILE.test(node)) return [];
    return [...node.matchAll(REFERENCE)].flatMap(([, reference = '', end]) =>
      end === '}' && reference.startsWith('file:') ? [reference.slice(5)] : [],
    );
  }
  if (node === null || typeof node !== 'object') return [];
  return Object.entries(node).flatMap(([name, value]) => filesIn(value, name));
}

function walk(node: unknown, path: Path, context: Context): unknown {
  if (typeof node === 'string') return text(node, path, context);
  if (Array.isArray(node)) return node.map((item: unknown, index) => walk(item, [...path, index], context));
  return node === null || typeof node !== 'object' ? node : section(node, path, context);
}

function section(node: object, path: Path, context: Context): Record<string, unknown> {
  const given = Object.entries(node).filter(([key, value]) => !isBlank(value) || isLost(key, value, path, context));
  return Object.fromEntries(given.map(([key, value]) => [key, entry(key, value, [...path, key], context)]));
}

/** A secret that YAML took for a comment or an anchor would be missed without a word, and the login with it. */
function isLost(key: string, value: unknown, path: Path, context: Context): boolean {
  if (value === null && SECRET_KEYS.has(key))
    fault(context, [...path, key], 'has no value', 'put a secret that begins with # or & in quotes, or take the key away');
  return false;
}

/** `key:` with nothing behind it, and a group of such keys, count as not written. */
export function isBlank(value: unknown): boolean {
  if (value === null) return true;
  if (typeof value !== 'object' || Array.isArray(value)) return false;
  const values = Object.values(value);
  return values.length > 0 && values.every(isBlank);
}

function entry(key: string, value: unknown, path: Path, context: Context): unknown {
  if (key === 'files' && Array.isArray(value)) {
    const files: unknown[] = value.map((item: unknown, index) => walk(item, [...path, index], context));
    return files.map((file) => (typeof file === 'string' && file !== '' ? resolve(context.directory, file) : file));
  }
  if (typeof value !== 'string') return walk(value, path, context);
  const [, secretFile] = SECRET_KEYS.has(key) ? (WHOLE_FILE.exec(value) ?? []) : [];
  if (secretFile !== undefined) return Secret.fromFile(resolve(context.directory, secretFile));
  // In a secret any of them; in other values the one that is no text of anything else.
  const suspect = SECRET_KEYS.has(key) ? value : key === 'url' ? (PASSWORD_IN_URL.exec(value)?.[1] ?? '') : '';
  const ours = /\$\{(env|file):/.test(suspect);
  const foreign =
    (ours ? undefined : foreignReference(suspect, 'file')) ?? (LITELLM.test(value) ? foreignReference(value, 'file') : undefined);
  if (foreign !== undefined) return fault(context, path, foreign.message, foreign.suggestion);
  const resolved = text(value, path, context);
  return key.endsWith('_file') && resolved !== '' ? resolve(context.directory, resolved) : resolved;
}

function text(value: string, path: Path, context: Context): string {
  return value.replace(REFERENCE, (match, reference: string | undefined, end: string) => {
    if (match === '$$' || reference === undefined) return '$';
    if (end === '') return fault(context, path, 'has a reference that is not closed', 'add }, or write $$ for a dollar sign');
    return lookUp(reference, path, context);
  });
}

function lookUp(reference: string, path: Path, context: Context): string {
  if (reference.startsWith('file:')) return content(resolve(context.directory, reference.slice(5)), path, context);
  if (!reference.startsWith('env:')) {
    const name = /^[A-Za-z_][A-Za-z0-9_]*$/.test(reference) ? reference : 'NAME';
    return fault(context, path, 'has an unknown reference', `write \${env:${name}} or \${file:PATH}, and $$ for a dollar sign`);
  }
  const name = reference.slice(4);
  context.variables.add(name);
  return context.env[name] ?? fault(context, path, `environment variable ${name} is not set`, 'set it where the exporter starts');
}

function content(file: string, path: Path, context: Context): string {
  const read = context.contents.get(file) ?? { reason: 'was not read' };
  return 'reason' in read ? fault(context, path, `${file} ${read.reason}`) : read.text.replace(/\r?\n$/, '');
}

function fault(context: Context, path: Path, message: string, suggestion?: string): string {
  context.faults.push(suggestion === undefined ? { path, message } : { path, message, suggestion });
  return '';
}
