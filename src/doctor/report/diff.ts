import { structuredPatch } from 'diff';
import type { Reported } from '../examination.ts';
import type { Edit } from '../finding.ts';
import type { Setup } from '../setup.ts';
import { applied, linesOf, meets } from '../verification.ts';
import { MASK, type Masking } from './masking.ts';

/** What `--diff` prints. */
export interface Diff {
  /** A unified diff with the names of the files as they are, for `patch -p0` and `git apply -p0`; empty when there is nothing to change. */
  text: string;
  /** Hunks that are shown as comments, because their lines hold a secret; they do not apply. */
  withheld: number;
  /** Edits that were left out because an edit of a worse finding changes the same lines. */
  left: number;
}

/**
 * The edits of all findings as one unified diff, those of worse findings first where two change the same
 * line. A diff has to show the line that it takes away, so one that takes a secret away cannot both hide it
 * and apply: such a hunk is printed with the secret hidden and as a comment, unless `secrets` asks for it.
 */
export function unifiedDiff(setup: Setup, findings: readonly Reported[], options: { secrets: boolean; mask: Masking }): Diff {
  const { kept, left } = merged(findings.flatMap(({ edits }) => edits ?? []));
  const files = [...new Set(kept.map(({ file }) => file))].toSorted();
  const parts = files.map((file) =>
    fileDiff(
      setup,
      file,
      kept.filter((edit) => edit.file === file),
      options,
    ),
  );
  return {
    text: parts.map(({ text }) => text).join(''),
    withheld: parts.reduce((sum, { withheld }) => sum + withheld, 0),
    left,
  };
}

function merged(edits: readonly Edit[]): { kept: readonly Edit[]; left: number } {
  const kept: Edit[] = [];
  let left = 0;
  for (const edit of edits) {
    if (kept.some((other) => same(other, edit))) continue;
    if (kept.some((other) => meets(other, edit))) left++;
    else kept.push(edit);
  }
  return { kept, left };
}

function same(a: Edit, b: Edit): boolean {
  return a.file === b.file && a.from === b.from && a.to === b.to && a.lines.join('\n') === b.lines.join('\n');
}

function fileDiff(setup: Setup, file: string, edits: readonly Edit[], { secrets, mask }: { secrets: boolean; mask: Masking }) {
  const { lines: before, final } = content(setup, file);
  const after = applied(before, edits);
  const holdsSecret = (line: string) => !secrets && mask(line) !== line;
  // A hunk shows lines around the change as well: with one of each side fewer hunks touch a secret.
  const context = before.some(holdsSecret) ? 1 : 3;
  const ending = setup.ending(file);
  const { hunks } = structuredPatch(file, file, text(before, ending, final), text(after, ending, final), undefined, undefined, { context });
  const texts = hunks.map((hunk) => {
    const head = `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`;
    return { lines: [head, ...hunk.lines], withheld: hunk.lines.some((line) => holdsSecret(line.slice(1).trimEnd())) };
  });
  const shown = texts.filter(({ withheld }) => !withheld).flatMap(({ lines }) => lines);
  const hidden = texts.filter(({ withheld }) => withheld);
  const note = hidden.flatMap(({ lines }) => [
    `# ${file}: this change takes away a line that holds a secret, shown here as ${MASK};`,
    '# --show-secrets prints it as part of the diff',
    ...lines.map((line) => `# ${line.slice(0, 1)}${mask(line.slice(1).trimEnd())}`),
  ]);
  const head = shown.length === 0 ? [] : [`--- ${file}`, `+++ ${file}`];
  return { text: joined([...note, ...head, ...shown]), withheld: hidden.length };
}

function range(start: number, count: number): string {
  return count === 1 ? String(start) : `${count === 0 ? start - 1 : start},${count}`;
}

/** The lines of a file, and whether the last one ends as the others do. */
function content(setup: Setup, file: string): { lines: readonly string[]; final: boolean } {
  const lines = linesOf(setup, file);
  return lines.at(-1) === '' ? { lines: lines.slice(0, -1), final: true } : { lines, final: false };
}

function text(lines: readonly string[], ending: string, final: boolean): string {
  return lines.join(ending) + (final && lines.length > 0 ? ending : '');
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
