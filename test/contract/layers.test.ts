import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importable, NAMES, PACKAGES } from '../../scripts/layers.ts';

const root = join(import.meta.dirname, '../..');
const biome = join(root, 'node_modules/.bin/biome');

const FOLDERS = NAMES.filter((name) => !name.endsWith('.ts'));
/** What an import of a folder or file from a folder beside it looks like. */
const specifier = (name: string) => `../${FOLDERS.includes(name) ? `${name}/x.ts` : name}`;

/** The import of a package as a file writes it, by the pattern of the linter. */
const packages = PACKAGES.flatMap(({ patterns, owners }) =>
  patterns.map((pattern) => ({ name: pattern.replace('**', pattern.startsWith('@opentelemetry') ? 'api' : 'html'), owners })),
);

interface Report {
  diagnostics: { category: string; location: { path: string } }[];
}

/** Lints a tree that holds one file for every possible import, and returns the names of the files it refuses. */
async function refused(directory: string): Promise<Set<string>> {
  const { stdout } = await promisify(execFile)(biome, ['lint', '--reporter=json', '--max-diagnostics=none', 'src', 'grafana'], {
    cwd: directory,
    maxBuffer: 1e8,
  }).catch((error) => error);
  const report: Report = JSON.parse(stdout);
  return new Set(
    report.diagnostics.filter(({ category }) => category === 'lint/style/noRestrictedImports').map(({ location }) => location.path),
  );
}

describe('the linter keeps the layers', () => {
  let directory: string;
  let found: Set<string>;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'layers-'));
    await copyFile(join(root, 'biome.json'), join(directory, 'biome.json'));
    await copyFile(join(root, 'biome.layers.json'), join(directory, 'biome.layers.json'));
    await copyFile(join(root, 'package.json'), join(directory, 'package.json'));
    for (const from of FOLDERS) {
      await mkdir(join(directory, 'src', from), { recursive: true });
      for (const to of NAMES) {
        await writeFile(join(directory, 'src', from, `imports-${to}.ts`), `import { x } from '${specifier(to)}';\nexport const y = x;\n`);
      }
      for (const { name } of packages) {
        await writeFile(
          join(directory, 'src', from, `package-${name.replace(/\W/g, '-')}.ts`),
          `import { x } from '${name}';\nexport const y = x;\n`,
        );
      }
    }
    await mkdir(join(directory, 'grafana/src'), { recursive: true });
    for (const to of FOLDERS) {
      await writeFile(
        join(directory, 'grafana/src', `imports-${to}.ts`),
        `import { x } from '../../src/${to}/x.ts';\nexport const y = x;\n`,
      );
    }
    found = await refused(directory);
  }, 60_000);

  afterAll(() => rm(directory, { recursive: true }));

  it.each(FOLDERS)('%s imports only from what is below it', (from) => {
    const allowed = NAMES.filter((to) => !found.has(`src/${from}/imports-${to}.ts`));
    const below = importable(from);
    expect(allowed).toEqual(NAMES.filter((to) => to === from || below.includes(to)));
  });

  it('refuses what no table may ever allow', () => {
    for (const name of ['model/imports-masking.ts', 'redis/imports-watch.ts', 'verdict/imports-pairs.ts', 'http/imports-main.ts.ts']) {
      expect(found).toContain(`src/${name}`);
    }
  });

  it('the dashboards import the catalogue only', () => {
    expect(FOLDERS.filter((to) => !found.has(`grafana/src/imports-${to}.ts`))).toEqual(['catalogue']);
  });

  it.each(packages)('$name is imported by its owners only', ({ name, owners }) => {
    const file = `package-${name.replace(/\W/g, '-')}.ts`;
    expect(FOLDERS.filter((from) => !found.has(`src/${from}/${file}`))).toEqual(FOLDERS.filter((from) => owners.includes(from)));
  });
});

describe('the tree of src', () => {
  it('is the table, folder by folder', () => {
    const entries = readdirSync(join(root, 'src'), { withFileTypes: true });
    expect(entries.map(({ name }) => name).sort()).toEqual([...NAMES].sort());
  });

  it('has at most twenty files side by side, but for the rules of the doctor', () => {
    const folders = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isDirectory());
    const crowded = folders
      .map(({ parentPath, name }) => join(parentPath, name))
      .filter((folder) => readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile()).length > 20);
    expect(crowded.map((folder) => relative(root, folder))).toEqual(['src/doctor/rules']);
  });

  it('needs at most 150 lines of the linter by hand', () => {
    expect(readFileSync(join(root, 'biome.json'), 'utf8').split('\n').length).toBeLessThanOrEqual(150);
  });
});
