import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { problemText } from '../../../src/source/problem.ts';
import { BAD_CONFIGS } from './bad-configs.ts';

const DIR = join(import.meta.dirname, '../../fixtures/config/bad');

async function problemsOf(name: string): Promise<string[]> {
  const loaded = await loadConfig({ file: join(DIR, `${name}.yaml`), flags: {}, env: {} });
  return loaded.ok ? [] : loaded.problems.map((problem) => problemText(problem).replaceAll(DIR, 'DIR'));
}

describe('a wrong configuration', () => {
  it('has an expectation for every file, and a file for every expectation', () => {
    const files = readdirSync(DIR).filter((name) => name.endsWith('.yaml'));
    expect(files.map((name) => name.replace('.yaml', '')).sort()).toEqual(Object.keys(BAD_CONFIGS).sort());
  });

  it.each(Object.entries(BAD_CONFIGS))('%s', async (name, problems) => {
    expect(await problemsOf(name)).toEqual(problems);
  });

  it('shows no password that is in a broken file', async () => {
    const shown = (await Promise.all(Object.keys(BAD_CONFIGS).map(problemsOf))).flat().join('\n');
    expect(shown).not.toMatch(/hunter|wo@rd|pa%ss|pa\/ss/);
  });
});
