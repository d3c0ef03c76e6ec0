/**
 * `npm run gauntlet`: every fault on both releases of LiteLLM at once, with and without a client that is refused all
 * day, then healthy traffic, then faults at random; writes docs/gauntlet.md after each round. Exits 1 when a cause
 * was wrong, less than 95 % were right, or healthy traffic was not called `working` all the time.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { GATEWAY_RELEASE, type GatewayRelease } from '../../deploy/local/gateway.ts';
import { progressToStderr } from '../../deploy/local/progress.ts';
import type { Fault } from './fault.ts';
import { type Healthy, runHealthy } from './healthy.ts';
import { FAULTS, IMPOSSIBLE } from './index.ts';
import { type RandomRuns, runRandom } from './random.ts';
import { reportOf } from './report.ts';
import { runRounds } from './rounds.ts';
import { REDIS } from './server.ts';
import { type Stack, startStack } from './stack.ts';
import type { Run } from './stage.ts';

const HELP = `npm run gauntlet [-- OPTIONS]

  --times N             runs of each fault on each release, with and without noise (10)
  --minutes-healthy N   healthy traffic afterwards (30)
  --minutes-random N    faults at random afterwards (60)
  --side-by-side        everything at once, each on a stack of its own: the rounds of each release with noise and
                        without, and meanwhile healthy traffic, then faults at random
  --only NAME           faults whose name contains this; can be given several times
  --release VERSION     one release of LiteLLM instead of both; can be given several times
  --help                this text
`;
const ENOUGH = 0.95;
const NOISES = [false, true] as const;
const NAMES = FAULTS.map(({ name }) => name);

const progress = progressToStderr();
const runs: Run[] = [];
const broken: string[] = [];

async function main(): Promise<number> {
  const options = {
    times: { type: 'string', default: '10' },
    'minutes-healthy': { type: 'string', default: '30' },
    'minutes-random': { type: 'string', default: '60' },
    'side-by-side': { type: 'boolean' },
    only: { type: 'string', multiple: true },
    release: { type: 'string', multiple: true },
    help: { type: 'boolean' },
  } as const;
  const { values } = parseArgs({ options });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { only, release } = values;
  const faults = FAULTS.filter(({ name }) => only === undefined || only.some((word) => name.includes(word)));
  const releases = GATEWAY_RELEASE.filter((one) => release === undefined || release.includes(one));
  const [times, healthyMinutes, randomMinutes] = [values.times, values['minutes-healthy'], values['minutes-random']].map(Number);
  if (faults.length === 0 || releases.length === 0 || !times || healthyMinutes === undefined || randomMinutes === undefined) {
    process.stderr.write(HELP);
    return 2;
  }

  let healthy: Healthy | undefined;
  let random: RandomRuns | undefined;
  let rounds = 0;
  const [newest = GATEWAY_RELEASE[0]] = releases;
  const write = () =>
    writeFile(
      join(import.meta.dirname, '..', '..', 'docs', 'gauntlet.md'),
      reportOf({
        date: new Date().toISOString().slice(0, 10),
        command: ['npm run gauntlet', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2).map(quoted)] : [])].join(' '),
        versions: `LiteLLM ${releases.join(' and ')}, Redis ${REDIS}.`,
        rounds: { done: rounds, of: 2 * times * releases.length },
        runs: [...runs].sort((a, b) => NAMES.indexOf(a.fault) - NAMES.indexOf(b.fault)),
        broken,
        healthy,
        random,
        impossible: IMPOSSIBLE,
      }),
    );
  const onRound = async () => {
    rounds += 1;
    await write();
  };
  const inRounds = (release: GatewayRelease, noises: readonly boolean[], order: readonly Fault[]) =>
    runRounds({
      release,
      faults: order,
      noises,
      times,
      progress,
      onRun: (run) => void runs.push(run),
      onBroken: (reason) => void broken.push(reason),
      onRound,
    });
  const inHealth = async () => {
    if (healthyMinutes === 0) return;
    await onStack(newest, (stack) => runHealthy(stack, healthyMinutes, progress, (soFar) => (healthy = soFar)));
  };
  const atRandom = async () => {
    if (randomMinutes === 0) return;
    await onStack(newest, (stack) => runRandom(faults, stack, randomMinutes, progress, (soFar) => (random = soFar)));
  };

  const afterwards = async () => {
    await inHealth();
    await write();
    await atRandom();
    await write();
  };
  // The releases side by side in any case: a fault is mostly waiting.
  if (values['side-by-side']) {
    const rows = releases.flatMap((release) => NOISES.map((noise) => ({ release, noise })));
    const inRows = rows.map(({ release, noise }, row) => inRounds(release, [noise], startingAt(row / rows.length, faults)));
    await Promise.all([...inRows, afterwards()]);
  } else {
    await Promise.all(releases.map((release) => inRounds(release, NOISES, faults)));
    await afterwards();
  }
  const all = [...runs, ...(random?.runs ?? [])];
  const right = all.filter(({ score }) => score === 'right').length;
  const wrong = all.filter(({ score }) => score === 'wrong cause').length;
  const unrun = broken.length + (random?.broken.length ?? 0);
  progress(`${all.length} runs, ${right} right, ${wrong} with a wrong cause, ${unrun} not run`);
  return wrong === 0 && right >= ENOUGH * (all.length + unrun) && (healthy?.alarms.length ?? 0) === 0 ? 0 : 1;
}

/** A list that starts at a part of itself and goes round, so that rows do not start the same gateways at the same moment. */
function startingAt<T>(part: number, list: readonly T[]): readonly T[] {
  const first = Math.floor(part * list.length);
  return [...list.slice(first), ...list.slice(0, first)];
}

async function onStack<T>(release: GatewayRelease, run: (stack: Stack) => Promise<T>): Promise<T> {
  const stack = await startStack(release, progress);
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
