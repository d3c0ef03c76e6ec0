/** What one stage of `npm test` gave. */
export interface Stage {
  name: string;
  seconds: number;
  passed: number;
  failed: number;
  /** Full names of the tests that did not run. */
  skipped: readonly string[];
  /** Why the stage failed beyond its tests: a cap exceeded, a tool that reported errors, a file that could not be loaded. */
  problem?: string;
}

/** What vitest's JSON reporter writes, as far as it is read here. */
export interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { assertionResults: { fullName: string; status: string }[] }[];
}

/** The stage of a vitest project from its report and from what went wrong with the run. */
export function vitestStage(name: string, seconds: number, report: VitestReport | undefined, problem: string | undefined): Stage {
  const tests = report?.testResults.flatMap(({ assertionResults }) => assertionResults) ?? [];
  const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed').map(({ fullName }) => fullName);
  const failed = report?.numFailedTests ?? 0;
  // Failed tests explain an exit status; without one it is a problem of its own.
  const unexplained = report === undefined ? (problem ?? 'wrote no report') : failed === 0 ? problem : undefined;
  return {
    name,
    seconds,
    passed: report?.numPassedTests ?? 0,
    failed,
    skipped,
    ...(unexplained === undefined ? {} : { problem: unexplained }),
  };
}

/**
 * The closing lines of `npm test`, the counts last, and its exit status: 1 when a test or a stage failed or
 * no test passed, and with `ci` when one was skipped. A stage that failed beyond its tests counts as one.
 */
export function summary(stages: readonly Stage[], ci: boolean): { lines: string[]; status: number } {
  const problems = stages.filter(({ problem }) => problem !== undefined);
  const skipped = stages.flatMap((stage) => stage.skipped.map((test) => `skipped ${stage.name}: ${test}`));
  const passed = stages.reduce((sum, stage) => sum + stage.passed, 0);
  const failed = stages.reduce((sum, stage) => sum + stage.failed, 0) + problems.length;
  const refused = ci && skipped.length > 0;
  const lines = [
    ...skipped,
    ...(refused ? ['with CI set a skipped test is a failure'] : []),
    ...problems.map(({ name, problem }) => `${name} failed: ${problem}`),
    ...(passed + failed === 0 ? ['no test ran'] : []),
    ...stages.map(({ name, seconds }) => `${name.padEnd(12)} ${seconds.toFixed(1).padStart(6)} s`),
    `${passed} passed, ${failed} failed, ${skipped.length} skipped`,
  ];
  return { lines, status: failed > 0 || passed === 0 || refused ? 1 : 0 };
}
