import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { createRandom } from './random.ts';
import { TARGETS } from './targets.ts';
import { closeHttp } from './targets-http.ts';
import { closeOrigin } from './targets-origin.ts';
import { keep, trial } from './trial.ts';

/** Whether memory grows shows only over very many inputs. */
const TOLD_EVERY = 100_000;

const HELP = `Feeds random inputs to everything that reads what others write.

  --minutes N   how long, all targets together (10, or as long as it takes with --inputs)
  --inputs N    no more inputs for each target (any number)
  --seed N      repeats the inputs of a run (random)
  --only NAME   one target; can be given several times, of: ${TARGETS.map(({ name }) => name).join(', ')}

Exits 1 when something was found; the input is then in test/fuzz/corpus, where the unit tests try it again.
`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    inputs: { type: 'string' },
    seed: { type: 'string' },
    only: { type: 'string', multiple: true },
    help: { type: 'boolean' },
  },
});
const minutes = Number(values.minutes ?? (values.inputs === undefined ? 10 : Number.POSITIVE_INFINITY));
const inputs = Number(values.inputs ?? Number.POSITIVE_INFINITY);
const seed = Number(values.seed ?? randomInt(2 ** 32));
const chosen = TARGETS.filter(({ name }) => values.only?.includes(name) ?? true);
if (values.help) process.stdout.write(HELP);
else if (!(minutes > 0) || !(inputs > 0) || !Number.isInteger(seed) || chosen.length === 0) {
  process.stderr.write(HELP);
  process.exitCode = 2;
} else await fuzz();

async function fuzz(): Promise<void> {
  const bound = minutes === Number.POSITIVE_INFINITY ? `${inputs} inputs` : `${minutes} minutes`;
  console.log(`seed ${seed}, ${bound}, ${memory()} at the start`);
  const tries = chosen.map((target, index) => ({ target, random: createRandom(seed + index), count: 0, found: 0 }));
  for (const state of tries) {
    const start = performance.now();
    const until = start + (minutes * 60_000) / tries.length;
    // A target that fails with every input need not fill the disk.
    while (performance.now() < until && state.count < inputs && state.found < 5) {
      const input = state.target.generate(state.random);
      const wrong = await trial(state.target, input);
      state.count++;
      if (state.count % TOLD_EVERY === 0) console.log(`${state.target.name}: ${state.count} inputs, ${memory()}`);
      if (wrong === undefined) continue;
      state.found++;
      console.error(`${state.target.name}: ${wrong}\n  input: ${await keep(state.target, input)}`);
    }
    const rate = Math.round(state.count / ((performance.now() - start) / 1_000));
    console.log(`${state.target.name}: ${state.count} inputs (${rate} a second), ${state.found} found, ${memory()}`);
  }
  await closeHttp();
  await closeOrigin();
  console.log(`${memory()} at the end`);
  if (tries.some(({ found }) => found > 0)) process.exitCode = 1;
}

function memory(): string {
  return `${Math.round(process.memoryUsage.rss() / 1e6)} MB`;
}
