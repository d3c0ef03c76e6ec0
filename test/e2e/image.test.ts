import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, startProcess } from '../../dev/process.ts';
import { execute, type Instruction, instructions } from '../support/dockerfile.ts';
import { eventually } from '../support/eventually.ts';
import { startRedis } from '../support/redis.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const dockerfile = join(root, 'deploy/Dockerfile');

/** The words of the last instruction of a name whose text ends in a JSON array; Node's path is that of this machine. */
function command(all: readonly Instruction[], name: string): string[] {
  const text = all.findLast((each) => each.name === name)?.text ?? '';
  const words: string[] = JSON.parse(text.slice(text.indexOf('[')));
  return words.map((word) => (word === '/nodejs/bin/node' ? process.execPath : word));
}

describe('the steps of the Dockerfile, done without an engine', () => {
  let folder: string;
  let image: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lce-image-'));
    image = await execute(dockerfile, { context: root, folder });
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('leave the program and what it needs, small and without tools', async () => {
    expect((await readdir(join(image, 'app'))).sort()).toEqual(['LICENSE', 'dist', 'docs', 'node_modules', 'package.json']);
    const manifest: { dependencies: Record<string, string> } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    const installed = await readdir(join(image, 'app/node_modules'));
    for (const name of Object.keys(manifest.dependencies)) expect(installed).toContain(name.split('/')[0]);
    expect(installed.filter((name) => /^(node-|litellm|npm$|typescript|vitest|@biomejs|@types|fast-check)/.test(name))).toEqual([]);
    const { stdout } = await run('du', ['-sm', join(image, 'app')]);
    expect(Number.parseInt(stdout, 10)).toBeLessThan(60);
  });

  it('give a program that starts as the image starts it, is healthy, and ends on the stop signal', async () => {
    const all = instructions(await readFile(dockerfile, 'utf8'));
    const redis = await startRedis();
    const port = await freePort();
    // The flag for the heap came with Node 24, which the image has.
    const [node = '', ...args] = command(all, 'ENTRYPOINT').filter((word) => !word.startsWith('--max-old-space-size-percentage='));
    const own = args.map((word) => (word.startsWith('/app/') ? join(image, word) : word));
    const child = startProcess(node, [...own, '--redis-url', redis.url, '--listen', `127.0.0.1:${port}`], {
      cwd: join(image, 'app'),
      env: {},
    });
    const check = command(all, 'HEALTHCHECK').map((word) => word.replace('127.0.0.1:9464', `127.0.0.1:${port}`));
    const health = () =>
      run(check[0] ?? '', check.slice(1)).then(
        () => true,
        () => false,
      );
    expect(await health()).toBe(false);
    await eventually(health, 15_000);
    child.signal('SIGTERM');
    expect(await child.ended, child.log()).toBe('exited with status 0');
    expect(all.find(({ name }) => name === 'STOPSIGNAL')?.text).toBe('SIGTERM');
  });

  it('take nothing from the repository but what the ignore file lets through', async () => {
    const ignore = (await readFile(join(root, '.dockerignore'), 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(ignore[0]).toBe('*');
    const copied = instructions(await readFile(dockerfile, 'utf8'))
      .filter(({ name, text }) => name === 'COPY' && !text.startsWith('--from='))
      .flatMap(({ text }) => text.split(/\s+/).slice(0, -1));
    expect([...new Set(copied)].sort()).toEqual(
      ignore
        .slice(1)
        .map((line) => line.replace(/^!/, ''))
        .sort(),
    );
  });
});
