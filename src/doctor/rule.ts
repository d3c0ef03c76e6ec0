import type { Finding, Severity } from './finding.ts';
import type { Setup } from './setup.ts';

/** What a rule looks at; `always` is given; a rule whose evidence was not given does not run, and the report says so. */
export const NEED = ['always', 'litellm', 'environment', 'compose', 'kubernetes', 'release', 'live'] as const;
export type Need = (typeof NEED)[number];

/** One rule: pure and synchronous. Its page is docs/doctor/<id>.md, its test test/unit/doctor/rules/<id>.test.ts. */
export interface Rule {
  /** Words with hyphens, such as `redis-url-hides-password`. */
  id: string;
  severity: Severity;
  /** Any of these is enough for the rule to run. */
  needs: readonly Need[];
  /** What it reports, in one line. */
  title: string;
  check(setup: Setup): readonly Finding[];
}
