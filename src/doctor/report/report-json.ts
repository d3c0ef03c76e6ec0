import { createAttempts } from '../attempt.ts';
import { placeText } from '../place.ts';
import { openEdits, type Report } from './report.ts';
import { allRows } from './settings-table.ts';

/**
 * The report as JSON: the files and what is wrong with them, settings, findings, the rules that had nothing to look at
 * and the parts that failed. A part of the report that throws is one of these, and left out.
 */
export function jsonReport(
  { setup, setups = [setup], examination, mask, files, problems, notes, version }: Report,
  attempts = createAttempts(),
): string {
  const report = {
    version,
    files,
    problems,
    notes,
    release: setup.release === undefined ? null : { version: setup.release.version, place: setup.release.place },
    instances: setups.flatMap(({ gateway, release }) =>
      gateway === undefined ? [] : [{ name: gateway.title, release: release?.version ?? null }],
    ),
    settings: attempts.run('the table of settings', () => allRows(setups, mask), []),
    findings: examination.findings.map(({ rule, severity, place, message, consequence, fix, related, edits }) => ({
      rule: rule.id,
      severity,
      place,
      at: placeText(place),
      message,
      consequence,
      fix,
      related: related ?? [],
      edits: attempts.run(`the fixes of ${rule.id}`, () => openEdits(edits ?? [], mask), []),
    })),
    skipped: examination.skipped.map(({ id }) => id),
    failed: [...examination.failed, ...attempts.failed].map(({ part, rule = null, reason }) => ({ part, rule, reason })),
  };
  return `${JSON.stringify(mask.tree(report), null, 2)}\n`;
}
