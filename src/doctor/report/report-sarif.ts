import { type Problem, problemText } from '../../source/problem.ts';
import { createAttempts, failureText } from '../attempt.ts';
import type { Reported } from '../examination.ts';
import type { Edit, Severity } from '../finding.ts';
import { type Place, placeText } from '../place.ts';
import { RULES } from '../rules/index.ts';
import { openEdits, type Report } from './report.ts';

const PAGES = 'https://github.com/litellm-cache-exporter/litellm-cache-exporter/blob/main/docs/doctor';
const LEVEL: Readonly<Record<Severity, string>> = { critical: 'error', high: 'error', medium: 'warning', low: 'note', info: 'note' };
/** The scale that code scanning sorts by. */
const SECURITY_SEVERITY: Readonly<Record<Severity, string>> = { critical: '9.5', high: '8.0', medium: '5.0', low: '3.0', info: '0.0' };

/**
 * The report as SARIF 2.1.0 (OASIS), for code scanning. It holds no line of a file, and so no secret. A finding that
 * cannot be written is named among the notifications.
 */
export function sarifReport({ examination, mask, problems, notes, version }: Report, attempts = createAttempts()): string {
  const results = examination.findings.flatMap((finding) =>
    attempts.run(`the report of ${finding.rule.id}`, () => [result(finding, openEdits(finding.edits ?? [], mask))], []),
  );
  const failed = [...examination.failed, ...attempts.failed];
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'litellm-cache-exporter doctor',
            semanticVersion: version,
            rules: RULES.map(({ id, title, severity }) => ({
              id,
              shortDescription: { text: title },
              helpUri: `${PAGES}/${id}.md`,
              defaultConfiguration: { level: LEVEL[severity] },
              properties: { 'security-severity': SECURITY_SEVERITY[severity] },
            })),
          },
        },
        invocations: [
          {
            executionSuccessful: problems.length + failed.length === 0,
            toolExecutionNotifications: [
              ...problems.map((problem) => notification(problem, 'error')),
              ...failed.map((failure) => notification({ path: '', message: failureText(failure) }, 'error')),
              ...notes.map((note) => notification(note, 'note')),
            ],
          },
        ],
        results,
      },
    ],
  };
  return `${JSON.stringify(mask.tree(log), null, 2)}\n`;
}

function result(finding: Reported, edits: readonly Edit[]) {
  const { rule, severity, message, consequence, fix, place, related = [] } = finding;
  const files = [...new Set(edits.map(({ file }) => file))];
  return {
    ruleId: rule.id,
    ruleIndex: RULES.indexOf(rule),
    level: LEVEL[severity],
    message: { text: `${message}. ${consequence} Fix: ${fix}.` },
    locations: [location(place)],
    ...(related.length === 0
      ? {}
      : { relatedLocations: related.map((other) => ({ ...location(other.place), message: { text: other.message } })) }),
    ...(files.length === 0
      ? {}
      : {
          fixes: [
            {
              description: { text: fix },
              artifactChanges: files.map((file) => ({
                artifactLocation: { uri: uri(file) },
                replacements: edits
                  .filter((edit) => edit.file === file)
                  .map(({ from, to, lines }) => ({
                    deletedRegion: { startLine: from, startColumn: 1, endLine: to + 1, endColumn: 1 },
                    ...(lines.length === 0 ? {} : { insertedContent: { text: lines.map((line) => `${line}\n`).join('') } }),
                  })),
              })),
            },
          ],
        }),
  };
}

function notification(problem: Problem, level: 'error' | 'note') {
  const { file, line, column } = problem.at ?? {};
  return {
    level,
    message: { text: problemText({ ...problem, at: undefined }) },
    ...(file === undefined ? {} : { locations: [location({ source: file, line, column })] }),
  };
}

function location(place: Place) {
  if (place.line === undefined) return { message: { text: placeText(place) }, logicalLocations: [{ name: place.source }] };
  const region = { startLine: place.line, ...(place.column === undefined ? {} : { startColumn: place.column }) };
  return { physicalLocation: { artifactLocation: { uri: uri(place.source) }, region } };
}

function uri(file: string): string {
  return file
    .replace(/^\.\//, '')
    .split('/')
    .map((part) => encodeURIComponent(part.replace(/\p{Cs}/gu, '\ufffd')))
    .join('/');
}
