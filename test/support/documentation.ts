import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** A Markdown page of the project. */
export interface DocumentedPage {
  /** Its path from the root of the project. */
  path: string;
  text: string;
}

/** A page by its path from the root of the project. */
export function page(path: string): DocumentedPage {
  return { path, text: readFileSync(join(ROOT, path), 'utf8') };
}

/** The pages in a folder, in order of their names; not those in folders of it. */
export function pagesIn(folder: string): DocumentedPage[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => page(join(folder, name)));
}

/** The fenced blocks of a language, without their fences. */
export function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, block = '']) => block);
}

/** What is in backticks within a line, fenced blocks left out. */
export function codeSpans(text: string): string[] {
  return [...text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

/** The titles of the sections of a level, in order. */
export function headings(text: string, level: 1 | 2 | 3): string[] {
  return [...text.matchAll(new RegExp(`^${'#'.repeat(level)} (.*)$`, 'gm'))].map(([, title = '']) => title);
}

/** The text below a heading of the second level, up to the next one. */
export function section(text: string, title: string): string {
  return text.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';
}

/** The targets of the links that stay within the project. */
export function internalLinks(text: string): string[] {
  return [...text.matchAll(/\]\(((?!https?:)[^)]+)\)/g)].map(([, target = '']) => target);
}

/** The anchors of a page, as GitHub makes them of its headings. */
export function anchors(text: string): string[] {
  const titles = ([1, 2, 3] as const).flatMap((level) => headings(text, level));
  return titles.map((title) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
