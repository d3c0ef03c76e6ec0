import { section, writeSection } from '../sections.ts';

const HEADING = '## What users of a gateway wait for beside the exporter';

/** The part of the page on users' waits; empty where there is none yet. */
export function usersSection(): Promise<string> {
  return section(HEADING);
}

/** Replaces that part, or adds it at the end of the page. */
export function writeUsersSection(lines: readonly string[]): Promise<void> {
  return writeSection(HEADING, lines);
}
