import type { Problem } from '../source/problem.ts';
import type { Examination, Reported } from './examination.ts';
import { type Edit, SEVERITY, type Severity } from './finding.ts';
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
const MAX_FINDINGS = 60;
const MAX_WORK = 20_000_000;
/** What a finding weighs beside the characters of the files. */
const WORK_PER_FINDING = 200;

function mostTries({ examination }: Outcome, characters: number): number {
  return Math.min(MAX_FINDINGS, Math.floor(MAX_WORK / (1 + characters + WORK_PER_FINDING * examination.findings.length)));
}

/** What was refused is tried again so often. */
const MAX_PASSES = 4;

/**
 * Tries the edits of each finding on a copy of the files, on top of those that were proved before it, the worst
 * first, so that what is offered is examined as a whole. One that is refused is tried again once others are in
 * place: a password can move into a variable after the url that hides it is gone. A fix that brings something as
 * bad as what it mends, or worse, that does not take its finding away, or that leaves a file unusable, is offered in
 * words only; a finding that the fixes of others take away needs none of its own. `characters` is the length of all
 * files together.
 */
export async function verified(before: Outcome, setup: Setup, examineWith: Examine, characters = 0): Promise<Verified> {
  const most = mostTries(before, characters);
  const proved = new Map<Reported, readonly Edit[]>();
  let accepted: readonly Edit[] = [];
  let known = before;
  let tries = 0;
  let open = before.examination.findings.filter(({ edits = [] }) => edits.length > 0);
  for (let pass = 0, isMoving = true; isMoving && pass < MAX_PASSES; pass++) {
    isMoving = false;
    for (const finding of open) {
      const own = finding.edits ?? [];
      const fresh = own.filter((edit) => !accepted.some((other) => meets(other, edit)));
      if (fresh.length === 0 || tries >= most) continue;
      tries++;
      const outcome = await examineWith(changed(setup, [...accepted, ...fresh]));
      if (!mends(finding, known, outcome)) continue;
      // In the first pass the order of the findings already says whose edit of a line counts.
      proved.set(finding, pass === 0 ? own : fresh);
      accepted = [...accepted, ...fresh];
      known = outcome;
      isMoving = true;
    }
    open = open.filter((finding) => !proved.has(finding));
  }
  const left = new Set(known.examination.findings.map(keyOf));
  const isMended = (finding: Reported) => !left.has(keyOf(finding));
  return {
    findings: before.examination.findings.map((finding) =>
      proved.has(finding) ? { ...finding, edits: proved.get(finding) } : { ...finding, edits: shared(finding, accepted) },
    ),
    refused: open.filter((finding) => !isMended(finding)),
  };
}

/** The edits of a finding that were proved as those of others. */
function shared({ edits = [] }: Reported, accepted: readonly Edit[]): readonly Edit[] | undefined {
  const own = edits.filter((edit) => accepted.some((other) => isSame(other, edit)));
  return own.length > 0 && own.length === edits.length ? own : undefined;
}

/** Whether the finding is gone, without another of its rule in its place, and nothing came that is as bad. */
function mends(finding: Reported, before: Outcome, after: Outcome): boolean {
  const same = ({ examination }: Outcome) => examination.findings.filter((one) => keyOf(one) === keyOf(finding)).length;
  const wasMended = same(before) === 0;
  const isMended = wasMended ? same(after) === 0 : same(after) < same(before) && count(after, finding) < count(before, finding);
  return isMended && !worsens(finding, before, after);
}

/** Findings of the rule of a finding that are as bad as it, or worse. */
function count({ examination }: Outcome, { rule, severity }: Reported): number {
  return examination.findings.filter((one) => one.rule.id === rule.id && isAsBad(one, severity)).length;
}

function isAsBad(one: Reported, severity: Severity): boolean {
  return SEVERITY.indexOf(one.severity) <= SEVERITY.indexOf(severity);
}

/** Whether a rule finds more that is at least as bad as the finding, or a file cannot be used any more. A finding may move to another place: a password to its variable. */
function worsens({ severity }: Reported, before: Outcome, after: Outcome): boolean {
  if (after.problems.length > before.problems.length || after.examination.failed.length > before.examination.failed.length) return true;
  const [earlier, later] = [countsOf(before, severity), countsOf(after, severity)];
  return [...later].some(([rule, found]) => found > (earlier.get(rule) ?? 0));
}

/** How many findings that are as bad as a severity each rule has, in one pass: a file can have a thousand of them. */
function countsOf({ examination }: Outcome, severity: Severity): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const one of examination.findings) if (isAsBad(one, severity)) counts.set(one.rule.id, (counts.get(one.rule.id) ?? 0) + 1);
  return counts;
}

/** Lines move when a file is changed, so they do not count. */
function keyOf({ rule, severity, place, message }: Reported): string {
  return JSON.stringify([rule.id, severity, place.source, message]);
}

/** Whether two edits change the same lines of a file; two insertions never do. */
export function meets(a: Edit, b: Edit): boolean {
  const inserts = a.to < a.from || b.to < b.from;
  return isSame(a, b) || (a.file === b.file && !inserts && a.from <= b.to && b.from <= a.to);
}

/** Whether two edits are the same change. */
export function isSame(a: Edit, b: Edit): boolean {
  return a.file === b.file && a.from === b.from && a.to === b.to && a.lines.join('\n') === b.lines.join('\n');
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
