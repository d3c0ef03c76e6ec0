import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { problemText } from '../../../src/source/problem.ts';

const directory = mkdtempSync(join(tmpdir(), 'lce-config-'));
afterAll(() => rmSync(directory, { recursive: true }));

async function problemsOf(name: string, text?: string): Promise<string[]> {
  const file = join(directory, name);
  if (text !== undefined) writeFileSync(file, text);
  const loaded = await loadConfig({ file, flags: {}, env: {} });
  return loaded.ok ? [] : loaded.problems.map((problem) => problemText(problem).replaceAll(directory, 'DIR'));
}

describe('a file that cannot be used', () => {
  it('is missing', async () => {
    expect(await problemsOf('missing.yaml')).toEqual(['DIR/missing.yaml does not exist']);
  });

  it('lies behind something that is no directory', async () => {
    writeFileSync(join(directory, 'plain'), '');
    expect(await problemsOf('plain/config.yaml')).toEqual(['DIR/plain/config.yaml does not exist: a part of its path is not a directory']);
  });

  it('is a directory', async () => {
    mkdirSync(join(directory, 'folder.yaml'));
    expect(await problemsOf('folder.yaml')).toEqual(['DIR/folder.yaml is a directory, not a file']);
  });

  it('may not be read', async () => {
    writeFileSync(join(directory, 'locked.yaml'), '');
    chmodSync(join(directory, 'locked.yaml'), 0);
    chmodSync(directory, 0o755);
    const problems = await asNobody(() => problemsOf('locked.yaml'));
    expect(problems).toEqual(['DIR/locked.yaml may not be read by this user']);
  });

  it('is larger than 1 MiB', async () => {
    expect(await problemsOf('large.yaml', `# ${'x'.repeat(1_048_576)}`)).toEqual(['DIR/large.yaml is larger than 1 MiB']);
  });

  it('is a device', async () => {
    const loaded = await loadConfig({ file: '/dev/zero', flags: {}, env: {} });
    expect(loaded).toEqual({ ok: false, problems: [{ path: '', message: '/dev/zero is a device, not a regular file' }] });
  });

  it('is nested without end', async () => {
    const nested = expect.stringMatching(/^DIR\/nested\.yaml:1:\d+: is nested too deeply$/);
    expect(await problemsOf('nested.yaml', '['.repeat(100_000))).toEqual([nested]);
  });

  it('has thousands of wrong keys: the first 200 are told, of those and of nothing to watch', async () => {
    const keys = Array.from({ length: 5000 }, (_, index) => `key${index}: 1`);
    const problems = await problemsOf('keys.yaml', keys.join('\n'));
    expect(problems).toHaveLength(201);
    expect(problems.at(-1)).toBe('and 4801 more problems');
  });
});

/** Root may read everything; with the rights of nobody it may not. */
async function asNobody<T>(read: () => Promise<T>): Promise<T> {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    return await read();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
