import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { examine } from '../../src/doctor/examination.ts';
import { secretTexts } from '../../src/doctor/facts/credentials.ts';
import { gather } from '../../src/doctor/gather.ts';
import type { DoctorOptions } from '../../src/doctor/options.ts';
import { placeText } from '../../src/doctor/place.ts';
import type { Rule } from '../../src/doctor/rule.ts';
import type { Setup } from '../../src/doctor/setup.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import type { Files } from './doctor-page.ts';

/** A setup gathered from files that are written for it: `config.yaml`, `.env*`, `compose*.yaml`, any other YAML as a manifest. */
export async function setupOf(files: Files, options: Partial<DoctorOptions> & { env?: Record<string, string> } = {}): Promise<Setup> {
  const directory = await mkdtemp(join(tmpdir(), 'doctor-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, name)), { recursive: true });
      await writeFile(join(directory, name), text, { mode: 0o600 });
    }
    const { env = {}, ...look } = options;
    const { setup } = await gather(
      { ...lookOf(Object.keys(files), directory), ...look },
      { env, clock: systemClock, signal: new AbortController().signal },
    );
    return setup;
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The options that name files by what they are called. */
export function lookOf(names: readonly string[], directory: string): DoctorOptions {
  const compose = names.filter((name) => basename(name).startsWith('compose'));
  const envFiles = names.filter((name) => basename(name).startsWith('.env'));
  const litellmConfig = names.find((name) => basename(name) === 'config.yaml');
  const kubernetes = names.filter((name) => name.endsWith('.yaml') && name !== litellmConfig && !compose.includes(name));
  return { litellmConfig, envFiles, compose, kubernetes, processEnvironment: false, live: false, directory };
}

/** What one rule says about files, as `place: severity: message`; fails when any part of a finding holds a secret of the files. */
export async function reported(rule: Rule, files: Files, options: Parameters<typeof setupOf>[1] = {}): Promise<string[]> {
  const setup = await setupOf(files, options);
  return said(rule, setup);
}

/** The same of a setup. */
export function said(rule: Rule, setup: Setup): string[] {
  const { findings } = examine(setup, [rule]);
  const all = JSON.stringify(findings);
  for (const secret of secretTexts(setup))
    if (secret.length > 5 && all.includes(secret)) throw new Error(`a finding of ${rule.id} holds a secret`);
  return findings.map(({ place, severity, message }) => `${placeText(place)}: ${severity}: ${message}`);
}
