import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { metricsMarkdown } from '../src/catalogue/document.ts';
import { aclMarkdown } from '../src/collectors/document.ts';
import { configurationMarkdown, configurationSchema } from '../src/config/document.ts';
import { doctorMarkdown } from '../src/doctor/document.ts';

/** Every generated file and what makes it, of some from the text around the generated part. */
const GENERATED: Readonly<Record<string, (found: string) => string>> = {
  'docs/metrics.md': metricsMarkdown,
  'docs/configuration.md': configurationMarkdown,
  'docs/redis-acl.md': aclMarkdown,
  'docs/doctor/README.md': doctorMarkdown,
  'docs/config.schema.json': () => `${JSON.stringify(configurationSchema(), null, 2)}\n`,
};

const root = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');
const stale: string[] = [];

for (const [file, make] of Object.entries(GENERATED)) {
  const path = join(root, file);
  const found = await readFile(path, 'utf8').catch(() => undefined);
  const wanted = make(found ?? '');
  if (found === wanted) continue;
  stale.push(file);
  if (!check) await writeFile(path, wanted);
}

if (check && stale.length > 0) {
  console.error(`not up to date: ${stale.join(', ')}; run \`npm run gen\` and commit the result`);
  process.exitCode = 1;
} else {
  for (const file of stale) console.log(`wrote ${file}`);
}
