import { existsSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readBytesNow, readTextNow } from '../../source/file.ts';
import type { Disk } from './files.ts';

/** The byte order mark in UTF-8. */
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const FILE_LIMIT = 1_048_576;

/** So many files and folders of a tree are looked at. */
const MOST = 50_000;

/** The disk of this machine. A text with a NUL byte is none: UTF-16 without a mark, or binary. */
export const disk: Disk = {
  text: (path) => {
    const read = readTextNow(path);
    return 'text' in read && read.text.includes('\0')
      ? { reason: 'holds NUL bytes, as UTF-16 and binary files do; write it as UTF-8' }
      : read;
  },
  exists: existsSync,
  marked: (path) => bytesOf(path, FILE_LIMIT)?.subarray(0, 3).equals(MARK) ?? false,
  isFolder: (path) => statusOf(path)?.isDirectory() ?? false,
  below,
};

/** The disk with some files changed. */
export function changedDisk(directory: string, texts: ReadonlyMap<string, string>): Disk {
  const changed = new Map([...texts].map(([name, text]) => [resolve(directory, name), text]));
  return {
    ...disk,
    text: (path) => {
      const text = changed.get(resolve(path));
      return text === undefined ? disk.text(path) : { text };
    },
  };
}

/** Enters each folder once: links may lead back to one around them. */
function below(path: string): { files: string[]; whole: boolean } {
  const found: string[] = [];
  const seen = new Set<string>();
  const open = [''];
  let looked = 0;
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const { real, entries } = inside(join(path, folder));
    if (seen.has(real)) continue;
    seen.add(real);
    for (const entry of entries) {
      looked++;
      if (looked > MOST) return { files: found.sort(), whole: false };
      const name = join(folder, entry.name);
      if (entry.isDirectory() || (entry.isSymbolicLink() && disk.isFolder(join(path, name)))) open.push(name);
      else found.push(name);
    }
  }
  return { files: found.sort(), whole: true };
}

/** What is in a folder and where that really is; nothing in one that may not be looked into. */
function inside(path: string) {
  try {
    return { real: realpathSync(path), entries: readdirSync(path, { withFileTypes: true, encoding: 'utf8' }) };
  } catch {
    return { real: path, entries: [] };
  }
}

/** What is known of a path; undefined where it is missing or may not be looked at. */
export function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** The content of a file that may be missing or unreadable, up to so many bytes. */
export function bytesOf(path: string, limit: number): Buffer | undefined {
  const read = readBytesNow(path, limit);
  return 'bytes' in read ? read.bytes : undefined;
}
