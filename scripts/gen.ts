import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DASHBOARDS } from '../grafana/src/dashboards.ts';
import { metricsMarkdown } from '../src/catalogue/markdown.ts';
import { aclMarkdown } from '../src/collectors/acl/markdown.ts';
import { configurationMarkdown, configurationSchema } from '../src/config/markdown.ts';
import { doctorMarkdown } from '../src/doctor/report/markdown.ts';
import { alertsMarkdown, runbooksMarkdown } from './alerts-page.ts';
import { worstShapes } from './fidelity-page.ts';
import { layersJson, layersMarkdown } from './layers.ts';
import { metricSources } from './metric-sources.ts';
import { readmeMarkdown } from './readme-figures.ts';
import { readRules } from './rule-files.ts';
import { redisRelease, usersAcl } from './users-acl.ts';

const root = join(import.meta.dirname, '..');

const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** Every generated file and what makes it, of some from the text around the generated part. */
const GENERATED: Readonly<Record<string, (found: string) => string>> = {
  'README.md': (found) =>
    worstShapes(
      readmeMarkdown(found, {
        gauntlet: read('docs/gauntlet.md'),
        benchmarks: read('docs/benchmarks.md'),
        pageLatency: read('docs/page-latency.md'),
      }),
      read('docs/fidelity.md'),
    ),
  'docs/metrics.md': () => metricsMarkdown(metricSources(root)),
  'docs/configuration.md': configurationMarkdown,
  'docs/redis-acl.md': aclMarkdown,
  'docs/alerts.md': () => alertsMarkdown(readRules(root)),
  'docs/runbooks/README.md': (found) => runbooksMarkdown(found, readRules(root)),
  'docs/doctor/README.md': doctorMarkdown,
  'docs/architecture.md': layersMarkdown,
  'biome.layers.json': layersJson,
  'deploy/compose/users.acl': (found) => usersAcl(found, redisRelease(read('deploy/compose.yaml'))),
  'docs/config.schema.json': () => `${JSON.stringify(configurationSchema(), null, 2)}\n`,
  ...Object.fromEntries(
    DASHBOARDS.map((dashboard) => [`grafana/dashboards/${dashboard.uid}.json`, () => `${JSON.stringify(dashboard, null, 2)}\n`]),
  ),
};

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
