/**
 * `npm test`: everything, in the order of its cost, each stage under a cap of time. Ends with one line
 * `N passed, N failed, N skipped` over all vitest projects. Exits 1 when a test or a stage failed, a cap
 * was exceeded or no test ran, and with CI set when a test was skipped.
 *
 * `npm test -- --project unit` runs that project alone; other arguments go to vitest.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildComposeConfig } from '../dev/compose-config.ts';
import { install, PACKAGE_SET } from '../dev/install.ts';
import { buildJaeger } from '../dev/jaeger.ts';
import { buildApiServer } from '../dev/kubernetes-program.ts';
import { MissingError } from '../dev/missing-error.ts';
import { startProcess } from '../dev/process.ts';
import { progressToStderr } from '../dev/progress.ts';
import { repeated, type Stage, summary, vitestStage } from './test-summary.ts';

const MINUTE = 60_000;
const PROJECTS = [
  { name: 'unit', cap: 8 * MINUTE, servers: false, times: process.env.CI ? 3 : 1 },
  { name: 'contract', cap: 4 * MINUTE, servers: false, times: 1 },
  { name: 'socket', cap: 6 * MINUTE, servers: true, times: 1 },
  { name: 'integration', cap: 25 * MINUTE, servers: true, times: 1 },
  { name: 'e2e', cap: 15 * MINUTE, servers: true, times: 1 },
  { name: 'gauntlet', cap: 15 * MINUTE, servers: true, times: 1 },
];
/** The lines that these reach together are compared with the floors of `npm run coverage`, in their first run. */
const COVERED = ['unit', 'socket'];
const COVERAGE_CAP = MINUTE;
const STATIC_CAP = 8 * MINUTE;
const INSTALL_AND_BUILD_CAP = 14 * MINUTE;
const STATIC_CHECKS = [
  ['biome', 'ci', '.'],
  ['tsc', '--noEmit'],
  ['knip'],
  ['tsc', '-p', 'tsconfig.build.json'],
  ['node', 'scripts/gen.ts', '--check'],
];

const root = join(import.meta.dirname, '..');

async function main(): Promise<number> {
  const { values, tokens } = parseArgs({ options: { project: { type: 'string', multiple: true } }, strict: false, tokens: true });
  const wanted = values.project?.map(String);
  const unknown = wanted?.filter((name) => !PROJECTS.some((project) => project.name === name)) ?? [];
  if (unknown.length > 0) {
    console.error(`there is no project ${unknown.join(', ')}; the projects are ${PROJECTS.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  const own = new Set(tokens.flatMap((token) => (token.kind === 'option' && token.name === 'project' ? ownWords(token) : [])));
  const rest = process.argv.slice(2).filter((_, index) => !own.has(index));
  const projects = PROJECTS.filter(({ name }) => wanted === undefined || wanted.includes(name));

  const stages: Stage[] = [];
  if (wanted === undefined) stages.push(await staticChecks());
  if (projects.some(({ servers }) => servers)) stages.push(await installation());
  for (const { name, cap, times } of projects) {
    const runs: Stage[] = [];
    for (let run = 1; run <= times; run++) {
      const left = cap - 1000 * runs.reduce((sum, { seconds }) => sum + seconds, 0);
      runs.push(left > 0 ? await vitest(name, left, cap, rest, run) : stage(name, performance.now(), tooLong(cap)));
    }
    stages.push(...repeated(runs));
  }
  if (COVERED.every((name) => projects.some((project) => project.name === name)) && rest.length === 0) stages.push(await coverage());
  const { lines, status } = summary(stages, Boolean(process.env.CI));
  console.log(`\n${lines.join('\n')}`);
  return status;
}

function ownWords(token: { index: number; inlineValue?: boolean | undefined }): number[] {
  return token.inlineValue ? [token.index] : [token.index, token.index + 1];
}

async function staticChecks(): Promise<Stage> {
  const start = performance.now();
  const problems: string[] = [];
  for (const [command = '', ...args] of STATIC_CHECKS) {
    const problem = await runCapped(command, args, STATIC_CAP - (performance.now() - start));
    if (problem !== undefined) problems.push(`${[command, ...args].join(' ')} ${problem}`);
  }
  return stage('static', start, problems.join('; '));
}

async function installation(): Promise<Stage> {
  const start = performance.now();
  const progress = progressToStderr();
  const late = new Promise<string>((resolve) => {
    setTimeout(() => resolve(tooLong(INSTALL_AND_BUILD_CAP)), INSTALL_AND_BUILD_CAP).unref();
  });
  const lacking = (tests: string) => (error: unknown) => {
    if (process.env.CI || !(error instanceof MissingError)) throw error;
    progress(`${error.message} Tests of ${tests} are skipped.`);
  };
  // The longest first.
  const kubernetes = buildApiServer(progress).catch(lacking('the lease and the chart in Kubernetes'));
  const jaeger = buildJaeger(progress).catch(lacking('traces'));
  const loader = buildComposeConfig(progress).catch(lacking('the compose file'));
  const done = Promise.all([kubernetes, jaeger, loader, ...PACKAGE_SET.map((set) => install(set, progress))]).then(
    () => '',
    (error: unknown) => String(error),
  );
  return stage('install', start, await Promise.race([done, late]));
}

/** One run of a project; properties have other seeds in each. */
async function vitest(name: string, left: number, cap: number, rest: readonly string[], run: number): Promise<Stage> {
  const start = performance.now();
  const dir = await mkdtemp(join(tmpdir(), 'lce-test-'));
  const file = join(dir, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  console.log(`\n== ${name}${run > 1 ? `, run ${run}` : ''}`);
  const measured = COVERED.includes(name) && run === 1 && rest.length === 0;
  const measuring = measured ? ['--coverage', `--coverage.reportsDirectory=${coverageFolder(name)}`] : [];
  const how = await runCapped('vitest', ['run', '--project', name, ...reporters, ...measuring, ...rest], left, { UNIT_RUN: String(run) });
  const problem = how === tooLong(left) ? tooLong(cap) : how;
  const text = await readFile(file, 'utf8').catch(() => undefined);
  await rm(dir, { recursive: true });
  return vitestStage(name, secondsSince(start), text === undefined ? undefined : JSON.parse(text), problem);
}

/** Where the coverage of a project is written. */
function coverageFolder(name: string): string {
  return join(root, '.cache', `coverage-${name}`);
}

async function coverage(): Promise<Stage> {
  const start = performance.now();
  console.log('\n== coverage');
  const problem = await runCapped('node', ['scripts/coverage.ts', ...COVERED.map(coverageFolder)], COVERAGE_CAP);
  return stage('coverage', start, problem ?? '');
}

/** Runs a tool of the project with its output here; gives a sentence when it failed or took too long. */
async function runCapped(
  command: string,
  args: readonly string[],
  cap: number,
  more: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  const bin = join(root, 'node_modules', '.bin');
  const env = { ...process.env, ...more, PATH: `${bin}:${process.env.PATH ?? ''}` };
  const child = startProcess(command, args, { cwd: root, env, output: 'inherit' });
  const interrupt = () => child.stop(2_000).then(() => process.exit(130));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void child.stop(2_000);
  }, cap);
  const how = await child.ended;
  clearTimeout(timer);
  process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  if (late) return tooLong(cap);
  return how === 'exited with status 0' ? undefined : how;
}

function tooLong(cap: number): string {
  return `took longer than its cap of ${Math.round(cap / 1000)} s`;
}

function stage(name: string, start: number, problem: string): Stage {
  return { name, seconds: secondsSince(start), passed: 0, failed: [], skipped: [], ...(problem === '' ? {} : { problem }) };
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}

process.exitCode = await main();
