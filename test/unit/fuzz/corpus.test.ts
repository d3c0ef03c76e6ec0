import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createRandom } from '../../fuzz/random.ts';
import { TARGETS } from '../../fuzz/targets.ts';
import { closeHttp } from '../../fuzz/targets-http.ts';
import { closeOrigin } from '../../fuzz/targets-origin.ts';
import { CORPUS, trial } from '../../fuzz/trial.ts';

afterAll(() => Promise.all([closeHttp(), closeOrigin()]));

/** With CI set the unit tests run three times, each with the next seed; alone they take the first. */
const SEED = Number(process.env.UNIT_RUN ?? 1);
const RUNS = 3;

describe.each(TARGETS)('$name', (target) => {
  const folder = join(CORPUS, target.name);
  test.each(existsSync(folder) ? readdirSync(folder) : [])('the kept input %s', async (name) => {
    expect(await trial(target, readFileSync(join(folder, name)))).toBeUndefined();
  });

  test(`takes the inputs of seed ${SEED}`, { timeout: 120_000 }, async () => {
    const random = createRandom(SEED);
    for (let left = Math.ceil(target.cases / RUNS); left > 0; left--) {
      const input = target.generate(random);
      expect(await trial(target, input), input.subarray(0, 2_000).toString('latin1')).toBeUndefined();
    }
  });
});

test('the same seed makes the same inputs', () => {
  const inputs = () => {
    const random = createRandom(7);
    return TARGETS.map(({ generate }) => generate(random).toString('base64'));
  };
  expect(inputs()).toEqual(inputs());
});

test('tells what an input breaks', async () => {
  const broken = { name: 'broken', cases: 1, generate: () => Buffer.from('a'), run: (input: Buffer) => void JSON.parse(input.toString()) };
  expect(await trial(broken, Buffer.from('a'))).toContain('SyntaxError');
  expect(await trial(broken, Buffer.from('{}'))).toBeUndefined();
});
