import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/source/secret.ts';

const directory = mkdtempSync(join(tmpdir(), 'lce-secret-'));
const file = join(directory, 'password');
afterAll(() => rmSync(directory, { recursive: true }));

describe('a secret', () => {
  it('prints itself nowhere', () => {
    const secret = Secret.of('hunter2');
    const shown = [
      `${secret}`,
      String(secret),
      JSON.stringify({ secret }),
      inspect(secret),
      inspect({ deep: [secret] }, { depth: 9, showHidden: true }),
    ];
    expect(shown).toEqual(['<secret>', '<secret>', '{"secret":"<secret>"}', '<secret>', expect.not.stringContaining('hunter2')]);
    expect(Object.values(structuredClone({ ...secret }))).not.toContain('hunter2');
  });

  it('of a file is read again at each use, without its last line break', async () => {
    writeFileSync(file, 'one\n');
    const secret = Secret.fromFile(file);
    expect(await secret.read()).toBe('one');
    writeFileSync(file, 'two\r\n');
    expect(await secret.read()).toBe('two');
    rmSync(file);
    await expect(secret.read()).rejects.toThrow(`${file} does not exist`);
  });

  it('equals another of the same file, or of the same text', () => {
    expect(Secret.of('a').equals(Secret.of('a'))).toBe(true);
    expect(Secret.of('a').equals(Secret.of('b'))).toBe(false);
    expect(Secret.fromFile('/a').equals(Secret.fromFile('/a'))).toBe(true);
    expect(Secret.fromFile('/a').equals(Secret.fromFile('/b'))).toBe(false);
    expect(Secret.fromFile('/a').equals(Secret.of('a'))).toBe(false);
    expect(Secret.of('a').equals(Secret.fromFile('/a'))).toBe(false);
  });
});
