import type { GatewayRelease } from '../../dev/gateway.ts';
import type { Progress } from '../../dev/progress.ts';
import { appliesTo, type Fault } from './fault.ts';
import { makeNoise } from './noise.ts';
import type { ServerName } from './server.ts';
import type { Ways } from './settings.ts';
import { startStack } from './stack.ts';
import { type Run, runFault } from './stage.ts';
import { supply } from './supply.ts';

/** A row of faults on one stack, each run some times before the next. */
export interface Row {
  release: GatewayRelease;
  /** Redis unless another one is named. */
  server?: ServerName | undefined;
  noise: boolean;
  faults: readonly Fault[];
  /** The mock model and a plain way to the gateway, unless others are named. */
  ways?: Ways | undefined;
}

/** What is made of the runs of a row. */
export interface Runs {
  /** How often each fault runs. */
  times: number;
  progress: Progress;
  onRun(run: Run): void;
  /** A run that could not be made, with its reason. */
  onBroken(reason: string): void;
  /** After the last run of each fault. */
  onFault(): Promise<void>;
}

/** How many faults share a stack. */
const LENGTH = 10;

/** The rows of some faults on a release, with noise or without. */
export function rowsOf(
  faults: readonly Fault[],
  release: GatewayRelease,
  noise: boolean,
  server: ServerName = 'redis',
  ways?: Ways,
): Row[] {
  const own = faults.filter((fault) => appliesTo(fault, release));
  const count = Math.ceil(own.length / LENGTH);
  return Array.from({ length: count }, (_, row) => ({ release, server, noise, ways, faults: own.slice(row * LENGTH, (row + 1) * LENGTH) }));
}

/** Runs a row; a run that could not be made gets the next one a new stack. */
export async function runRow(
  { release, server, noise, faults, ways }: Row,
  { times, progress, onRun, onBroken, onFault }: Runs,
): Promise<void> {
  let stage = await open({ release, server, faults, noise, ways }, progress);
  for (const fault of faults) {
    for (let time = 1; time <= times; time += 1) {
      const name = `${fault.name}, LiteLLM ${release}${noise ? ', noise' : ''}, ${time} of ${times}`;
      try {
        await stage.gateways.ready(fault);
        const run = await runFault(fault, stage.stack, noise);
        onRun(run);
        const after = run.detectedAfter === undefined ? '' : ` after ${run.detectedAfter.toFixed(1)} s`;
        progress(`${run.score}: ${name}: ${run.said.verdict} ${run.said.cause}${after}`);
      } catch (error) {
        const [why = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
        const reason = `${name}: ${why}`;
        onBroken(reason);
        progress(`not run: ${reason}`);
        await stage.close();
        stage = await open({ release, server, faults, noise, ways }, progress);
      }
    }
    await onFault();
  }
  await stage.close();
}

async function open({ release, server, faults, noise: noisy, ways }: Row, progress: Progress) {
  const stack = await startStack(release, progress, server, ways);
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
