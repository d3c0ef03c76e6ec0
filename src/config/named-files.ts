import { readText } from './file.ts';
import type { Fault, Path } from './problem.ts';
import { Secret } from './secret.ts';

const SECRET_FILE_KEYS: ReadonlySet<string> = new Set(['password_file', 'api_key_file']);

/**
 * Reads every file that a resolved tree names once, so that a missing one is a fault at the start and
 * not at the first rotation. What is in them is not kept.
 */
export function namedFileFaults(node: unknown, path: Path = []): Fault[] {
  if (node instanceof Secret) return node.file === undefined ? [] : fileFaults(node.file, path, true);
  if (Array.isArray(node)) return node.flatMap((item: unknown, index) => namedFileFaults(item, [...path, index]));
  if (node === null || typeof node !== 'object') return [];
  return Object.entries(node).flatMap(([key, value]) => {
    if (typeof value === 'string' && value !== '' && key.endsWith('_file'))
      return fileFaults(value, [...path, key], SECRET_FILE_KEYS.has(key));
    return namedFileFaults(value, [...path, key]);
  });
}

function fileFaults(file: string, path: Path, isSecret: boolean): Fault[] {
  const read = readText(file);
  if ('reason' in read) return [{ path, message: `${file} ${read.reason}` }];
  return isSecret && read.text.trim() === '' ? [{ path, message: `${file} is empty` }] : [];
}
