import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { GatewayRelease } from '../../dev/gateway.ts';
import { install } from '../../dev/install.ts';
import type { Progress } from '../../dev/progress.ts';

const run = promisify(execFile);

/** What a release is made of, by subject: packages, arguments, variables, headers, metrics, what is in a cache key. */
export type Inside = Readonly<Record<string, readonly string[]>>;

/** Asks an installed release; nothing connects. */
export async function insideOf(release: GatewayRelease, progress: Progress): Promise<Inside> {
  const venv = await install(release, progress);
  const env = { PATH: process.env.PATH, LITELLM_LOCAL_MODEL_COST_MAP: 'True', LITELLM_MODE: 'PRODUCTION' };
  const asked = [join(import.meta.dirname, 'inside.py')];
  const { stdout } = await run(join(venv, 'bin', 'python'), asked, { env, timeout: 300_000, maxBuffer: 16 * 1024 * 1024 });
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n{') + 1));
}
