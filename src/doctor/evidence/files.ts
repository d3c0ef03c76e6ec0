import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { Problem } from '../../source/problem.ts';
import type { Place } from '../place.ts';
import type { ReadNamed } from './variables/envrc.ts';

/** What is done with the file system. */
export interface Disk {
  /** The text of a file, or why there is none. */
  text(path: string): { text: string } | { reason: string };
  exists(path: string): boolean;
  /** Whether a file begins with a byte order mark, which is not part of its text. */
  marked(path: string): boolean;
  isFolder(path: string): boolean;
  /** The files below a folder; `whole` is false where it holds too many to look at all of them. */
  below(path: string): { files: readonly string[]; whole: boolean };
}

/** The files that were read, each once, by the names that people know them by. */
export interface Files {
  /** Reads a file by its path from the directory; a problem when that fails. */
  read(path: string, place?: Place): { text: string; file: string } | undefined;
  /** Reads a file that another one names, by its path from there. */
  named: ReadNamed;
  /** The same for LiteLLM's `include`: beside the file that names it, else beside the main one. */
  included(path: string, from: string, main: string): { text: string; file: string } | { reason: string };
  exists(path: string): boolean;
  isFolder(path: string): boolean;
  /** Why a file that is there gives no text; undefined where it does, or is not there. */
  unreadable(path: string): string | undefined;
  /** The text of a file that may turn out to be of no interest: it is not counted among those that were read. */
  glance(path: string): string | undefined;
  /** The manifests of a folder, or the file itself. */
  manifests(path: string): readonly string[];
  line(file: string, number: number): string | undefined;
  ending(file: string): '\n' | '\r\n';
  lineEnding(file: string, number: number): string;
  marked(file: string): boolean;
  names(): readonly string[];
  problems: readonly Problem[];
}

/** So many files of a folder are read as manifests. */
const MOST_MANIFESTS = 2_000;

const ADDRESS = /^[a-z][a-z\d+.-]{1,30}:\/\//i;

/** How most lines end. */
function usual(endings: readonly string[]): '\n' | '\r\n' {
  return 2 * endings.filter((ending) => ending === '\r\n').length > endings.length ? '\r\n' : '\n';
}

/** Files of one directory; every path in it is relative to it where it lies inside, else absolute. */
export function filesOf(directory: string, disk: Disk): Files {
  const lines = new Map<string, readonly string[]>();
  const endings = new Map<string, readonly string[]>();
  const problems: Problem[] = [];
  /** Each file is read once, so that all who ask see the same text, and a script that names one a thousand times costs one look. */
  const texts = new Map<string, { text: string } | { reason: string }>();
  const once = (path: string): { text: string } | { reason: string } => {
    const found = texts.get(path) ?? disk.text(path);
    texts.set(path, found);
    return found;
  };
  const label = (path: string): string => {
    if (ADDRESS.test(path)) return path;
    const inside = relative(directory, resolve(directory, path));
    return inside.startsWith('..') || isAbsolute(inside) ? resolve(directory, path) : inside;
  };
  const open = (path: string): { text: string; file: string } | { reason: string } => {
    const file = label(path);
    if (ADDRESS.test(path)) return { reason: 'is an address, not a file; nothing is fetched' };
    const found = once(resolve(directory, file));
    if ('reason' in found) return found;
    if (lines.has(file)) return { text: found.text, file };
    lines.set(file, found.text.split(/\r\n|\n|\r/));
    endings.set(file, found.text.match(/\r\n|\n|\r/g) ?? []);
    return { text: found.text, file };
  };
  const beside = (from: string, path: string): string => (isAbsolute(path) || ADDRESS.test(path) ? path : join(dirname(from), path));
  const exists = (path: string): boolean => disk.exists(resolve(directory, path));
  const problem = (path: string, reason: string, place: Place | undefined): undefined => {
    const at = place?.line === undefined ? undefined : { file: place.source, line: place.line, column: place.column ?? 1 };
    problems.push({ path: '', message: `${label(path)} ${reason}`, at });
  };
  const read = (path: string, place?: Place) => {
    const found = open(path);
    return 'reason' in found ? problem(path, found.reason, place) : found;
  };
  return {
    read,
    named: (path, place, required) => {
      const inside = beside(place.source, path);
      const target = disk.isFolder(resolve(directory, inside)) ? join(inside, '.envrc') : inside;
      return required || exists(target) ? read(target, place) : undefined;
    },
    included: (path, from, main) => {
      const near = beside(from, path);
      const far = beside(main, path);
      return open(!exists(near) && exists(far) ? far : near);
    },
    exists,
    isFolder: (path) => disk.isFolder(resolve(directory, path)),
    glance: (path) => {
      if (!exists(path)) return undefined;
      const found = once(resolve(directory, label(path)));
      return 'reason' in found ? undefined : found.text;
    },
    unreadable: (path) => {
      const found = exists(path) ? once(resolve(directory, label(path))) : undefined;
      return found !== undefined && 'reason' in found ? found.reason : undefined;
    },
    manifests: (path) => {
      const folder = resolve(directory, path);
      if (!disk.isFolder(folder)) return [path];
      const { files: all, whole } = disk.below(folder);
      const inside = all.filter((file) => /\.(ya?ml|json)$/.test(file));
      if (!whole) problem(path, 'holds too many files and folders: not all of them were looked at', undefined);
      if (inside.length > MOST_MANIFESTS)
        problem(path, `holds ${inside.length} files of manifests or more; only the first ${MOST_MANIFESTS} were read`, undefined);
      return inside.slice(0, MOST_MANIFESTS).map((file) => join(path, file));
    },
    ending: (file) => usual(endings.get(file) ?? []),
    lineEnding: (file, number) => endings.get(file)?.[number - 1] ?? '',
    marked: (file) => lines.has(file) && disk.marked(resolve(directory, file)),
    line: (file, number) => lines.get(file)?.[number - 1],
    names: () => [...lines.keys()],
    problems,
  };
}
