import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { STACK } from './install.ts';
import { withLock } from './lock.ts';
import { onPath } from './on-path.ts';
import type { Progress } from './progress.ts';

const run = promisify(execFile);
const MODULE = join(import.meta.dirname, 'compose');
const PACKAGE = 'github.com/compose-spec/compose-go/v2/cmd';

/**
 * Builds the loader that docker compose itself reads its files with, unless it was built before, and returns
 * the path of its program: `docker compose config` without docker. Takes some ten seconds the first time.
 * Fails with MissingError when there is no Go.
 */
export async function buildComposeConfig(progress: Progress): Promise<string> {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) hash.update(await readFile(join(MODULE, file)));
  const program = join(STACK, `compose-config-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(program)) return program;
  const go = await onPath('go', 'golang (1.25 or later)');
  await mkdir(STACK, { recursive: true });
  await withLock(program, progress, async () => {
    if (existsSync(program)) return;
    await run(go, ['build', '-mod=readonly', '-buildvcs=false', '-o', `${program}.new`, PACKAGE], { cwd: MODULE });
    await rename(`${program}.new`, program);
  });
  return program;
}
