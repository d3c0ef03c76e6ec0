import { dirname, join, relative, resolve } from 'node:path';
import type { Setup } from '../setup.ts';
import { bytesOf, statusOf } from './disk.ts';
import { trackedPaths } from './git-index.ts';

/** Whether git tracks a file, and whether everyone on this machine may read it. */
export function exposures(names: readonly string[], directory: string): Setup['exposure'] {
  const root = repository(directory);
  const tracked = root === undefined ? undefined : trackedPaths(root.index);
  const known = new Map(
    names.map((name) => {
      const path = resolve(directory, name);
      const mode = statusOf(path)?.mode ?? 0;
      const inside = root === undefined ? '' : relative(root.folder, path);
      return [name, { tracked: tracked?.has(inside) ?? false, worldReadable: (mode & 0o004) !== 0 }] as const;
    }),
  );
  return (file) => known.get(file);
}

const MAX_GIT_INDEX_BYTES = 64 * 1_048_576;

/** The work tree around a directory with the index of git; undefined without one, or when it is too large to read. */
function repository(directory: string): { folder: string; index: Buffer } | undefined {
  for (let folder = resolve(directory); ; folder = dirname(folder)) {
    const found = gitFolder(join(folder, '.git'));
    const index = found === undefined ? undefined : bytesOf(join(found, 'index'), MAX_GIT_INDEX_BYTES);
    if (found !== undefined) return index === undefined ? undefined : { folder, index };
    if (dirname(folder) === folder) return undefined;
  }
}

/** `.git` itself, or the folder that it names in a linked work tree. */
function gitFolder(path: string): string | undefined {
  const found = statusOf(path);
  if (found === undefined || found.isDirectory()) return found && path;
  const named = /^gitdir: (.+)$/m.exec(bytesOf(path, MAX_GIT_INDEX_BYTES)?.toString('utf8') ?? '')?.[1];
  return named === undefined ? undefined : resolve(dirname(path), named);
}
