/**
 * `npm run gauntlet`: every fault on both releases of LiteLLM, with and without a client that is refused all day,
 * healthy traffic, and faults at random; writes docs/gauntlet.md after each fault. Exits 1 when a cause was wrong,
 * less than 95 % were right, or healthy traffic was not called `working` all the time.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { GATEWAY_RELEASE, type GatewayRelease, RECORDED_RELEASE } from '../../dev/gateway.ts';
import { progressToStderr } from '../../dev/progress.ts';
import { appliesTo } from './fault.ts';
import { type Healthy, runHealthy } from './healthy.ts';
import { FAULTS, FAULTS_ON, IMPOSSIBLE, WITH_ORIGIN } from './index.ts';
import { PAIR_RELEASE, PAIRS } from './pairs.ts';
import { type RandomRuns, runRandom } from './random.ts';
import { additionOf, clusterOf, type Found, originOf, pairsOf, reportOf, withSection } from './report.ts';
import { type Row, rowsOf, runRow } from './row.ts';
import { SERVER, SERVER_OF, type ServerName } from './server.ts';
import type { Ways } from './settings.ts';
import { type Stack, startStack } from './stack.ts';
import type { Run } from './stage.ts';

const HELP = `npm run gauntlet [-- OPTIONS]

  --times N             runs of each fault on each release, with and without noise (10)
  --minutes-healthy N   healthy traffic on a stack of its own (30)
  --minutes-random N    faults at random on a stack of its own (60)
  --stacks N            how many stacks of Redis, gateways and exporter run at a time (3)
  --only NAME           faults whose name contains this; can be given several times
  --release VERSION     a release of LiteLLM (${GATEWAY_RELEASE.join(', ')}) instead of
                        ${RECORDED_RELEASE.join(' and ')}; can be given several times
  --server NAME         ${SERVER.join(' or ')} (redis); on another server than Redis the faults that depend on the
                        server: valkey adds them to the page as it is, cluster writes the section of the page about it
                        and has the faults of a cluster besides
  --pairs               two faults at once instead, beside the refusals of a narrow user, on LiteLLM
                        ${PAIR_RELEASE.join(', ')}: writes the section of the page about them
  --origin              the origin of the exporter behind the gateways instead of the mock model, without noise, and the
                        faults that only it shows: writes the section of the page about it
  --strip-headers       the same with a proxy in front of the gateway that takes all headers out which tell of the cache
  --append              adds to the page as it is instead of writing it anew
  --help                this text
`;
const ENOUGH = 0.95;
const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'gauntlet.md');
const NOISES = [false, true] as const;
const recorded: readonly string[] = RECORDED_RELEASE;
const PAIRS_ON: readonly string[] = PAIR_RELEASE;
const NAMES = [...FAULTS, ...FAULTS_ON.cluster, ...WITH_ORIGIN, ...PAIRS].map(({ name }) => name);

const progress = progressToStderr();
const runs: Run[] = [];
const broken: string[] = [];

async function main(): Promise<number> {
  const options = {
    times: { type: 'string', default: '10' },
    'minutes-healthy': { type: 'string' },
    'minutes-random': { type: 'string' },
    stacks: { type: 'string', default: '3' },
    only: { type: 'string', multiple: true },
    release: { type: 'string', multiple: true },
    server: { type: 'string', default: 'redis' },
    append: { type: 'boolean' },
    pairs: { type: 'boolean' },
    origin: { type: 'boolean' },
    'strip-headers': { type: 'boolean' },
    help: { type: 'boolean' },
  } as const;
  const { values } = parseArgs({ options });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { only, release } = values;
  const server = SERVER.find((name) => name === values.server);
  const releases = GATEWAY_RELEASE.filter((one) => (release ?? (values.pairs ? PAIRS_ON : recorded)).includes(one));
  // Health and chance are measured on Redis.
  const stripHeaders = values['strip-headers'] === true;
  const ways: Ways = { origin: values.origin === true || stripHeaders, stripHeaders };
  const all = server === undefined ? [] : values.pairs ? PAIRS : [...FAULTS_ON[server], ...(ways.origin ? WITH_ORIGIN : [])];
  const faults = all.filter(({ name }) => only === undefined || only.some((word) => name.includes(word)));
  const isShort = values.pairs || ways.origin || server !== 'redis';
  const [times = 0, healthyMinutes = 0, randomMinutes = 0, stacks = 0] = [
    values.times,
    values['minutes-healthy'] ?? (isShort ? '0' : '30'),
    values['minutes-random'] ?? (isShort ? '0' : '60'),
    values.stacks,
  ].map(Number);
  if (
    server === undefined ||
    // Two faults at once and the origin are recorded on one server.
    (server === 'cluster' && (values.pairs || ways.origin)) ||
    faults.length === 0 ||
    releases.length === 0 ||
    !(times > 0 && healthyMinutes >= 0 && randomMinutes >= 0 && stacks >= 1)
  ) {
    process.stderr.write(HELP);
    return 2;
  }

  const noises = values.pairs || ways.origin ? ([false] as const) : NOISES;
  let healthy: Healthy | undefined;
  let random: RandomRuns | undefined;
  let done = 0;
  const [newest = RECORDED_RELEASE[0]] = releases;
  const found = (): Found => ({
    date: new Date().toISOString().slice(0, 10),
    command: ['npm run gauntlet', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2).map(quoted)] : [])].join(' '),
    versions: `LiteLLM ${releases.join(' and ')}, ${SERVER_OF[server].title}.`,
    over: { done, of: noises.length * releases.reduce((sum, one) => sum + faults.filter((fault) => appliesTo(fault, one)).length, 0) },
    runs: [...runs].sort((a, b) => NAMES.indexOf(a.fault) - NAMES.indexOf(b.fault)),
    broken,
    healthy,
    random,
    impossible: IMPOSSIBLE,
  });

  const isAdded = values.append || values.pairs || ways.origin || server !== 'redis';
  const page = isAdded ? (await readFile(PAGE, 'utf8')).trimEnd() : undefined;
  const write = () => writeFile(PAGE, pageOf(found(), page, values.pairs === true, ways, server));
  const inRow = (row: Row) =>
    runRow(row, {
      times,
      progress,
      onRun: (run) => void runs.push(run),
      onBroken: (reason) => void broken.push(reason),
      async onFault() {
        done += 1;
        await write();
      },
    });
  const inHealth = () => onStack(newest, server, (stack) => runHealthy(stack, healthyMinutes, progress, (soFar) => (healthy = soFar)));
  const atRandom = () => onStack(newest, server, (stack) => runRandom(faults, stack, randomMinutes, progress, (soFar) => (random = soFar)));

  const rows = noises.flatMap((noise) => releases.flatMap((one) => rowsOf(faults, one, noise, server, ways)));
  // What lasts longest comes first, so that nothing is waited for alone in the end.
  const work = [
    ...(randomMinutes > 0 ? [atRandom] : []),
    ...(healthyMinutes > 0 ? [inHealth] : []),
    ...rows.map((row) => () => inRow(row)),
  ];
  await atATime(stacks, work, (reason) => broken.push(reason));
  await write();
  const ran = [...runs, ...(random?.runs ?? [])];
  const right = ran.filter(({ score }) => score === 'right').length;
  const wrong = ran.filter(({ score }) => score === 'wrong cause').length;
  const unrun = broken.length + (random?.broken.length ?? 0);
  progress(`${ran.length} runs, ${right} right, ${wrong} with a wrong cause, ${unrun} not run`);
  return wrong === 0 && right >= ENOUGH * (ran.length + unrun) && (healthy?.alarms.length ?? 0) === 0 ? 0 : 1;
}

/** Does work in its order, at most so many pieces at a time; tells of what could not be done and goes on. */
async function atATime(most: number, work: readonly (() => Promise<void>)[], tell: (reason: string) => void): Promise<void> {
  const rest = [...work];
  const lane = async () => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
      await next().catch((error: unknown) => tell(`the rest of a stack: ${error instanceof Error ? error.message : String(error)}`));
    }
  };
  await Promise.all(Array.from({ length: most }, lane));
}

/** The page with what was found: anew, or added to what it was; a section takes the place of the one before. */
function pageOf(found: Found, before: string | undefined, pairs: boolean, { origin, stripHeaders }: Ways, server: ServerName): string {
  if (before === undefined) return reportOf(found);
  if (pairs) return withSection(before, pairsOf(found));
  if (server === 'cluster') return withSection(before, clusterOf(found));
  return origin ? withSection(before, originOf(found, stripHeaders)) : `${before}\n\n${additionOf(found)}`;
}

async function onStack<T>(release: GatewayRelease, server: ServerName, run: (stack: Stack) => Promise<T>): Promise<T> {
  const stack = await startStack(release, progress, server);
  try {
    return await run(stack);
  } finally {
    await stack.close();
  }
}

function quoted(word: string): string {
  return /^[\w./=-]+$/.test(word) ? word : `'${word}'`;
}

process.exitCode = await main();
