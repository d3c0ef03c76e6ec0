/**
 * `npm run try-release -- 1.111.0`: locks and installs a release of LiteLLM, records what it answers, compares it with the
 * release before, asks it what it makes of generated configurations, tries what its cache does to answers, runs twelve faults,
 * looks whether its circuit breaker closes again, and prints a report. Exits 0 when
 * the release is as the exporter knows it, 1 when something differs that needs a person, 2 for a release that cannot be had.
 */
import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { GATEWAY_RELEASE, type GatewayRelease } from '../../dev/gateway.ts';
import { install, STACK } from '../../dev/install.ts';
import { progressToStderr } from '../../dev/progress.ts';
import { readFidelity } from '../../scripts/fidelity-page.ts';
import { compareVersions, parseVersion } from '../../src/source/version.ts';
import { type Case, measureRecovery } from '../breaker/recovery.ts';
import { tryRelease } from '../fidelity/release.ts';
import { EXACT_SHAPES } from '../fidelity/shapes.ts';
import { FAULTS } from '../gauntlet/index.ts';
import { runRow } from '../gauntlet/row.ts';
import { recorded } from '../support/litellm-answer.ts';
import { resolveCases } from '../support/resolve-cases.ts';
import { resolveDifferences } from '../support/resolve-differences.ts';
import { insideOf } from './inside.ts';
import { type Lock, lockRelease, UnresolvedError } from './lock.ts';
import { parseRelease } from './parse-release.ts';
import { folderOf, record } from './record.ts';
import { type FaultTried, isAsKnown, reportOf, type Step, type Trial } from './report.ts';
import { type Difference, differenceOf, shapeOf } from './shape.ts';
import { TWELVE } from './twelve.ts';

const HELP = `npm run try-release -- RELEASE [OPTIONS]

  Tries a release of LiteLLM: locks and installs it, records its answers, compares them with those of the release
  before, asks it what it makes of generated configurations, tries what its cache does to answers, runs twelve faults,
  and looks whether its circuit breaker closes again. Takes half an hour.
  It writes dev/requirements-RELEASE.txt and test/fixtures/litellm-RELEASE, and prints a report.
  Exit 0: the exporter judges it right; 1: something is not as known; 2: there is no such release, or it does not resolve.

  --before RELEASE   the release to compare with, instead of the newest known one that is older
  --faults NUMBER    how many of the twelve faults are run (12)
  --help             this text
`;

const PAGE_OF_FIDELITY = join(import.meta.dirname, '../../docs/fidelity.md');
const FIDELITY_ROUNDS = 2;
const CASES = 300;
const SEED = 20_261_130;
/** A breaker that does not close shows under chats; completions may close it. */
const RECOVERIES: readonly Case[] = [
  { trouble: 'password refused', traffic: 'completions', recovery: 5, exporter: false },
  { trouble: 'password refused', traffic: 'chat', recovery: 5, exporter: false },
  { trouble: 'password refused', traffic: 'chat', recovery: 5, exporter: true },
];

const progress = progressToStderr();

async function main(): Promise<number> {
  const options = { before: { type: 'string' }, faults: { type: 'string', default: '12' }, help: { type: 'boolean' } } as const;
  let release: GatewayRelease;
  let before: GatewayRelease;
  let faults: number;
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const [text, ...more] = positionals;
    if (text === undefined || more.length > 0) throw new TypeError('Name one release of LiteLLM');
    release = parseRelease(text);
    before = values.before === undefined ? releaseBefore(release) : parseRelease(values.before);
    faults = Number(values.faults);
    if (!(faults >= 0 && faults <= TWELVE.length)) throw new TypeError(`--faults is a number up to ${TWELVE.length}`);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}.\n\n${HELP}`);
    return 2;
  }

  const start = performance.now();
  let lock: Lock;
  try {
    lock = await lockRelease(release, progress);
    await install(release, progress);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    return error instanceof UnresolvedError ? 2 : 1;
  }
  const inside = await step('what it is made of', () => insideDifferences(release, before));
  const answers = await step('its answers', () => answerDifferences(release, before));
  const resolved = await step('what the doctor says of it', async () => {
    const { differences } = await resolveDifferences(release, resolveCases(CASES, SEED));
    return { cases: CASES, differences };
  });
  const fidelity = await step('what its cache does to answers', () => fidelityOf(release, before));
  const tried = await step('faults', () => tryFaults(release, TWELVE.slice(0, faults)));
  const recovered = await step('its way back after refused logins', () => measureRecovery(release, RECOVERIES, progress));
  const minutes = Math.max(1, Math.round((performance.now() - start) / 60_000));
  const date = new Date().toISOString().slice(0, 10);
  const trial: Trial = {
    release,
    before,
    date,
    minutes,
    replaced: lock.replaced,
    inside,
    answers,
    resolved,
    fidelity,
    faults: tried,
    recovered,
  };
  const report = reportOf(trial);
  const file = join(STACK, `try-release-${release}.md`);
  await writeFile(file, report);
  process.stdout.write(report);
  progress(`the report is in ${file}; what to change by hand stands in CONTRIBUTING.md, "a release of LiteLLM"`);
  return isAsKnown(trial) ? 0 : 1;
}

/** The newest known release that is older; the newest of all for one that is older than all. */
function releaseBefore(release: GatewayRelease): GatewayRelease {
  const order = (one: string) => parseVersion(one) ?? [0, 0, 0];
  const sorted = [...GATEWAY_RELEASE].filter(isRecorded).sort((a, b) => compareVersions(order(b), order(a)));
  const found = sorted.find((one) => compareVersions(order(one), order(release)) < 0) ?? sorted[0];
  if (found === undefined) throw new TypeError('No release is recorded to compare with');
  return found;
}

function isRecorded(release: GatewayRelease): boolean {
  return namesOf(release).length > 0;
}

function namesOf(release: GatewayRelease): string[] {
  try {
    return readdirSync(folderOf(release)).map((file) => file.replace(/\.json$/, ''));
  } catch {
    return [];
  }
}

async function step<T>(name: string, run: () => Promise<T>): Promise<Step<T>> {
  progress(`looking at ${name}`);
  try {
    return { found: await run() };
  } catch (error) {
    const failed = messageOf(error);
    progress(`not done: ${name}: ${failed}`);
    return { failed };
  }
}

async function insideDifferences(release: GatewayRelease, before: GatewayRelease): Promise<Record<string, Difference>> {
  const [now, old] = [await insideOf(release, progress), await insideOf(before, progress)];
  return Object.fromEntries(
    Object.keys({ ...old, ...now }).map((subject) => [subject, differenceOf(old[subject] ?? [], now[subject] ?? [])]),
  );
}

async function answerDifferences(release: GatewayRelease, before: GatewayRelease) {
  await record(release, progress);
  const [now, old] = [namesOf(release), namesOf(before)];
  const both = now.filter((name) => old.includes(name)).sort();
  const differences: Record<string, Difference> = Object.fromEntries(
    both.map((name) => [name, differenceOf(shapeOf(recorded(before, name)), shapeOf(recorded(release, name)))]),
  );
  return { differences, notBefore: now.filter((name) => !old.includes(name)), notNow: old.filter((name) => !now.includes(name)) };
}

async function fidelityOf(release: GatewayRelease, before: GatewayRelease) {
  const found = await tryRelease(release, FIDELITY_ROUNDS, progress);
  const table = readFidelity(await readFile(PAGE_OF_FIDELITY, 'utf8'));
  const compared = table[before] === undefined ? Object.keys(table).at(-1) : before;
  const apart = EXACT_SHAPES.flatMap((shape) => {
    const [now, then] = [found.shapes[shape]?.result, table[compared ?? '']?.[shape]?.result];
    return now === undefined || then === undefined || now === then ? [] : [{ shape, now, release: compared ?? '', before: then }];
  });
  return { ...found, apart };
}

async function tryFaults(release: GatewayRelease, names: readonly string[]): Promise<FaultTried[]> {
  const faults = FAULTS.filter(({ name }) => names.includes(name));
  const tried: FaultTried[] = [];
  if (faults.length === 0) return tried;
  await runRow(
    { release, noise: false, faults },
    {
      times: 1,
      progress,
      onRun: ({ fault, score, path }) => void tried.push({ name: fault, score, said: path.join(', then ') }),
      onBroken: (reason) => void tried.push({ name: reason.split(', LiteLLM ')[0] ?? '', score: 'not run', said: reason }),
      onFault: async () => {},
    },
  );
  return tried;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

process.exitCode = await main();
