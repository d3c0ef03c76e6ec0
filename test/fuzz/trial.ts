import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Target } from './target.ts';

/** The most processor time that one input may take, milliseconds. */
const CPU_LIMIT = 2_000;

/** Inputs that found something once, a folder for each target. */
export const CORPUS = join(import.meta.dirname, 'corpus');

/** Runs one input. Returns what is wrong, or nothing. */
export async function trial(target: Target, input: Buffer): Promise<string | undefined> {
  const start = process.cpuUsage();
  try {
    await target.run(input);
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const { user, system } = process.cpuUsage(start);
  const milliseconds = (user + system) / 1_000;
  return milliseconds > CPU_LIMIT ? `took ${milliseconds.toFixed(0)} ms of the processor, more than ${CPU_LIMIT}` : undefined;
}

/** Writes an input into the corpus. Returns its path. */
export async function keep(target: Target, input: Buffer): Promise<string> {
  const folder = join(CORPUS, target.name);
  await mkdir(folder, { recursive: true });
  const path = join(folder, createHash('sha256').update(input).digest('hex').slice(0, 16));
  await writeFile(path, input);
  return path;
}
