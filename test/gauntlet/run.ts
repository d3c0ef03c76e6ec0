/**
 * `npm run gauntlet`: every fault on both releases of LiteLLM at once, with and without a client that is refused all
 * day, then healthy traffic, then faults at random; writes docs/gauntlet.md. Exits 1 when a cause was wrong,
 * less than 95 % were right, or healthy traffic was not called `working` all the time.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { GATEWAY_RELEASE, type GatewayRelease } from '../../deploy/local/gateway.ts';
import { progressToStderr } from '../../deploy/local/progress.ts';
import { type Healthy, runHealthy } from './healthy.ts';
import { FAULTS, IMPOSSIBLE } from './index.ts';
import { makeNoise } from './noise.ts';
import { type RandomRuns, runRandom } from './random.ts';
import { reportOf } from './report.ts';
import { REDIS } from './server.ts';
import { type Stack, startStack } from './stack.ts';
import { type Run, runFault } from './stage.ts';
import { supply } from './supply.ts';

const HELP = `npm run gauntlet [-- OPTIONS]

  --times N             runs of each fault on each release, with and without noise (10)
  --minutes-healthy N   healthy traffic afterwards (30)
  --minutes-random N    faults at random afterwards (60)
  --only NAME           faults whose name contains this; can be given several times
  --release VERSION     one release of LiteLLM instead of both; can be given several times
  --help                this text
`;
const ENOUGH = 0.95;

const progress = progressToStderr();
const runs: Run[] = [];
const broken: string[] = [];

async function main(): Promise<number> {
  const options = {
    times: { type: 'string', default: '10' },
    'minutes-healthy': { type: 'string', default: '30' },
    'minutes-random': { type: 'string', default: '60' },
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
  const write = () =>
    writeFile(
      join(import.meta.dirname, '..', '..', 'docs', 'gauntlet.md'),
      reportOf({
        date: new Date().toISOString().slice(0, 10),
        command: ['npm run gauntlet', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2).map(quoted)] : [])].join(' '),
        versions: `LiteLLM ${releases.join(' and ')}, Redis ${REDIS}.`,
        runs,
        broken,
        healthy,
        random,
        impossible: IMPOSSIBLE,
      }),
    );

  // Side by side: a fault is mostly waiting.
  await Promise.all(releases.map((one) => faultsOn(one, faults, times)));
  await write();
  const [newest] = releases;
  if (newest !== undefined && healthyMinutes + randomMinutes > 0) {
    const stack = await startStack(newest, progress);
    try {
      if (healthyMinutes > 0) healthy = await runHealthy(stack, healthyMinutes, progress);
      if (randomMinutes > 0) random = await runRandom(faults, stack, randomMinutes, progress);
    } finally {
      await stack.close();
    }
  }
  await write();
  const all = [...runs, ...(random?.runs ?? [])];
  const right = all.filter(({ score }) => score === 'right').length;
  const wrong = all.filter(({ score }) => score === 'wrong cause').length;
  progress(`${all.length} runs, ${right} right, ${wrong} with a wrong cause, ${broken.length} not run`);
  return wrong === 0 && right >= ENOUGH * (all.length + broken.length) && (healthy?.alarms.length ?? 0) === 0 ? 0 : 1;
}

/** Runs every fault several times on one release, first alone and then beside the noise. */
async function faultsOn(release: GatewayRelease, faults: typeof FAULTS, times: number): Promise<void> {
  for (const noise of [false, true]) {
    let stage = await open(release, faults, noise);
    for (const fault of faults) {
      for (let time = 1; time <= times; time += 1) {
        const name = `${fault.name}, LiteLLM ${release}${noise ? ', noise' : ''}, ${time} of ${times}`;
        try {
          await stage.gateways.ready(fault);
          const run = await runFault(fault, stage.stack, noise);
          runs.push(run);
          const after = run.detectedAfter === undefined ? '' : ` after ${run.detectedAfter.toFixed(1)} s`;
          progress(`${run.score}: ${name}: ${run.said.verdict} ${run.said.cause}${after}`);
        } catch (error) {
          broken.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
          progress(`not run: ${broken.at(-1)}`);
          await stage.close();
          stage = await open(release, faults, noise);
        }
      }
    }
    await stage.close();
  }
}

async function open(release: GatewayRelease, faults: typeof FAULTS, noisy: boolean) {
  const stack: Stack = await startStack(release, progress);
  const noise = noisy ? makeNoise(stack.server) : undefined;
  return {
    stack,
    gateways: supply(stack, faults),
    async close() {
      noise?.stop();
      await stack.close();
    },
  };
}

function quoted(word: string): string {
  return /^[\w./=-]+$/.test(word) ? word : `'${word}'`;
}

process.exitCode = await main();
