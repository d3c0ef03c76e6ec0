import type { Severity } from '../model/severity.ts';
import type { Place } from './place.ts';

export { SEVERITY, type Severity } from '../model/severity.ts';

/** A replacement in a file that mends what was found: whole lines, from 1, both ends included; `to` before `from` inserts. */
export interface Edit {
  file: string;
  from: number;
  to: number;
  lines: readonly string[];
}

/** What a rule found. No part of it holds a secret: places are named, values are not. */
export interface Finding {
  place: Place;
  /** What is wrong there, one sentence. */
  message: string;
  /** What happens at run time because of it. */
  consequence: string;
  /** The exact change that mends it. */
  fix: string;
  /** Other places that belong to it, such as the value that is hidden. */
  related?: readonly { place: Place; message: string }[] | undefined;
  /** The change as edits of the files, where it can be made mechanically. */
  edits?: readonly Edit[] | undefined;
  /** For a rule whose findings differ in weight; else the severity of the rule. */
  severity?: Severity | undefined;
}
