import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const pages = join(import.meta.dirname, '../../docs/doctor');

/** Files by name. */
export type Files = Readonly<Record<string, string>>;

/** The examples of a rule's page: the files below its headings Bad and Good; none where the page has no such heading. */
export function examples(rule: string): { bad: Files; good: Files } {
  const page = readFileSync(join(pages, `${rule}.md`), 'utf8');
  return { bad: files(part(page, 'Bad')), good: files(part(page, 'Good')) };
}

function part(page: string, heading: string): string {
  return new RegExp(`^## ${heading}\\n([\\s\\S]*?)(?=^## |$(?![\\s\\S]))`, 'm').exec(page)?.[1] ?? '';
}

/** The fenced blocks of a text, by the file name behind their language. */
function files(text: string): Files {
  return Object.fromEntries([...text.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm)].map(([, name = '', content = '']) => [name, content]));
}
