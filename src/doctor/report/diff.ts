import { structuredPatch } from 'diff';
import { printable, printableLine } from '../../masking/mask.ts';
import type { Reported } from '../examination.ts';
import type { Edit } from '../finding.ts';
import type { Setup } from '../setup.ts';
import { applied, isSame, type Line, meets, writtenLines } from '../verification.ts';
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
    if (kept.some((other) => isSame(other, edit))) continue;
    if (kept.some((other) => meets(other, edit))) left++;
    else kept.push(edit);
  }
  return { kept, left };
}

function fileDiff(setup: Setup, file: string, edits: readonly Edit[], { secrets, mask }: { secrets: boolean; mask: Masking }) {
  const before = writtenLines(setup, file);
  const after = applied(before, edits, setup.ending(file));
  const mark = setup.marked(file) ? '\ufeff' : '';
  const hidden = { before: shownLines(before, mask), after: shownLines(after, mask) };
  const holdsSecret = before.some(({ text }, index) => !secrets && hidden.before[index] !== text);
  // A hunk shows lines around the change as well: with one of each side fewer hunks touch a secret.
  const context = holdsSecret ? 1 : 3;
  const { hunks } = structuredPatch(file, file, mark + joined(before), mark + joined(after), undefined, undefined, { context });
  const safe = { before: patchLines(before, hidden.before), after: patchLines(after, hidden.after) };
  const isNameSafe = printableLine(mask.text(file)) === file;
  const texts = hunks.map((hunk) => {
    const head = `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`;
    let [from, to] = [hunk.oldStart - 1, hunk.newStart - 1];
    const masked = hunk.lines.map((line) => {
      if (line.startsWith('\\')) return line;
      const text = line.startsWith('+') ? safe.after[to] : safe.before[from];
      if (!line.startsWith('+')) from++;
      if (!line.startsWith('-')) to++;
      return line.slice(0, 1) + (text ?? '');
    });
    const bare = hunk.lines.map((line) => line.replace(/\r$/, '').replace(/^(.)\ufeff/, '$1'));
    const isOpen = bare.every((line, index) => line === masked[index] || (secrets && printable(line) === line));
    return { lines: [head, ...hunk.lines], masked: [head, ...masked], withheld: !isOpen || !isNameSafe };
  });
  const shown = texts.filter(({ withheld }) => !withheld).flatMap(({ lines }) => lines);
  const withheld = texts.filter((text) => text.withheld);
  const note = withheld.flatMap(({ masked }) => [
    ...(masked.some((line) => line.includes(MASK)) || !isNameSafe
      ? [
          `# ${printableLine(mask.text(file))}: this change takes away a line that holds a secret, shown here as ${MASK};`,
          '# --show-secrets prints it as part of the diff',
        ]
      : [`# ${file}: this change has a line with control characters, escaped here; it does not apply`]),
    ...masked.map((line) => `# ${line}`),
  ]);
  const head = shown.length === 0 ? [] : [`--- ${file}`, `+++ ${file}`];
  return { text: [...note, ...head, ...shown].map((line) => `${line}\n`).join(''), withheld: withheld.length };
}

/** Lines as a person may see them. */
function shownLines(lines: readonly Line[], mask: Masking): readonly string[] {
  return mask.lines(lines.map(({ text }) => text)).map(printable);
}

/** The shown lines as a patch counts them: only a line feed ends one. */
function patchLines(lines: readonly Line[], shown: readonly string[]): readonly string[] {
  return lines
    .map(({ ending }, index) => (shown[index] ?? '') + (ending.includes('\n') ? '\n' : ending && '\\u000d'))
    .join('')
    .split('\n');
}

function joined(lines: readonly Line[]): string {
  return lines.map(({ text, ending }) => text + ending).join('');
}

function range(start: number, count: number): string {
  return count === 1 ? String(start) : `${count === 0 ? start - 1 : start},${count}`;
}
