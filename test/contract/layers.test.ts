import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const biome = join(root, 'node_modules/.bin/biome');

/** The layer of every folder, as docs/architecture.md has it. */
const LAYER = {
  model: 0,
  masking: 0,
  config: 1,
  catalogue: 1,
  schedule: 1,
  redis: 2,
  litellm: 2,
  collectors: 3,
  pairs: 3,
  verdict: 3,
  doctor: 3,
  watch: 4,
  telemetry: 5,
  http: 5,
  cli: 6,
} as const;
type Folder = keyof typeof LAYER;
const FOLDERS = Object.keys(LAYER) as Folder[];

/** Packages that only some folders may import. */
const OWNERS: Readonly<Record<string, readonly Folder[]>> = {
  ioredis: ['redis'],
  '@opentelemetry/api': ['telemetry'],
  pino: ['telemetry'],
  hono: ['http'],
  commander: ['cli'],
  zod: ['config'],
  'node:http': ['litellm', 'http'],
};

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
    await copyFile(join(root, 'package.json'), join(directory, 'package.json'));
    for (const from of FOLDERS) {
      await mkdir(join(directory, 'src', from), { recursive: true });
      for (const to of FOLDERS) {
        await writeFile(join(directory, 'src', from, `imports-${to}.ts`), `import { x } from '../${to}/x.ts';\nexport const y = x;\n`);
      }
      for (const name of Object.keys(OWNERS)) {
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

  it.each(FOLDERS)('%s imports from lower layers only', (from) => {
    const allowed = FOLDERS.filter((to) => !found.has(`src/${from}/imports-${to}.ts`));
    const expected = FOLDERS.filter((to) => to === from || LAYER[to] < LAYER[from]);
    expect(allowed).toEqual(expected);
  });

  it('the dashboards import the catalogue only', () => {
    expect(FOLDERS.filter((to) => !found.has(`grafana/src/imports-${to}.ts`))).toEqual(['catalogue']);
  });

  it.each(Object.entries(OWNERS))('%s is imported by its owners only', (name, owners) => {
    const file = `package-${name.replace(/\W/g, '-')}.ts`;
    expect(FOLDERS.filter((from) => !found.has(`src/${from}/${file}`))).toEqual(FOLDERS.filter((from) => owners.includes(from)));
  });
});
