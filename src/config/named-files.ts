import { basename } from 'node:path';
import { readText } from '../source/file.ts';
import type { Fault, Path } from '../source/problem.ts';
import { readSecret, Secret } from '../source/secret.ts';
import { isTemplate } from './lists/template.ts';

const SECRET_FILE_KEYS: ReadonlySet<string> = new Set(['password_file', 'api_key_file', 'credentials_file']);
/** An empty one counts for OpenSSL as not given. */
const PEM_FILE_KEYS: ReadonlySet<string> = new Set(['ca_file', 'cert_file', 'key_file']);

/** A file that a tree names, and the key that does; the key of a secret is that of its file. */
interface Named {
  file: string;
  path: Path;
  key: string;
}

/**
 * Reads every file that a resolved tree names once, so that a missing one and an empty secret or
 * certificate are faults at the start and not at the first use. What is in them is not kept.
 */
export async function namedFileFaults(tree: unknown): Promise<Fault[]> {
  const reasons = new Map<string, string | undefined>();
  const faults: Fault[] = [];
  for (const { file, path, key } of namedFiles(tree, [])) {
    const kind = SECRET_FILE_KEYS.has(key) ? 'secret' : PEM_FILE_KEYS.has(key) ? 'pem' : 'file';
    const id = `${kind} ${file}`;
    if (!reasons.has(id)) reasons.set(id, await reasonAgainst(file, kind));
    const reason = reasons.get(id);
    if (reason === ABSENT && kind === 'secret' && isLikeSecret(basename(file)))
      faults.push({
        path,
        message: 'names a file that does not exist, in letters as a secret has them',
        suggestion: `write the path of a file here, or the secret itself into ${secretKey(path)}`,
      });
    else if (reason !== undefined)
      faults.push({ path, message: `${file} ${reason}`, ...(file.includes('/~') && { suggestion: 'write the path without ~' }) });
  }
  return faults;
}

/** What `readText` says of a file that is not there. */
const ABSENT = 'does not exist';

/** Whether the name of a missing file may be the secret that was meant: it has no end, and letters and digits, or the form of a key. */
function isLikeSecret(name: string): boolean {
  return !name.includes('.') && (/^sk-/.test(name) || (name.length >= 8 && /\d/.test(name) && /[A-Za-z]/.test(name)));
}

function secretKey(path: Path): string {
  return String(path.at(-1) ?? '').replace(/_file$/, '');
}

function namedFiles(node: unknown, path: Path): Named[] {
  if (node instanceof Secret) return node.file === undefined ? [] : [{ file: node.file, path, key: 'password_file' }];
  if (Array.isArray(node)) return node.flatMap((item: unknown, index) => namedFiles(item, [...path, index]));
  if (node === null || typeof node !== 'object') return [];
  return Object.entries(node).flatMap(([key, value]) => {
    // Which file it is depends on the labels of each entry.
    if (path[0] === 'classes' && typeof value === 'string' && isTemplate(value)) return [];
    if (typeof value === 'string' && value !== '' && key.endsWith('_file')) return [{ file: value, path: [...path, key], key }];
    return namedFiles(value, [...path, key]);
  });
}

async function reasonAgainst(file: string, kind: 'secret' | 'pem' | 'file'): Promise<string | undefined> {
  const read = kind === 'secret' ? await readSecret(file) : await readText(file);
  if ('reason' in read) return read.reason;
  return kind === 'pem' && read.text.trim() === '' ? 'is empty' : undefined;
}
