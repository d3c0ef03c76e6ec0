/**
 * `npm run mutate`: damages the sources in one place at a time and says which damage no unit test notices, by file and line.
 * `npm run mutate -- src/verdict src/pairs/pair.ts` looks at these alone, `-- --most 20` at twenty places of each file, drawn by
 * chance. Works on a copy of the tracked files, so that the folder it is started in stays as it is.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { startProcess } from '../dev/process.ts';
import { type Mutant, mutantsOf } from './mutants.ts';

/** The logic: where a wrong sign is a wrong answer. */
const AREAS = ['src/verdict', 'src/pairs', 'src/watch', 'src/redis/replies', 'src/doctor/rules', 'src/origin', 'src/fidelity'];
/** A damage that makes a test run for ever is noticed as well. */
const LIMIT_MS = 120_000;

const root = join(import.meta.dirname, '..');

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options: { most: { type: 'string' } }, allowPositionals: true });
  const most = Number(values.most ?? Infinity);
  const wanted = positionals.length > 0 ? positionals : AREAS;
  const tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
  const files = tracked.filter(
    (file) => file.endsWith('.ts') && file.startsWith('src/') && wanted.some((path) => file === path || file.startsWith(`${path}/`)),
  );
  if (!(most > 0) || files.length === 0) {
    console.error(files.length === 0 ? `no source is in ${wanted.join(', ')}` : '--most is a number above 0');
    return 2;
  }
  const copy = mkdtempSync(join(tmpdir(), 'lce-mutate-'));
  process.once('SIGINT', () => {
    rmSync(copy, { recursive: true, force: true });
    process.exit(130);
  });
  try {
    for (const file of tracked)
      if (existsSync(join(root, file))) cpSync(join(root, file), join(copy, file), { recursive: true, verbatimSymlinks: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    const tests = tracked.filter((file) => file.startsWith('test/unit/') && file.endsWith('.test.ts'));
    let [noticed, survived] = [0, 0];
    for (const file of files) {
      const own = testsOf(file, tests);
      const all = mutantsOf(readFileSync(join(copy, file), 'utf8'));
      if (own.length === 0) console.log(`${file}: no unit test imports it, ${all.length} places are not tried`);
      const isSound = own.length > 0 && (await doPass(copy, own));
      if (own.length > 0 && !isSound) console.log(`${file}: its tests fail without any damage, ${all.length} places are not tried`);
      for (const mutant of isSound ? drawn(all, most) : []) {
        if (await isNoticed(copy, file, mutant, own)) {
          noticed += 1;
          continue;
        }
        survived += 1;
        console.log(`${file}:${mutant.line}:${mutant.column} survives: ${mutant.before} -> ${mutant.after}`);
      }
    }
    console.log(`${noticed} noticed, ${survived} survived`);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  return 0;
}

/** The unit tests that import a source; where none does, those of the folder that has its name, or of the next one above it. */
function testsOf(file: string, tests: readonly string[]): readonly string[] {
  const direct = tests.filter((test) => {
    const text = readFileSync(join(root, test), 'utf8');
    const isInIndex = file.startsWith('src/doctor/rules/') && text.includes('/doctor/rules/index.ts');
    const own = relative(dirname(test), file);
    return text.includes(`'${own}'`) || (isInIndex && basename(test) === 'boundaries.test.ts');
  });
  if (direct.length > 0) return direct;
  for (let folder = dirname(file); folder !== 'src'; folder = dirname(folder)) {
    const beside = tests.filter((test) => test.startsWith(`test/unit/${folder.slice('src/'.length)}/`));
    if (beside.length > 0) return beside;
  }
  return [];
}

/** So many of a list, by chance, in their order. */
function drawn(mutants: readonly Mutant[], most: number): readonly Mutant[] {
  const ranked = mutants.map((mutant) => ({ mutant, rank: Math.random() })).sort((a, b) => a.rank - b.rank);
  const kept = new Set(ranked.slice(0, most).map(({ mutant }) => mutant));
  return mutants.filter((mutant) => kept.has(mutant));
}

async function isNoticed(copy: string, file: string, { start, end, after }: Mutant, tests: readonly string[]): Promise<boolean> {
  const path = join(copy, file);
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.slice(0, start) + after + text.slice(end));
  const passed = await doPass(copy, tests);
  writeFileSync(path, text);
  return !passed;
}

/** Whether some unit tests pass in the copy as it is, within the limit of time. */
async function doPass(copy: string, tests: readonly string[]): Promise<boolean> {
  const args = [join(copy, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'unit', '--bail', '1', ...tests];
  const child = startProcess(process.execPath, args, { cwd: copy, env: process.env });
  const timer = setTimeout(() => void child.stop(0), LIMIT_MS);
  const how = await child.ended;
  clearTimeout(timer);
  return how === 'exited with status 0';
}

process.exitCode = await main();
