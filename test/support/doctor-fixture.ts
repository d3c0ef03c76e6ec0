import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DoctorOptions } from '../../src/doctor/options.ts';
import type { Setup } from '../../src/doctor/setup.ts';
import type { Files } from './doctor-page.ts';
import { setupOf } from './doctor-setup.ts';

const fixtures = join(import.meta.dirname, '../fixtures/doctor');

/** The configurations that are there: the two documents' own, and the good ones. */
export function fixtureNames(): string[] {
  const good = readdirSync(join(fixtures, 'good')).map((name) => `good/${name}`);
  return ['incident', 'operations/local', 'operations/redis', ...good];
}

/** The files of a fixture. */
export function fixtureFiles(name: string): Files {
  const folder = join(fixtures, name);
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]));
}

/** A fixture, gathered from a copy that only its owner may read. */
export function fixture(name: string, options: Partial<DoctorOptions> = {}): Promise<Setup> {
  return setupOf(fixtureFiles(name), options);
}
