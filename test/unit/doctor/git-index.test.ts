import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { trackedPaths } from '../../../src/doctor/evidence/git-index.ts';

it.each([2, 3, 4])('reads the paths of an index of version %s that git wrote', (version) => {
  const directory = mkdtempSync(join(tmpdir(), 'doctor-git-'));
  const git = (...words: string[]) => execFileSync('git', ['-C', directory, ...words], { stdio: 'pipe' });
  try {
    git('init', '--quiet');
    for (const name of ['.env', 'config.yaml', 'config.yaml.old', 'x']) writeFileSync(join(directory, name), name);
    git('add', '.env', 'config.yaml', 'config.yaml.old');
    if (version === 3) git('add', '--intent-to-add', 'x');
    git('update-index', '--index-version', String(version));
    const index = readFileSync(join(directory, '.git', 'index'));
    expect(index.readUInt32BE(4)).toBe(version);
    expect([...(trackedPaths(index) ?? [])]).toEqual(['.env', 'config.yaml', 'config.yaml.old', ...(version === 3 ? ['x'] : [])]);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

it('gives nothing for bytes that are no index', () => {
  expect(trackedPaths(Buffer.from('DIRC'))).toBeUndefined();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 2, max: 4 }), (bytes, version) => {
      const header = Buffer.alloc(12);
      header.write('DIRC');
      header.writeUInt32BE(version, 4);
      header.writeUInt32BE(3, 8);
      expect(() => trackedPaths(Buffer.concat([header, bytes]))).not.toThrow();
    }),
  );
});
