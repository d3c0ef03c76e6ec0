import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

export const CHART = join(root, 'deploy/helm/litellm-cache-exporter');
/** Values to render the chart with, one file each. */
export const CHART_VALUES = join(root, 'test/fixtures/chart');
/** What helm made of the chart with those values. */
export const CHART_RENDERED = join(root, 'test/golden/chart');

/** A hash over everything that decides how the chart is rendered, but the rules and dashboards that it only carries along. */
export function chartDigest(): string {
  const files = [
    ...['Chart.yaml', 'values.yaml', 'values.schema.json'].map((file) => join(CHART, file)),
    ...filesOf(join(CHART, 'templates')),
    ...filesOf(CHART_VALUES),
  ];
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file.slice(root.length)}\n`).update(readFileSync(file));
  return hash.digest('hex');
}

function filesOf(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .map((file) => join(folder, file));
}
