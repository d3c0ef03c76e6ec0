import type { Path } from '../source/problem.ts';

/** A section as a rule sees it: partly checked, because rules speak also when a single key is wrong. */
export type Section = Readonly<Record<string, unknown>>;
export type Report = (path: Path, message: string, suggestion?: string) => void;
export type Rules = (section: Section, report: Report) => void;
