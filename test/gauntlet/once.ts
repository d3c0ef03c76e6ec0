import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayRelease, RECORDED_RELEASE, type RecordedRelease } from '../../dev/gateway.ts';
import { redisServer } from '../../dev/redis.ts';
import { lacksOpenssl } from '../support/certificates.ts';
import { lacks } from '../support/lacks.ts';
import { appliesTo, expectedOn, type Fault } from './fault.ts';
import { FAULTS } from './index.ts';
import { REDIS } from './server.ts';
import { type Stack, startStack } from './stack.ts';
import { runFault } from './stage.ts';
import { type Supply, supply } from './supply.ts';

const silent = () => undefined;

export type Half = 'first' | 'second';

/**
 * The faults whose test is on a release: those that depend on it, and of the others every second one, so that
 * both releases are done after the same time.
 */
function faultsOf(release: RecordedRelease): readonly Fault[] {
  const either = FAULTS.filter(({ releases }) => releases === 'either');
  return FAULTS.filter(
    (fault) =>
      appliesTo(fault, release) &&
      (fault.releases === 'both' || RECORDED_RELEASE[either.indexOf(fault) % RECORDED_RELEASE.length] === release),
  );
}

/** One half of the faults of a release. */
export function halfOf(release: RecordedRelease, half: Half): readonly Fault[] {
  const all = faultsOf(release);
  const middle = Math.ceil(all.length / 2);
  return half === 'first' ? all.slice(0, middle) : all.slice(middle);
}

/** A test for each fault of one half of those of a release, all on one stack. A file for each half, because files run side by side. */
export function describeFaultsOn(release: RecordedRelease, half: Half): Promise<void> {
  return describeThese(release, `${half} half of the faults`, halfOf(release, half));
}

/** A test for each of some faults, all on one stack of a release. */
export async function describeThese(release: GatewayRelease, which: string, faults: readonly Fault[]): Promise<void> {
  const lacking = lacksOpenssl() || (await lacks(() => redisServer(REDIS, silent))) || (await lacks(() => redisServer('8.2.3', silent)));

  describe.skipIf(lacking)(`a cache behind LiteLLM ${release}, ${which}`, () => {
    let stack: Stack;
    let gateways: Supply;

    beforeAll(async () => {
      stack = await startStack(release, silent);
      gateways = supply(stack, faults);
    });

    afterAll(() => stack?.close());

    it.each(faults.map((fault) => [fault.name, fault] as const))('%s', async (_, fault) => {
      await gateways.ready(fault);
      const run = await runFault(fault, stack, false);
      // How long it takes is measured by `npm run gauntlet`. Here two more intervals are granted, as the machine may be busy with other things.
      const fair = ['right', 'late', ...(expectedOn(fault, release).cause.includes('undetermined') ? ['undetermined'] : [])];
      expect(fair, `${run.path.join(', then ')}; seen after ${run.detectedAfter} s`).toContain(run.score);
    });
  });
}
