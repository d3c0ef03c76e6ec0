import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOGUE } from '../src/catalogue/index.ts';

/**
 * The files of `src` that emit each metric, by its OpenTelemetry name: those that name it outside of the catalogue,
 * as paths from the root of the project. Throws for a metric that no file emits.
 */
export function metricSources(root: string): ReadonlyMap<string, readonly string[]> {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('catalogue/'))
    .sort()
    .map((file) => ({ path: `src/${file}`, text: readFileSync(join(root, 'src', file), 'utf8') }));
  return new Map(
    Object.keys(CATALOGUE).map((name) => {
      const paths = files.filter(({ text }) => text.includes(`'${name}'`)).map(({ path }) => path);
      if (paths.length === 0) throw new Error(`no file of src emits the metric ${name}: use it, or remove it from src/catalogue`);
      return [name, paths];
    }),
  );
}
