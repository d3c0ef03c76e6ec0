import { existsSync, readdirSync, type Stats, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { readBytesNow, readTextNow } from '../config/file.ts';
import type { Problem } from '../config/problem.ts';
import type { Clock } from '../schedule/clock.ts';
import { environmentOf } from './evidence/environment-of.ts';
import { type Disk, filesOf } from './evidence/files.ts';
import { deepFreeze } from './evidence/freeze.ts';
import { trackedPaths } from './evidence/git-index.ts';
import { readKubernetes } from './evidence/kubernetes.ts';
import { roleOf } from './evidence/role.ts';
import { containerVariables, releaseOf, sectionVariables } from './evidence/running.ts';
import { composeFiles, configuration, environmentFiles, processLookup, variable } from './evidence/sources.ts';
import { type DoctorOptions, discovered } from './options.ts';
import { resolve as resolved } from './resolve.ts';
import type { Setup } from './setup.ts';

/** The evidence, and what kept some of it away. */
export interface Gathered {
  setup: Setup;
  /** What is wrong with the files themselves; the rest was gathered all the same. */
  problems: readonly Problem[];
  /** What was not looked at, or had to be assumed. */
  notes: readonly Problem[];
  /** The files that were read. */
  files: readonly string[];
}

/** What the doctor may touch of the process. */
export interface Outside {
  env: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * Reads every file that the options name, or those of the directory when they name none, and resolves what
 * LiteLLM will use. Nothing of it is run; only with `live` anything is connected to. The setup is frozen.
 */
export async function gather(asked: DoctorOptions, { env, clock, signal }: Outside): Promise<Gathered> {
  const files = filesOf(asked.directory, disk);
  const options = discovered(asked, files.exists);
  const problems: Problem[] = [];
  const notes: Problem[] = [];

  const outer = processLookup(options.processEnvironment ? env : undefined);
  const { variables: written, lookup } = environmentFiles(options, files, outer, problems, notes);
  const compose = composeFiles(options, files, lookup);
  const manifests = options.kubernetes.flatMap((path) => files.manifests(path)).flatMap((path) => files.read(path) ?? []);
  const { workloads, configs, problems: wrong } = readKubernetes(manifests);
  problems.push(...compose.problems, ...wrong);
  notes.push(...compose.notes);

  const litellm = configuration(options, compose.services, configs, files, problems);
  const own = Object.entries(options.processEnvironment ? env : {}).flatMap(([name, value]) =>
    value === undefined ? [] : [variable({ name, value, place: { source: 'environment' } }, 'process')],
  );
  const containers = containerVariables(compose.services, workloads);
  const others = compose.services
    .filter(({ image, command }) => roleOf(image, command) !== 'litellm')
    .flatMap(({ variables }) => variables);
  const configured = litellm === undefined ? [] : sectionVariables(litellm);
  const environment = environmentOf([...configured, ...(containers ?? [...own, ...written])]);
  // The clients of Redis and of the gateway take longer to load than everything else here.
  const live = options.live ? await import('./evidence/live.ts') : undefined;
  const gateway = await live?.lookAtGateway(compose.services, clock, signal);
  const release = releaseOf(options.litellmVersion, compose.services, workloads, gateway?.seen?.version, problems, notes);
  const resolutions = resolved(litellm, environment, release?.version);
  const redis = await live?.lookAtRedis(resolutions.cache, signal);
  notes.push(...(gateway?.notes ?? []), ...(redis?.notes ?? []));

  const setup: Setup = {
    litellm,
    environment,
    variables: [...configured, ...(containers ?? []), ...others, ...own, ...written],
    services: compose.services,
    workloads,
    release,
    resolutions,
    live: live === undefined ? undefined : { redis: redis?.seen, gateway: gateway?.seen },
    exposure: exposures(files.names(), asked.directory),
    line: files.line,
    ending: files.ending,
    lineEnding: files.lineEnding,
    marked: files.marked,
  };
  return { setup: deepFreeze(setup), problems: [...files.problems, ...problems], notes, files: files.names() };
}

/** The byte order mark in UTF-8. */
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

const disk: Disk = {
  text: readTextNow,
  exists: existsSync,
  marked: (path) => bytes(path)?.subarray(0, 3).equals(MARK) ?? false,
  folder: (path) => (statusOf(path)?.isDirectory() ? entries(path) : undefined),
};

function entries(path: string): string[] {
  try {
    return readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
  } catch {
    return [];
  }
}

/** What is known of a path; undefined where it is missing or may not be looked at. */
function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** Whether git tracks a file, and whether everyone on this machine may read it. */
function exposures(names: readonly string[], directory: string): Setup['exposure'] {
  const root = repository(directory);
  const tracked = root === undefined ? undefined : trackedPaths(root.index);
  const known = new Map(
    names.map((name) => {
      const path = resolve(directory, name);
      const mode = statusOf(path)?.mode ?? 0;
      const inside = root === undefined ? '' : relative(root.folder, path);
      return [name, { tracked: tracked?.has(inside) ?? false, worldReadable: (mode & 0o004) !== 0 }] as const;
    }),
  );
  return (file) => known.get(file);
}

const GIT_INDEX_LIMIT = 64 * 1_048_576;

/** The work tree around a directory with the index of git; undefined without one, or when it is too large to read. */
function repository(directory: string): { folder: string; index: Buffer } | undefined {
  for (let folder = resolve(directory); ; folder = dirname(folder)) {
    const found = gitFolder(join(folder, '.git'));
    const index = found === undefined ? undefined : bytes(join(found, 'index'));
    if (found !== undefined) return index === undefined ? undefined : { folder, index };
    if (dirname(folder) === folder) return undefined;
  }
}

/** `.git` itself, or the folder that it names in a linked work tree. */
function gitFolder(path: string): string | undefined {
  const found = statusOf(path);
  if (found === undefined || found.isDirectory()) return found && path;
  const named = /^gitdir: (.+)$/m.exec(bytes(path)?.toString('utf8') ?? '')?.[1];
  return named === undefined ? undefined : resolve(dirname(path), named);
}

/** The content of a file that may be missing or unreadable. */
function bytes(path: string): Buffer | undefined {
  const read = readBytesNow(path, GIT_INDEX_LIMIT);
  return 'bytes' in read ? read.bytes : undefined;
}
