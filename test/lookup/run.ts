/**
 * `npm run lookup-trials`: looks up random requests on real gateways of several releases, in the cache and not, and says how often the answer was
 * right. Exits 0 when none was wrong, 1 when one was, 2 for usage.
 */
import { parseArgs } from 'node:util';
import { GATEWAY_RELEASE, type GatewayRelease, NEWEST_RELEASE } from '../../dev/gateway.ts';
import { progressToStderr } from '../../dev/progress.ts';
import { startStand } from './stand.ts';
import { runTrials, SITUATION } from './trials.ts';

const HELP = `npm run lookup-trials [-- OPTIONS]

  Looks up random requests on real gateways, and compares with what was done before. Takes about two minutes a release.
  Exit 0: no answer was wrong; 1: one was; 2: usage.

  --release RELEASE  only this one (may be given several times)
  --trials NUMBER    how many for each release (200)
  --seed NUMBER      other requests (1); the cache has a namespace where it is odd
  --help             this text
`;

const RELEASES: readonly GatewayRelease[] = ['1.80.9', '1.104.2', NEWEST_RELEASE];

async function main(): Promise<number> {
  const options = {
    release: { type: 'string', multiple: true },
    trials: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean' },
  } as const;
  const { values } = parseArgs({ options });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const [count, seed] = [Number(values.trials), Number(values.seed)];
  const releases = values.release?.flatMap((name) => GATEWAY_RELEASE.find((one) => one === name) ?? []) ?? RELEASES;
  if (!Number.isInteger(count) || count < 1 || !Number.isInteger(seed) || releases.length < (values.release?.length ?? 1)) {
    process.stderr.write(HELP);
    return 2;
  }
  const progress = progressToStderr();
  let isRight = true;
  for (const release of releases) {
    const stand = await startStand(release, seed % 2 === 1 ? 'users' : undefined);
    try {
      const trials = await runTrials(stand, count, seed, ({ outcome, situation, route, model, reason, body }) => {
        progress(`${release}: ${outcome}, ${situation}, ${route}, ${model}: ${reason}`);
        if (outcome === 'wrong') process.stdout.write(`${release}: WRONG, ${situation}, ${route}: ${reason}: ${body}\n`);
      });
      const times = (outcome: string) => trials.filter((trial) => trial.outcome === outcome).length;
      const told = SITUATION.map((situation) => {
        const own = trials.filter((trial) => trial.situation === situation && trial.outcome !== 'skipped');
        return `${situation} ${own.filter(({ outcome }) => outcome === 'right').length}/${own.length}`;
      });
      process.stdout.write(
        `${release}: ${times('right')} right, ${times('cannot tell')} not told, ${times('wrong')} wrong, ${times('skipped')} not taken by the gateway (${told.join(', ')})\n`,
      );
      isRight &&= times('wrong') === 0;
    } finally {
      await stand.stop();
    }
  }
  return isRight ? 0 : 1;
}

process.exitCode = await main();
