import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';

const run = promisify(execFile);

/** The folder of compose.yaml, where its relative paths start. */
export const DEPLOY = join(import.meta.dirname, '../../deploy');

/** A service of compose.yaml, as far as the tests read it. */
interface Service {
  image: string;
  restart: string;
  user?: string;
  read_only: boolean;
  cap_drop: string[];
  cap_add?: string[];
  security_opt: string[];
  mem_limit: string;
  logging: { driver: string; options: Record<string, string> };
  ports?: string[];
  networks?: string[];
  network_mode?: string;
  volumes?: string[];
  command?: string[];
  entrypoint?: string[];
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  build?: { context: string; dockerfile: string };
}

export interface Compose {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean }>;
  volumes: Record<string, unknown>;
}

export function readCompose(): Compose {
  return parse(readFileSync(join(DEPLOY, 'compose.yaml'), 'utf8'), { merge: true });
}

/** The release that a service of compose.yaml runs, of those that can be installed here. Throws when it is none of them. */
export function shipped<T extends string>(service: string, releases: readonly T[]): T {
  const image = readCompose().services[service]?.image ?? '';
  const named = /:v?(\d+\.\d+\.\d+)/.exec(image)?.[1];
  const release = releases.find((each) => each === named);
  if (release === undefined) throw new Error(`compose.yaml runs ${image}, and dev/ installs only ${releases.join(', ')}`);
  return release;
}

/** What the service `secrets` made: the folder with the volumes, and the owner of each file by its path in there. */
export interface Secrets {
  folder: string;
  owners: Record<string, string>;
  read(path: string): Promise<string>;
}

/**
 * Runs the script of the service `secrets` with volumes in `folder`, as often as it is called. Nobody but root
 * may give files away, so `chown` is replaced by one that writes down what it was asked.
 */
export async function makeSecrets(folder: string): Promise<Secrets> {
  const volumes = join(folder, 'volumes');
  const programs = join(folder, 'programs');
  const asked = join(folder, 'asked');
  const names = ['kept', 'redis', 'litellm', 'exporter', 'prometheus', 'alertmanager', 'grafana'];
  for (const name of names) await mkdir(join(volumes, name), { recursive: true });
  await mkdir(programs, { recursive: true });
  await writeFile(asked, '');
  await writeFile(join(programs, 'chown'), `#!/bin/sh\necho "$@" >> '${asked}'\n`);
  await chmod(join(programs, 'chown'), 0o755);
  const env = { PATH: `${programs}:${process.env.PATH ?? ''}` };
  await run('sh', [join(DEPLOY, 'compose/secrets.sh'), volumes, join(DEPLOY, 'compose/users.acl')], { env });
  const owners: Record<string, string> = {};
  for (const line of (await readFile(asked, 'utf8')).trim().split('\n')) {
    const [owner = '', path = ''] = line.split(' ');
    // What is given away is still called `.NAME` then.
    owners[path.slice(volumes.length + 1).replace('/.', '/')] = owner;
  }
  return {
    folder: volumes,
    owners,
    read: (path) => readFile(join(volumes, path), 'utf8'),
  };
}
