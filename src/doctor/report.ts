import type { Problem } from '../config/problem.ts';
import type { Examination } from './examination.ts';
import type { Masking } from './masking.ts';
import type { Setup } from './setup.ts';

/** What a report is made of. */
export interface Report {
  setup: Setup;
  examination: Examination;
  /** Hides the secrets in lines of files. */
  mask: Masking;
  /** The files that were read. */
  files: readonly string[];
  /** What is wrong with the files themselves, so that a part of them was not judged. */
  problems: readonly Problem[];
  /** What was not looked at, or had to be assumed. */
  notes: readonly Problem[];
  /** The release of this program. */
  version: string;
}
