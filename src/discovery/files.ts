import { opendir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readText } from '../source/file.ts';
import { type Listed, MAX_TARGETS, type ParsedList, parseJsonList, parseYamlTargets } from './list.ts';
import type { Reader, Reading } from './reader.ts';

/** Files of one source, names that are looked at in a folder, and characters of all files together at most. */
const MAX_FILES = 1_000;
const MAX_NAMES = 100_000;
const MAX_CHARACTERS = 16 * 1_048_576;

/** A file system that does not answer for so long is left alone until it does, milliseconds. */
const MAX_LOOK_MS = 5_000;

/** What was found for a pattern: files in the order of their names, or why it could not be looked. */
type Found = { files: string[]; note?: string } | { fault: string };

/** Reads lists of targets from the files that match the patterns, which are absolute. */
export function createFileReader(patterns: readonly string[]): Reader {
  const lists = new Map<string, { text: string; targets: readonly Listed[] }>();
  const look = patient(() => lookFor(patterns));
  let seen: string | undefined;

  async function read(): Promise<Reading> {
    const found = await look();
    if ('fault' in found) return { fault: found.fault };
    seen = found.signature;
    for (const file of lists.keys()) if (!found.files.includes(file)) lists.delete(file);
    const faults: string[] = [];
    let characters = 0;
    for (const file of found.files) {
      const text = await readText(file);
      const parsed = 'reason' in text ? { fault: `${file} ${text.reason}` } : parsedList(file, text.text, lists.get(file));
      if ('fault' in parsed) faults.push(parsed.fault);
      else lists.set(file, { text: 'text' in text ? text.text : '', targets: parsed.targets });
      characters += 'text' in text ? text.text.length : 0;
      if (characters > MAX_CHARACTERS)
        return { fault: `its files have more than ${MAX_CHARACTERS / 1_048_576} MiB together; nothing of them is taken` };
    }
    const targets = found.files.flatMap((file) => lists.get(file)?.targets ?? []);
    if (targets.length > MAX_TARGETS)
      return { fault: `its files name ${targets.length} targets, more than ${MAX_TARGETS}; nothing of them is taken` };
    return { targets, fault: together(faults), notes: found.notes };
  }

  return {
    async changed() {
      const found = await look();
      return 'fault' in found ? false : found.signature !== seen;
    },
    read,
  };
}

function parsedList(file: string, text: string, before: { text: string; targets: readonly Listed[] } | undefined): ParsedList {
  if (before?.text === text) return { targets: [...before.targets] };
  return /\.json$/i.test(file) ? parseJsonList(text, file) : parseYamlTargets(text, file);
}

/** The first of several faults, and how many more there are. */
function together(faults: readonly string[]): string | undefined {
  const [first] = faults;
  return first === undefined || faults.length === 1 ? first : `${first}; and ${faults.length - 1} more files`;
}

type Look = { files: string[]; notes: string[]; signature: string } | { fault: string };

async function lookFor(patterns: readonly string[]): Promise<Look> {
  const files = new Set<string>();
  const notes: string[] = [];
  for (const pattern of patterns) {
    const found = await matching(pattern);
    if ('fault' in found) return found;
    for (const file of found.files) files.add(file);
    if (found.note !== undefined) notes.push(found.note);
    if (files.size > MAX_FILES) return { fault: `its patterns match more than ${MAX_FILES} files; nothing of them is taken` };
  }
  const states = await Promise.all(
    [...files].map(async (file) => `${file} ${stateText(await stat(file, { bigint: true }).catch(() => undefined))}`),
  );
  return { files: [...files], notes, signature: states.join('\n') };
}

/** What changes when a file is written, renamed or reached by another symbolic link. */
function stateText(stats: { ino: bigint; size: bigint; mtimeNs: bigint; ctimeNs: bigint } | undefined): string {
  return stats === undefined ? 'absent' : `${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}`;
}

/** The files of a pattern. A name without `*` is one file, whether it exists or not; hidden files match only a pattern that begins with a dot. */
async function matching(pattern: string): Promise<Found> {
  const last = basename(pattern);
  const folder = dirname(pattern);
  if (!last.includes('*')) return { files: [pattern] };
  const names: string[] = [];
  let count = 0;
  try {
    for await (const { name } of await opendir(folder)) {
      if (++count > MAX_NAMES) return { fault: `${folder} has more than ${MAX_NAMES} files` };
      if ((!name.startsWith('.') || last.startsWith('.')) && matches(name, last)) names.push(name);
      if (names.length > MAX_FILES) break;
    }
  } catch (error) {
    return { fault: `${folder} ${reasonOf(error)}` };
  }
  const files = names.sort().map((name) => join(folder, name));
  return files.length === 0 ? { files, note: `no file matches ${pattern}` } : { files };
}

/** Whether a name fits a pattern in which `*` is any text; linear in the length of the name for each `*`. */
export function matches(name: string, pattern: string): boolean {
  const [first = '', ...parts] = pattern.split('*');
  const last = parts.pop();
  if (last === undefined) return name === first;
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
  const end = name.length - last.length;
  let at = first.length;
  for (const part of parts) {
    const found = name.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'ENOENT') return 'does not exist';
  if (code === 'ENOTDIR') return 'is not a folder';
  return code === 'EACCES' || code === 'EPERM' ? 'may not be read by this user' : `cannot be read (${code})`;
}

/** Gives up waiting after a while, and does not begin again before the end of what it waits for. */
function patient(look: () => Promise<Look>): () => Promise<Look> {
  const late = { fault: `its file system has not answered for ${MAX_LOOK_MS / 1_000} s` };
  let pending: Promise<Look> | undefined;
  return async () => {
    if (pending !== undefined) return late;
    const looking = look();
    pending = looking;
    void looking.finally(() => {
      pending = undefined;
    });
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<Look>((resolve) => {
      timer = setTimeout(() => resolve(late), MAX_LOOK_MS);
    });
    const first = await Promise.race([looking, limit]);
    clearTimeout(timer);
    return first;
  };
}
