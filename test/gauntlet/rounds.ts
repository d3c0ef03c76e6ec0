import type { GatewayRelease } from '../../deploy/local/gateway.ts';
import type { Progress } from '../../deploy/local/progress.ts';
import type { Fault } from './fault.ts';
import { makeNoise } from './noise.ts';
import { startStack } from './stack.ts';
import { type Run, runFault } from './stage.ts';
import { supply } from './supply.ts';

/** Rounds of a release: every fault once, without noise or beside it, and again. */
export interface Rounds {
  release: GatewayRelease;
  faults: readonly Fault[];
  /** A round of each is made in turn. */
  noises: readonly boolean[];
  /** How often each fault runs without noise or beside it. */
  times: number;
  progress: Progress;
  onRun(run: Run): void;
  /** A run that could not be made, with its reason. */
  onBroken(reason: string): void;
  /** After each round. */
  onRound(): Promise<void>;
}

/** Runs the rounds, each on a stack of its own. */
export async function runRounds({ release, faults, noises, times, progress, onRun, onBroken, onRound }: Rounds): Promise<void> {
  for (let time = 1; time <= times; time += 1) {
    for (const noise of noises) {
      let stage = await open(release, faults, noise, progress);
      for (const fault of faults) {
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
          stage = await open(release, faults, noise, progress);
        }
      }
      await stage.close();
      await onRound();
    }
  }
}

async function open(release: GatewayRelease, faults: readonly Fault[], noisy: boolean, progress: Progress) {
  const stack = await startStack(release, progress);
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
