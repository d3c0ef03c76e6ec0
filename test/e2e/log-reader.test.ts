import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { freePort } from '../../dev/process.ts';
import { eventually } from '../support/eventually.ts';
import { metricValue } from '../support/metrics-text.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');
const directory = mkdtempSync(join(tmpdir(), 'lce-log-'));
afterAll(() => rmSync(directory, { recursive: true }));

async function configFile(port: number): Promise<string> {
  const file = join(directory, `config-${port}.yaml`);
  writeFileSync(
    file,
    `redis: [{ name: cache, url: "redis://127.0.0.1:1", interval: 100ms, timeout: 80ms }]\nhttp: { listen: ["127.0.0.1:${port}"] }\nlog: { level: debug }\n`,
  );
  return file;
}

async function metric(port: number, name: string): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`).then(
    (response) => response.text(),
    () => '',
  );
  return metricValue(answer, name) ?? -1;
}

describe('a log that cannot be written', () => {
  it.each(['the reader goes away', 'a full device', 'the reader of both goes away'])(
    '%s: the exporter drops lines, counts them, serves and ends with 0',
    async (what) => {
      const port = await freePort();
      const full = what === 'a full device' ? openSync('/dev/full', 'w') : undefined;
      const both = what.includes('both') ? 'pipe' : 'ignore';
      const child = spawn(process.execPath, [MAIN, '-c', await configFile(port)], { stdio: ['ignore', full ?? 'pipe', both] });
      if (full !== undefined) closeSync(full);
      const ended = once(child, 'exit');
      try {
        if (full === undefined) await eventually(async () => (await metric(port, 'cache_exporter_log_lines_dropped_total')) >= 0, 30_000);
        child.stdout?.destroy();
        child.stderr?.destroy();
        await eventually(async () => (await metric(port, 'cache_exporter_log_lines_dropped_total')) > 0, 30_000);
      } finally {
        child.kill('SIGTERM');
      }
      expect(await ended).toEqual([0, null]);
    },
  );

  it('a reader that stalls costs no memory beyond a bound and does not hold up the end', async () => {
    const port = await freePort();
    const child = spawn(process.execPath, [MAIN, '-c', await configFile(port)], { stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.pause();
    const ended = once(child, 'exit');
    try {
      await eventually(async () => (await metric(port, 'cache_exporter_log_lines_dropped_total')) >= 0, 30_000);
    } finally {
      child.kill('SIGTERM');
    }
    expect(await ended).toEqual([0, null]);
  });
});

describe('a command whose output', () => {
  const run = (command: string) => spawnSync('bash', ['-c', command], { encoding: 'utf8' });
  const exporter = `'${process.execPath}' '${MAIN}'`;

  it.each(['metrics', 'config schema', 'doctor --rules', '--help'])(
    '%s: nobody reads to its end is quiet and ends with its own code',
    (command) => {
      const { stdout, stderr } = run(`${exporter} ${command} | head -1 >/dev/null; echo "\${PIPESTATUS[0]}"`);
      expect([stdout, stderr]).toEqual(['0\n', '']);
    },
  );

  it.each(['metrics', 'config schema', '--help'])('%s: cannot be written says so and ends with 3', (command) => {
    const { status, stderr } = run(`${exporter} ${command} > /dev/full`);
    expect([status, stderr]).toEqual([3, 'cannot write to standard output: there is no space left on the device\n']);
  });

  it('is closed at the start runs all the same', () => {
    expect(run(`${exporter} metrics >&- 2>&-`).status).toBe(0);
  });
});

describe('a configuration that is a pipe', () => {
  it.each(['config check', 'probe', 'serve'])('%s refuses it at once', (command) => {
    const fifo = join(directory, `fifo-${command.replace(' ', '-')}`);
    execFileSync('mkfifo', [fifo]);
    const { status, stderr } = spawnSync(process.execPath, [MAIN, ...command.split(' '), '-c', fifo], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect([status, stderr]).toEqual([2, expect.stringContaining(`${fifo} is a pipe, not a regular file`)]);
  });
});
