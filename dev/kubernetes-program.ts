import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withLock } from './lock.ts';
import { MissingError } from './missing-error.ts';
import { onPath } from './on-path.ts';
import { startProcess } from './process.ts';
import type { Progress } from './progress.ts';

const run = promisify(execFile);
const MODULE = join(import.meta.dirname, 'kubernetes');
const SOURCES = ['go.mod', 'go.sum', 'main.go'];
const VERSION_PACKAGE = 'k8s.io/component-base/version';

/**
 * Builds the program that is the storage and the API server of a test cluster, with the Go of the PATH,
 * unless it was built before, and returns its path. It takes nine minutes of processor time and 2 GiB of
 * memory, so it is kept outside of this folder, for every copy of the repository, under a name that holds a
 * hash of its sources. Fails with MissingError when there is no Go that can build it.
 */
export async function buildApiServer(progress: Progress): Promise<string> {
  const program = await programPath();
  if (existsSync(program)) return program;
  const go = await usableGo();
  await mkdir(cacheFolder(), { recursive: true });
  await withLock(program, progress, async () => {
    if (existsSync(program)) return;
    progress('building the Kubernetes API server (first time only, some 6 minutes)');
    const start = performance.now();
    const minutes = () => `${((performance.now() - start) / 60_000).toFixed(1)} minutes`;
    const slow = setInterval(() => progress(`still building the Kubernetes API server, ${minutes()}`), 60_000);
    const buildCache = `${program}.build`;
    // What is compiled is 2 GB that nothing else can use.
    const env = { ...process.env, GOTOOLCHAIN: 'local', CGO_ENABLED: '0', GOCACHE: buildCache };
    try {
      const flags = ['-mod=readonly', '-buildvcs=false', '-ldflags', await linkerFlags()];
      const child = startProcess(go, ['build', ...flags, '-o', `${program}.new`, '.'], { cwd: MODULE, env });
      const how = await child.ended;
      if (how !== 'exited with status 0') throw new Error(`go build of the Kubernetes API server ${how}:\n${child.log()}`);
      await rename(`${program}.new`, program);
    } finally {
      clearInterval(slow);
      await rm(buildCache, { recursive: true, force: true });
    }
    progress(`built the Kubernetes API server in ${minutes()}`);
  });
  return program;
}

function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'litellm-cache-exporter');
}

async function programPath(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of SOURCES) hash.update(await readFile(join(MODULE, file)));
  return join(cacheFolder(), `kubernetes-${hash.digest('hex').slice(0, 12)}`);
}

/** The server tells its release, which Helm and the emulation of older ones go by; a build outside of Kubernetes' own has to set it. */
async function linkerFlags(): Promise<string> {
  const release = requirement(await readFile(join(MODULE, 'go.mod'), 'utf8'), /^\s*k8s\.io\/kubernetes v(\d+\.\d+\.\d+)$/m);
  const [major, minor] = release.split('.');
  const values = { gitVersion: `v${release}`, gitMajor: major, gitMinor: minor, gitTreeState: 'clean', gitCommit: 'module' };
  return ['-s', '-w', ...Object.entries(values).map(([name, value]) => `-X ${VERSION_PACKAGE}.${name}=${value}`)].join(' ');
}

async function usableGo(): Promise<string> {
  const needed = requirement(await readFile(join(MODULE, 'go.mod'), 'utf8'), /^go (\d+\.\d+)/m);
  const go = await onPath('go', `golang (${needed} or later)`);
  const { stdout } = await run(go, ['env', 'GOVERSION'], { env: { ...process.env, GOTOOLCHAIN: 'local' } });
  const found = stdout.trim().replace(/^go/, '');
  if (minorOf(found) < minorOf(needed)) throw new MissingError(`The Kubernetes API server needs Go ${needed} or later; this is ${found}.`);
  return go;
}

function minorOf(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 1_000 + minor;
}

function requirement(text: string, pattern: RegExp): string {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`${join(MODULE, 'go.mod')} has no line that matches ${pattern}`);
  return found;
}
