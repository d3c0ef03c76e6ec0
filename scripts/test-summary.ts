/** A test that failed, or a whole test file that could not be run, by its path. */
export interface Failure {
  name: string;
  /** What the test said: its message and where it was thrown. */
  message: string;
}

/** What one stage of `npm test` gave. */
export interface Stage {
  name: string;
  seconds: number;
  passed: number;
  failed: readonly Failure[];
  /** Full names of the tests that did not run. */
  skipped: readonly string[];
  /** Why the stage failed beyond its tests: a cap exceeded, a tool that reported errors. */
  problem?: string;
}

/** What vitest's JSON reporter writes, as far as it is read here. */
export interface VitestReport {
  numPassedTests: number;
  testResults: VitestFile[];
}

interface VitestFile {
  name: string;
  status: string;
  /** Why the file could not be run; empty when its tests ran. */
  message: string;
  assertionResults: { fullName: string; status: string; failureMessages?: readonly string[] | null }[];
}

/** Lines of a failed test's message that the closing lines repeat: the message, and the first places of its stack. */
const MESSAGE_LINES = 12;

/** The stage of a vitest project from its report and from what went wrong with the run. */
export function vitestStage(name: string, seconds: number, report: VitestReport | undefined, problem: string | undefined): Stage {
  const tests = report?.testResults.flatMap(({ assertionResults }) => assertionResults) ?? [];
  const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed').map(({ fullName }) => fullName);
  const failed = report?.testResults.flatMap(failuresOf) ?? [];
  // Failed tests explain an exit status; without one it is a problem of its own.
  const unexplained = report === undefined ? (problem ?? 'wrote no report') : failed.length === 0 ? problem : undefined;
  return {
    name,
    seconds,
    passed: report?.numPassedTests ?? 0,
    failed,
    skipped,
    ...(unexplained === undefined ? {} : { problem: unexplained }),
  };
}

/** Several runs of one project as one stage: all of their failures, each with its run, and what passed and was skipped in every run once. */
export function repeated(runs: readonly Stage[]): Stage[] {
  const [first] = runs;
  if (first === undefined || runs.length === 1) return [...runs];
  const problems = runs.flatMap(({ problem }, index) => (problem === undefined ? [] : [`run ${index + 1} ${problem}`]));
  return [
    {
      name: first.name,
      seconds: runs.reduce((sum, { seconds }) => sum + seconds, 0),
      passed: Math.min(...runs.map(({ passed }) => passed)),
      failed: runs.flatMap(({ failed }, index) => failed.map(({ name, message }) => ({ name: `run ${index + 1}: ${name}`, message }))),
      skipped: [...new Set(runs.flatMap(({ skipped }) => skipped))],
      ...(problems.length > 0 && { problem: problems.join('; ') }),
    },
  ];
}

function failuresOf({ name, status, message, assertionResults }: VitestFile): Failure[] {
  const failed = assertionResults.filter((test) => test.status === 'failed');
  if (failed.length === 0) return status === 'failed' ? [{ name, message }] : [];
  return failed.map(({ fullName, failureMessages }) => ({ name: fullName, message: (failureMessages ?? []).join('\n') }));
}

/**
 * The closing lines of `npm test`, the counts last, and its exit status: 1 when a test or a stage failed or
 * no test passed, and with `ci` when one was skipped. A stage that failed beyond its tests counts as one. Failed
 * tests are named here again with what they said, because of a long log often only the end is kept.
 */
export function summary(stages: readonly Stage[], ci: boolean): { lines: string[]; status: number } {
  const problems = stages.filter(({ problem }) => problem !== undefined);
  const skipped = stages.flatMap((stage) => stage.skipped.map((test) => `skipped ${stage.name}: ${test}`));
  const passed = stages.reduce((sum, stage) => sum + stage.passed, 0);
  const failed = stages.reduce((sum, stage) => sum + stage.failed.length, 0) + problems.length;
  const refused = ci && skipped.length > 0;
  const lines = [
    ...stages.flatMap(({ name, failed }) => failed.flatMap((failure) => failureLines(name, failure))),
    ...skipped,
    ...(refused ? ['with CI set a skipped test is a failure'] : []),
    ...problems.map(({ name, problem }) => `${name} failed: ${problem}`),
    ...(passed + failed === 0 ? ['no test ran'] : []),
    ...stages.map(({ name, seconds }) => `${name.padEnd(12)} ${seconds.toFixed(1).padStart(6)} s`),
    `${passed} passed, ${failed} failed, ${skipped.length} skipped`,
  ];
  return { lines, status: failed > 0 || passed === 0 || refused ? 1 : 0 };
}

function failureLines(stage: string, { name, message }: Failure): string[] {
  const said = message.split('\n').filter((line) => line.trim() !== '' && !isForeignFrame(line));
  return [`failed ${stage}: ${name}`, ...said.slice(0, MESSAGE_LINES).map((line) => `  ${line}`)];
}

function isForeignFrame(line: string): boolean {
  return /^\s+at (?:.*node_modules|new Promise)/.test(line);
}
