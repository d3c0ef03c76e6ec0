import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The page that the benchmarks write. */
export const PAGE = join(import.meta.dirname, '../../../docs/benchmarks.md');
const HEADING = '## What users of a gateway wait for beside the exporter';

/** The part of the page on users' waits: from its heading to the end; empty where there is none yet. */
export async function usersSection(): Promise<string> {
  const text = await readFile(PAGE, 'utf8').catch(() => '');
  const start = text.indexOf(HEADING);
  return start < 0 ? '' : text.slice(start);
}

/** Replaces that part, or adds it at the end of the page. */
export async function writeUsersSection(lines: readonly string[]): Promise<void> {
  const text = await readFile(PAGE, 'utf8').catch(() => '');
  const start = text.indexOf(HEADING);
  const rest = (start < 0 ? text : text.slice(0, start)).trimEnd();
  await writeFile(PAGE, `${rest}\n\n${[HEADING, '', ...lines].join('\n')}\n`);
}
