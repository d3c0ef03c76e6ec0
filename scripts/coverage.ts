/**
 * Compares the lines that unit and socket tests reach with the floor of each folder of `src`, by the reports in the folders that are given, else
 * in that of `npm run coverage`. Exits 1 where a folder is below its floor. Without the Redis that most socket tests need nothing is
 * compared, and that is said.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { redisServer } from '../dev/redis.ts';
import { floorFailures, parseCoverage } from './coverage-floors.ts';

const root = join(import.meta.dirname, '..');
const given = process.argv.slice(2);
const folders = given.length > 0 ? given : [join(root, '.cache/coverage')];
const lacksRedis = await redisServer('8.2.3', () => undefined).then(
  () => false,
  () => !process.env.CI,
);
if (lacksRedis) {
  console.log('coverage is not compared: this machine lacks Redis 8.2.3, whose tests were skipped');
} else {
  const reports = folders.map((folder) => readFileSync(join(folder, 'coverage-final.json'), 'utf8'));
  const covered = parseCoverage(reports, join(root, 'src'));
  const failures = floorFailures(covered);
  for (const failure of failures) console.error(failure);
  console.log(
    `lines reached: ${[...covered].map(([folder, { lines, reached }]) => `${folder} ${((100 * reached) / lines).toFixed(1)} %`).join(', ')}`,
  );
  process.exitCode = failures.length > 0 ? 1 : 0;
}
