import { readFileSync } from 'node:fs';
import { type Attempts, createAttempts, failureText } from '../doctor/attempt.ts';
import { type Examination, examine, examineAll, isAtLeast, type Reported } from '../doctor/examination.ts';
import type { Severity } from '../doctor/finding.ts';
import { gather, type Outside } from '../doctor/gather.ts';
import type { DoctorOptions } from '../doctor/options.ts';
import { unifiedDiff } from '../doctor/report/diff.ts';
import { maskedExamination, masking } from '../doctor/report/masking.ts';
import type { Report } from '../doctor/report/report.ts';
import { jsonReport } from '../doctor/report/report-json.ts';
import { sarifReport } from '../doctor/report/report-sarif.ts';
import { RULES } from '../doctor/rules/index.ts';
import type { Setup } from '../doctor/setup.ts';
import { STEPS, type Steps } from '../doctor/steps.ts';
import { linesOf, type Outcome, type Verified, verified } from '../doctor/verification.ts';
import { printableLine } from '../masking/mask.ts';
import { systemClock } from '../schedule/clock.ts';
import { closest, type Problem, problemText } from '../source/problem.ts';
import { doctorText } from './doctor-report.ts';
import { EXIT, type Io } from './io.ts';
import { table } from './layout.ts';

/** How the findings are printed. */
export const FORMAT = ['text', 'json', 'sarif'] as const;

/** What `doctor` was asked for. */
export interface DoctorRequest {
  look: DoctorOptions;
  failOn: Severity | 'never';
  format: (typeof FORMAT)[number];
  diff: boolean;
  showSecrets: boolean;
}

/**
 * Gathers the evidence, runs the rules and prints the report, or the fixes as a diff. Returns 0 when nothing
 * is as bad as `failOn`, 1 when something is or a file is broken, 2 when nothing could be checked, 3 when a part of it failed: the others report all
 * the same. Writes no file.
 */
export async function doctor(request: DoctorRequest, version: string, io: Io, steps: Steps = STEPS): Promise<number> {
  if (request.showSecrets && !request.diff) {
    io.err('--show-secrets goes with --diff; no other output shows a secret\n');
    return EXIT.usage;
  }
  const interrupted = new AbortController();
  io.on('SIGINT', () => interrupted.abort());
  const outside = { env: io.env, clock: systemClock, signal: interrupted.signal };
  const { setup, setups, problems, notes, files, failed: lost } = await gather(request.look, outside, steps);
  const attempts = createAttempts();
  const mask = attempts.run('the search for secrets', () => masking(setup, files, setups), undefined);
  // Without it nothing can be printed that the files hold.
  if (mask === undefined) return told(attempts.failed, (text) => text, io);
  if (
    lost.length === 0 &&
    setup.litellm === undefined &&
    setup.variables.length === 0 &&
    setup.services.length === 0 &&
    setup.workloads.length === 0 &&
    setup.gateways.length === 0 &&
    // What was found and is of no use is told in the report.
    setup.gaps.length <= problems.length
  ) {
    for (const problem of problems) io.err(`${printableLine(mask.text(problemText(problem)))}\n`);
    io.err(mask.text(nothing(request.look, problems)));
    return EXIT.usage;
  }
  const first =
    attempts.run('the comparison of the instances', () => examineAll(setups, RULES), undefined) ??
    (setups.length === 1 ? NOT_EXAMINED : attempts.run('the examination of one instance', () => examine(setup, RULES), NOT_EXAMINED));
  // The text shows no edits, so nothing has to be proved for it.
  const checked =
    request.diff || request.format !== 'text'
      ? await attempts.wait(
          'the test of the fixes',
          () => proved(request.look, setups, { examination: first, problems }, { ...outside, steps }, files),
          { findings: first.findings.map((finding) => ({ ...finding, edits: undefined })), refused: [] },
        )
      : undefined;
  const failed = [...lost, ...first.failed];
  const examination = { ...first, failed, findings: checked?.findings ?? first.findings };
  if (request.diff && checked !== undefined && checked.refused.length > 0) io.err(refusedText(checked.refused));
  const shown = { examination: maskedExamination(examination, mask), ...mask.tree({ files, problems, notes }) };
  const report: Report = { setup, setups, mask, version, ...shown };
  const text = attempts.run(
    'the report',
    () => (request.diff ? diffText({ ...report, examination }, request.showSecrets, io) : print(report, request.format, io, attempts)),
    '',
  );
  io.out(text);
  if (failed.length + attempts.failed.length > 0) return told([...failed, ...attempts.failed], mask.text, io);
  const { failOn } = request;
  // What could not be read could not be judged, so it is no clean result.
  const fails = problems.length > 0 || examination.findings.some((finding) => failOn !== 'never' && isAtLeast(finding, failOn));
  return failOn !== 'never' && fails ? EXIT.failure : EXIT.ok;
}

const NOT_EXAMINED: Examination = { findings: [], skipped: [], failed: [] };

/** Names what failed; the exit code of an internal error. */
function told(failed: Attempts['failed'], mask: (text: string) => string, io: Io): number {
  for (const failure of failed) io.err(`${printableLine(mask(failureText(failure)))}\n`);
  return EXIT.internal;
}

/** The findings with those edits that a second examination of changed copies has proved; nothing is connected to for it. */
function proved(
  look: DoctorOptions,
  setups: readonly Setup[],
  before: Outcome,
  { steps, ...outside }: Outside & { steps: Steps },
  files: readonly string[],
): Promise<Verified> {
  const [setup] = setups;
  if (setup === undefined) return Promise.resolve({ findings: before.examination.findings, refused: [] });
  const seen = new Set(setups.map(({ live, release }) => (live === undefined ? undefined : release?.version)));
  const again = { ...look, live: false, litellmVersion: look.litellmVersion ?? (seen.size === 1 ? [...seen][0] : undefined) };
  const characters = files.flatMap((file) => linesOf(setup, file)).reduce((sum, { length }) => sum + length + 1, 0);
  return verified(
    before,
    setup,
    async (texts) => {
      const { setups: changed, problems, failed } = await gather(again, { ...outside, texts }, steps);
      const known = changed.map((one, index) => ({ ...one, live: setups[index]?.live }));
      const examination = examineAll(known, RULES);
      return { examination: { ...examination, failed: [...failed, ...examination.failed] }, problems };
    },
    characters,
  );
}

function refusedText(refused: readonly Reported[]): string {
  const rules = [...new Set(refused.map(({ rule }) => rule.id))].join(', ');
  return `the changes for ${rules} cannot be made as these files are written, would bring something as bad, or were not tried; they stay in words, see the report without --diff\n`;
}

/** Prints the page of a rule; 2 when there is none of that name. */
export function doctorExplain(id: string, io: Io): number {
  if (!RULES.some((rule) => rule.id === id)) {
    const meant = closest(
      id,
      RULES.map((rule) => rule.id),
    );
    io.err(`there is no rule ${id}${meant === undefined ? '' : `; did you mean ${meant}?`}; see litellm-cache-exporter doctor --rules\n`);
    return EXIT.usage;
  }
  io.out(readFileSync(new URL(`../../docs/doctor/${id}.md`, import.meta.url), 'utf8'));
  return EXIT.ok;
}

/** Prints every rule with its severity. */
export function doctorRules(io: Io): number {
  io.out(
    `${table(
      RULES.map(({ id, severity, title }) => [{ text: id }, { text: severity }, { text: title }]),
      '',
    ).join('\n')}\n`,
  );
  return EXIT.ok;
}

function print(report: Report, format: DoctorRequest['format'], io: Io, attempts: Attempts): string {
  if (format === 'json') return jsonReport(report, attempts);
  return format === 'sarif' ? sarifReport(report, attempts) : doctorText(report, { color: io.colour }, attempts);
}

/** The diff alone goes to standard output, so that it can be piped into `patch`. */
function diffText({ setup, examination, mask }: Report, secrets: boolean, io: Io): string {
  const { text, withheld, left } = unifiedDiff(setup, examination.findings, { secrets, mask });
  if (text === '') io.err('nothing can be mended mechanically\n');
  if (withheld > 0) io.err(`${withheld} of the changes take a secret away and are comments; --show-secrets makes them part of the diff\n`);
  if (left > 0) io.err(`${left} more would change the same lines; apply this and run the doctor again\n`);
  return text;
}

function nothing({ directory }: DoctorOptions, problems: readonly Problem[]): string {
  if (problems.length > 0) return 'nothing could be checked\n';
  return `there is nothing to check in ${directory}: looked for config.yaml, .env, .envrc and compose.yaml; name files with --litellm-config, --env-file, --compose, --kubernetes or --env\n`;
}
