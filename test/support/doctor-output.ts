import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { doctor, FORMAT } from '../../src/cli/doctor.ts';
import type { DoctorOptions } from '../../src/doctor/options.ts';

/** Everything that the doctor prints about files: each format, the diff, and standard error beside them. */
export type DoctorOutput = Readonly<Record<(typeof FORMAT)[number] | 'diff' | 'errors', string>>;

/** Files by their path, written for one run of the doctor: `config.yaml`, `.env*`, `compose*.yaml`, any other YAML as a manifest. */
export type GivenFiles = Readonly<Record<string, string | Uint8Array>>;

/** Runs the doctor once in each format over files that are written for it. */
export async function doctorOutput(
  files: GivenFiles,
  options: Partial<DoctorOptions> & { env?: Record<string, string> } = {},
): Promise<DoctorOutput> {
  const directory = await mkdtemp(join(tmpdir(), 'doctor-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(directory, name)), { recursive: true });
      await writeFile(join(directory, name), content, { mode: 0o600 });
    }
    const { env = {}, ...look } = options;
    const printed = { text: '', json: '', sarif: '', diff: '', errors: '' };
    for (const kind of [...FORMAT, 'diff'] as const)
      await doctor(
        {
          look: { ...named(Object.keys(files), directory), ...look },
          failOn: 'high',
          format: kind === 'diff' ? 'text' : kind,
          diff: kind === 'diff',
          showSecrets: false,
        },
        '0.0.0',
        {
          env,
          out: (text) => {
            printed[kind] += text;
          },
          err: (text) => {
            printed.errors += text;
          },
          colour: false,
          terminal: false,
          progress: false,
          on: () => {},
          exitNow: () => {},
        },
      );
    return printed;
  } finally {
    await rm(directory, { recursive: true });
  }
}

function named(names: readonly string[], directory: string): DoctorOptions {
  const compose = names.filter((name) => basename(name).startsWith('compose'));
  const envFiles = names.filter((name) => basename(name).startsWith('.env'));
  const litellmConfig = names.find((name) => basename(name) === 'config.yaml');
  const kubernetes = names.filter((name) => name.endsWith('.yaml') && name !== litellmConfig && !compose.includes(name));
  return { litellmConfig, envFiles, compose, kubernetes, processEnvironment: false, live: false, directory };
}
