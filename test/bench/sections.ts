import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The page that the benchmarks write. */
export const PAGE = join(import.meta.dirname, '../../docs/benchmarks.md');

/** The parts of the page with headings of their own: what other commands than `npm run bench` wrote; empty where there is none yet. */
export async function sections(): Promise<string> {
  const text = await readPage();
  const start = text.indexOf('\n## ');
  return start < 0 ? '' : text.slice(start + 1);
}

/** The part under a heading, with it; empty where there is none yet. */
export async function section(heading: string): Promise<string> {
  const text = await readPage();
  const start = text.indexOf(heading);
  return start < 0 ? '' : text.slice(start, endOf(text, start));
}

/** Replaces the part under a heading, or adds it at the end of the page. */
export async function writeSection(heading: string, lines: readonly string[]): Promise<void> {
  const text = await readPage();
  const start = text.indexOf(heading);
  const [before, after] = start < 0 ? [text, ''] : [text.slice(0, start), text.slice(endOf(text, start))];
  const parts = [before.trimEnd(), [heading, '', ...lines].join('\n').trimEnd(), after.trim()].filter((part) => part !== '');
  await writeFile(PAGE, `${parts.join('\n\n')}\n`);
}

function endOf(text: string, start: number): number {
  const next = text.indexOf('\n## ', start);
  return next < 0 ? text.length : next + 1;
}

function readPage(): Promise<string> {
  return readFile(PAGE, 'utf8').catch(() => '');
}
