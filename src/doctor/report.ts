import type { Examination } from './examination.ts';
import type { Masking } from './masking.ts';
import type { Setup } from './setup.ts';

/** What a report is made of. */
export interface Report {
  setup: Setup;
  examination: Examination;
  /** Hides the secrets in lines of files. */
  mask: Masking;
  /** The release of this program. */
  version: string;
}
