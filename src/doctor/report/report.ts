import { isPrintable } from '../../masking/sanitize.ts';
import type { Problem } from '../../source/problem.ts';
import type { Examination } from '../examination.ts';
import type { Edit } from '../finding.ts';
import type { Setup } from '../setup.ts';
import type { Masking } from './masking.ts';

/** What a report is made of. */
export interface Report {
  setup: Setup;
  /** The setups of all containers of LiteLLM, the first of which is `setup`; only that one where this is not given. */
  setups?: readonly Setup[] | undefined;
  examination: Examination;
  /** Hides secrets; examination, problems, notes and files have been through it. */
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

/** The edits of a finding that a report may carry: those whose new lines hold no secret, of another setting on the same line, and nothing that a terminal obeys. */
export function openEdits(edits: readonly Edit[], mask: Masking): readonly Edit[] {
  return edits.filter(
    ({ file, lines }) => mask.text(file) === file && lines.every((line) => mask.line(line) === line && isPrintable(line)),
  );
}
