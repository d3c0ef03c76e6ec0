import type { Path } from '../source/problem.ts';
import type { Section } from '../source/section.ts';

export type Report = (path: Path, message: string, suggestion?: string) => void;
/** Rules of a section that is partly checked, because they speak also when a single key is wrong. */
export type Rules = (section: Section, report: Report) => void;
