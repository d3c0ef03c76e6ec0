import type { Problem } from '../config/problem.ts';
import type { Examination, Reported } from './examination.ts';
import { type Edit, SEVERITY } from './finding.ts';
import type { Setup } from './setup.ts';

/** What the doctor says after files were changed: the findings, and what is wrong with the files. */
export interface Outcome {
  examination: Examination;
  problems: readonly Problem[];
}

/** Examines the setup again with other texts in place of some files. */
export type Examine = (texts: ReadonlyMap<string, string>) => Promise<Outcome>;

/** The findings with the edits that were proved, and those whose edits were taken away. */
export interface Verified {
  findings: readonly Reported[];
  refused: readonly Reported[];
}

/** So many edits are tried; the rest is not offered. Each try reads and judges everything again, so of much there are fewer. */
const MOST = 60;
const WORK = 20_000_000;
/** What a finding weighs beside the characters of the files. */
const FINDING = 200;

function mostTries({ examination }: Outcome, characters: number): number {
  return Math.min(MOST, Math.floor(WORK / (1 + characters + FINDING * examination.findings.length)));
}

/**
 * Tries the edits of each finding on a copy of the files, together with those that were proved before it, the
 * worst first. A fix whose examination brings something as bad as what it mends, or worse, that does not take its
 * finding away, or that leaves a file unusable, is offered in words only. `characters` is the length of all files together.
 */
export async function verified(before: Outcome, setup: Setup, examineWith: Examine, characters = 0): Promise<Verified> {
  const most = mostTries(before, characters);
  const findings: Reported[] = [];
  const refused: Reported[] = [];
  let accepted: readonly Edit[] = [];
  let known = before;
  let tried = 0;
  for (const finding of before.examination.findings) {
    const own = finding.edits ?? [];
    if (own.length === 0) {
      findings.push(finding);
      continue;
    }
    const alone = tried++ < most ? await examineWith(changed(setup, own)) : undefined;
    const fits = alone !== undefined && mends(finding, before, alone);
    const fresh = own.filter((edit) => !accepted.some((other) => meets(other, edit)));
    const together = fits && accepted.length > 0 && fresh.length > 0 ? await examineWith(changed(setup, [...accepted, ...fresh])) : alone;
    const isSafe = fits && together !== undefined && !worsens(finding, known, together);
    findings.push(isSafe ? finding : { ...finding, edits: undefined });
    if (!isSafe) refused.push(finding);
    else if (fresh.length > 0) {
      accepted = [...accepted, ...fresh];
      known = together;
    }
  }
  return { findings, refused };
}

function mends(finding: Reported, before: Outcome, after: Outcome): boolean {
  const count = ({ examination }: Outcome) => examination.findings.filter((one) => keyOf(one) === keyOf(finding)).length;
  return count(after) < count(before) && !worsens(finding, before, after);
}

/** Whether something new is at least as bad as the finding, or a file cannot be used any more. */
function worsens({ severity }: Reported, before: Outcome, after: Outcome): boolean {
  if (after.problems.length > before.problems.length || after.examination.failed.length > before.examination.failed.length) return true;
  const had = new Map<string, number>();
  for (const one of before.examination.findings) had.set(keyOf(one), (had.get(keyOf(one)) ?? 0) + 1);
  return after.examination.findings.some((one) => {
    const left = had.get(keyOf(one)) ?? 0;
    had.set(keyOf(one), left - 1);
    return left <= 0 && SEVERITY.indexOf(one.severity) <= SEVERITY.indexOf(severity);
  });
}

/** Lines move when a file is changed, so they do not count. */
function keyOf({ rule, severity, place, message }: Reported): string {
  return JSON.stringify([rule.id, severity, place.source, message]);
}

/** Whether two edits change the same lines of a file; two insertions never do. */
export function meets(a: Edit, b: Edit): boolean {
  const inserts = a.to < a.from || b.to < b.from;
  const isSame = a.from === b.from && a.to === b.to && a.lines.join('\n') === b.lines.join('\n');
  return a.file === b.file && (isSame || (!inserts && a.from <= b.to && b.from <= a.to));
}

/** The texts of the files after edits that do not meet; a byte order mark is no part of a text. */
function changed(setup: Setup, edits: readonly Edit[]): ReadonlyMap<string, string> {
  const files = [...new Set(edits.map(({ file }) => file))];
  return new Map(
    files.map((file) => {
      const own = edits.filter((edit) => edit.file === file);
      const lines = applied(writtenLines(setup, file), own, setup.ending(file));
      return [file, lines.map(({ text, ending }) => text + ending).join('')];
    }),
  );
}

/** A line of a file and how it ends; the last one may not. */
export interface Line {
  text: string;
  ending: string;
}

/** The lines of a gathered file; the last one is empty where the file ends with a line break. */
export function linesOf(setup: Setup, file: string): readonly string[] {
  const lines: string[] = [];
  for (let number = 1; ; number++) {
    const line = setup.line(file, number);
    if (line === undefined) return lines;
    lines.push(line);
  }
}

/** The same with the end of each. */
export function writtenLines(setup: Setup, file: string): readonly Line[] {
  return linesOf(setup, file).map((text, index) => ({ text, ending: setup.lineEnding(file, index + 1) }));
}

/** The lines after the edits. A new line ends as the one before it does, else as most of the file. */
export function applied(lines: readonly Line[], edits: readonly Edit[], usual: string): readonly Line[] {
  const result = [...lines];
  // From the end, so that the numbers of the lines in front stay right; of two at one line the insertion goes in front.
  for (const { from, to, lines: added } of edits.toReversed().toSorted((a, b) => b.from - a.from || b.to - a.to)) {
    const last = result[Math.max(from, to) - 1];
    const ending = last?.ending || result[from - 2]?.ending || usual;
    const isEnd = to >= result.length && last?.ending === '' && from <= to;
    const before = result[from - 2];
    // What is added behind a last line without an end gives it one.
    if (before !== undefined && before.ending === '') result[from - 2] = { ...before, ending: usual };
    result.splice(
      from - 1,
      to - from + 1,
      ...added.map((text, index): Line => ({ text, ending: isEnd && index === added.length - 1 ? '' : ending })),
    );
  }
  return result;
}
