import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../dev/process.ts';
import { metricDocuments } from '../../src/catalogue/markdown.ts';
import { startRedis } from '../support/redis.ts';

const main = join(import.meta.dirname, '../../src/main.ts');

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the command as a person in a shell does. */
function run(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { env: { PATH: process.env.PATH ?? '', ...env } }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

describe('the command', () => {
  it('prints its version and help', async () => {
    expect(await run(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    const help = await run(['--help']);
    expect(help.code).toBe(0);
    for (const name of ['serve', 'probe', 'config', 'metrics', 'doctor']) expect(help.stdout).toContain(`\n  ${name}`);
  });

  it('answers a misspelt command, a misspelt flag and nothing to watch with 2 and a way on', async () => {
    expect(await run(['servee'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'there is no command servee; did you mean serve?; see litellm-cache-exporter --help\n',
    });
    expect(await run(['serve', '--confg', 'x'])).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean --config?') });
    expect(await run([])).toMatchObject({ code: 2, stderr: expect.stringContaining('give --config FILE, or --redis-url') });
  });

  it('prints the catalogue as data', async () => {
    const { code, stdout } = await run(['metrics', '--format', 'json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(metricDocuments())));
  });

  it('prints the effective configuration without the secret of the environment', async () => {
    const { code, stdout } = await run(['config', 'print'], {
      LCE_REDIS_URL: 'redis://localhost:6379',
      LCE_REDIS_PASSWORD: 'hunter2-and-more',
    });
    expect(code).toBe(0);
    expect(stdout).toContain('password: <secret>');
    expect(stdout).not.toContain('hunter2');
  });
});

describe('probe', () => {
  it('ends with 0 when everything works, and prints JSON on demand', async () => {
    const redis = await startRedis();
    const { code, stdout } = await run(['probe', '--json', '--redis-url', redis.url]);
    expect(code).toBe(0);
    const status = JSON.parse(stdout);
    expect(status.targets).toMatchObject([
      { name: 'redis', up: true, version: '8.2.3', credentials: [{ credential: 'exporter', state: 'disabled' }] },
    ]);
    expect(status.gateways).toEqual([]);
  });

  it('ends with 1 and says what is wrong when a gateway is not there or a password is refused', async () => {
    const redis = await startRedis({ args: ['--requirepass', 'right'] });
    const gateway = ['--litellm-url', `http://127.0.0.1:${await freePort()}`, '--probe-model', 'm', '--price-per-pair-usd', '0'];
    const { code, stdout } = await run(['probe', '--redis-url', redis.url, ...gateway], { LCE_REDIS_PASSWORD: 'wrong' });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^litellm +UNREACHABLE +gateway_error/m);
    expect(stdout).toContain('Evidence: The liveness endpoint fails: connections are refused.\n');
    expect(stdout).toMatch(/credential exporter +refused/);
  });

  it('ends with 2 when a name is unknown', async () => {
    expect(await run(['probe', 'cash', '--redis-url', 'redis://127.0.0.1:1'])).toMatchObject({
      code: 2,
      stderr: 'no target or gateway is called cash; known are redis\n',
    });
  });
});
