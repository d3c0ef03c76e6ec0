import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { lacksProgram } from '../support/prometheus.ts';

const folder = join(import.meta.dirname, '../../deploy/prometheus');

/** Runs promtool in the folder of the rules: its exit code and what it printed. */
async function promtool(...args: string[]): Promise<{ code: number; output: string }> {
  return promisify(execFile)('promtool', args, { cwd: folder, maxBuffer: 1e8 }).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ code, output: `${stdout}${stderr}` }),
  );
}

function files(of: 'rules' | 'tests'): string[] {
  return readdirSync(join(folder, of)).map((file) => join(of, file));
}

describe.skipIf(await lacksProgram('promtool'))('promtool', () => {
  it('finds nothing to complain of in the rules', async () => {
    const { code, output } = await promtool('check', 'rules', '--lint=all', '--lint-fatal', ...files('rules'));
    expect([code, output.match(/SUCCESS/g)?.length], output).toEqual([0, files('rules').length]);
  });

  it.each(files('tests'))('passes %s', async (file) => {
    const { code, output } = await promtool('test', 'rules', file);
    expect(code, output).toBe(0);
  });
});
