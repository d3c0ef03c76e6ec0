import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, type RunningProcess, startProcess, waitUntilReady } from '../../dev/process.ts';
import { startRedis } from '../support/redis.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

describe('the published package', () => {
  let directory: string;
  let command: string;
  let exporter: RunningProcess | undefined;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'package-'));
    await run('npm', ['pack', '--pack-destination', directory], { cwd: root });
    const [tarball] = (await readdir(directory)).filter((file) => file.endsWith('.tgz'));
    await writeFile(join(directory, 'package.json'), '{"private":true}');
    await run('npm', ['install', '--omit=dev', '--no-audit', '--no-fund', `./${tarball}`], { cwd: directory });
    command = join(directory, 'node_modules/litellm-cache-exporter/dist/main.js');
  }, 120_000);

  afterAll(async () => {
    await exporter?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it('brings no tool of development and no Node', async () => {
    const packages = await readdir(join(directory, 'node_modules'));
    expect(packages.filter((name) => /^(node-|typescript|vitest|@biomejs|fast-check)/.test(name))).toEqual([]);
  });

  it('prints its version', async () => {
    const { stdout } = await run(process.execPath, [command, '--version']);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('brings the pages of the doctor', async () => {
    const { stdout } = await run(process.execPath, [command, 'doctor', '--explain', 'ttl']);
    expect(stdout).toMatch(/^# ttl\n/);
  });

  it('scrapes a Redis and ends cleanly', async () => {
    const redis = await startRedis();
    const port = await freePort();
    const running = startProcess(process.execPath, [command, 'serve', '--redis-url', redis.url, '--listen', `127.0.0.1:${port}`], {
      cwd: directory,
      env: { PATH: process.env.PATH ?? '' },
    });
    exporter = running;
    const ready = () =>
      fetch(`http://127.0.0.1:${port}/-/ready`).then(
        (answer) => answer.ok,
        () => false,
      );
    await waitUntilReady('the exporter', running, 15_000, ready);
    const page = await fetch(`http://127.0.0.1:${port}/metrics`).then((answer) => answer.text());
    expect(page).toContain('redis_up{redis_target="redis"} 1\n');
    running.signal('SIGTERM');
    expect(await running.ended).toBe('exited with status 0');
  });
});
