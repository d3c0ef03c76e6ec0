import { readdirSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Clock } from '../schedule/clock.ts';
import { type Problem, problemText } from '../source/problem.ts';
import { releaseOf, sectionVariables } from './evidence/container/containers.ts';
import {
  type Beside,
  type Configured,
  configTree,
  configurationOf,
  gatewaysOf,
  identifiedServices,
  identifiedWorkloads,
  locate,
} from './evidence/container/instances.ts';
import { STARTER, startersOf } from './evidence/container/starters.ts';
import { fromDatabase } from './evidence/database.ts';
import { bytesOf, changedDisk, disk, statusOf } from './evidence/disk.ts';
import { filesOf } from './evidence/files.ts';
import { deepFreeze } from './evidence/freeze.ts';
import { trackedPaths } from './evidence/git-index.ts';
import { readKubernetes } from './evidence/kubernetes/kubernetes.ts';
import { composeFiles, environmentFiles, processLookup, variable } from './evidence/read-inputs.ts';
import { unreadDeployments, unusedDeployments } from './evidence/unread-deployments.ts';
import { cutsOf } from './evidence/variables/cuts.ts';
import { environmentOf } from './evidence/variables/environment-of.ts';
import { type DoctorOptions, discovered, isAsked } from './options.ts';
import { resolve as resolved } from './resolve.ts';
import type { Gap, Setup } from './setup.ts';

/** The evidence, and what kept some of it away. */
export interface Gathered {
  /** The first of the setups. */
  setup: Setup;
  /** One for each container that runs LiteLLM, or one in all where none is known. */
  setups: readonly Setup[];
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
  /** Texts that stand in place of files, by the names of the files as reports give them: for trying a fix. */
  texts?: ReadonlyMap<string, string> | undefined;
}

/** What all instances have in common. */
type Shared = Omit<Setup, 'litellm' | 'environment' | 'variables' | 'gateway' | 'release' | 'resolutions' | 'live'>;

/**
 * Reads every file that the options name, or those of the directory when they name none, and resolves what
 * each container of LiteLLM will use. Nothing of it is run; only with `live` anything is connected to. The setups are frozen.
 */
export async function gather(asked: DoctorOptions, { env, clock, signal, texts }: Outside): Promise<Gathered> {
  const files = filesOf(asked.directory, texts === undefined ? disk : changedDisk(asked.directory, texts));
  const options = discovered(asked, files.exists);
  const problems: Problem[] = [];
  const notes: Problem[] = [];

  const outer = processLookup(options.processEnvironment ? env : undefined);
  const { variables: written, lookup, entries } = environmentFiles(options, files, outer, problems, notes);
  const compose = composeFiles(options, files, lookup);
  const manifests = options.kubernetes.flatMap((path) => files.manifests(path)).flatMap((path) => files.read(path) ?? []);
  const kubernetes = readKubernetes(manifests);
  for (const problem of [...compose.problems, ...kubernetes.problems]) problems.push(problem);
  const services = identifiedServices(compose.services, files);
  const workloads = identifiedWorkloads(kubernetes.workloads, files);
  const contained = gatewaysOf(services, workloads, files);
  // Where containers are known, scripts and units only start those.
  const inFolder = isAsked(asked) ? [] : namesIn(asked.directory);
  const starters = contained.length > 0 ? undefined : startersOf(starterNames(asked, inFolder), files, lookup);
  const gateways = starters?.gateways.length ? starters.gateways : contained;
  const unknownForms = unreadDeployments([...asked.envFiles, ...inFolder], files, gateways.length > 0);
  const unused = unusedDeployments(asked.envFiles, [...(starters?.gaps ?? []), ...unknownForms], files);
  const named = options.litellmConfig === undefined ? undefined : resolve(asked.directory, options.litellmConfig);
  const isOfOne =
    gateways.length > 1 &&
    gateways.some((gateway) => {
      const found = locate(gateway)?.found;
      return found !== undefined && 'path' in found && resolve(asked.directory, found.path) === named;
    });
  const beside: Beside = {
    path: options.litellmConfig,
    named: asked.litellmConfig !== undefined,
    configs: kubernetes.configs,
    taken: isOfOne,
  };
  const trees = new Map<string, ReturnType<typeof configTree>>();
  const treeOf = (found: { text: string; file: string } | undefined) => {
    const key = found === undefined ? '' : `${found.file}\0${found.text}`;
    const tree = trees.get(key) ?? configTree(found, files);
    if (!trees.has(key)) for (const problem of tree.problems) problems.push(problem);
    trees.set(key, tree);
    return tree.config;
  };
  const alone = (): Configured => ({
    found: options.litellmConfig === undefined ? kubernetes.configs[0] : files.read(options.litellmConfig),
    gaps: [],
  });
  const instances = (gateways.length === 0 ? [undefined] : gateways).map((gateway) => {
    const { found, gaps } = gateway === undefined ? alone() : configurationOf(gateway, beside, files);
    return { gateway, gaps, litellm: treeOf(found) };
  });
  const own = Object.entries(options.processEnvironment ? env : {}).flatMap(([name, value]) =>
    value === undefined ? [] : [variable({ name, value, place: { source: 'environment' } }, 'process')],
  );
  const containers = [...services, ...workloads.flatMap((workload) => workload.containers)];
  const others = containers.filter(({ role }) => role !== 'litellm').flatMap(({ variables }) => variables);
  // The clients of Redis and of the gateway take longer to load than everything else here.
  const live = options.live ? await import('./evidence/live.ts') : undefined;
  const common: Omit<Shared, 'gaps' | 'exposure'> = {
    services,
    workloads,
    clusterServices: kubernetes.services,
    gateways,
    cuts: cutsOf(services, [...entries, ...compose.entries], options.compose.length > 0, lookup),
    line: files.line,
    ending: files.ending,
    lineEnding: files.lineEnding,
    marked: files.marked,
  };
  const setups: Setup[] = [];
  const exposure = exposures(files.names(), asked.directory);
  const ofServers = containers.filter(({ role }) => role === 'redis').flatMap(({ gaps }) => gaps);
  const unread = [...files.problems, ...problems].map(gapOf);
  for (const { gateway, gaps, litellm } of instances) {
    const configured = litellm === undefined ? [] : sectionVariables(litellm);
    const isShell = gateway === undefined || ('inherits' in gateway && gateway.inherits === true);
    const inside = [...(gateway?.variables ?? []), ...(isShell ? [...own, ...written] : [])];
    const environment = environmentOf([...configured, ...inside]);
    const seen = await live?.inspectGateway(gateway?.service === undefined ? [] : [gateway.service], clock, signal);
    const { release, problems: wrong, notes: assumed } = releaseOf(options.litellmVersion, gateway, seen?.seen?.version);
    const resolutions = resolved(litellm, environment, release?.version);
    const redis = await live?.inspectRedis(resolutions.cache, signal);
    addNew(problems, wrong);
    addNew(notes, [...assumed, ...(seen?.notes ?? []), ...(redis?.notes ?? [])]);
    setups.push({
      ...common,
      litellm,
      environment,
      variables: [...configured, ...(gateway?.variables ?? []), ...others, ...own, ...written],
      gateway,
      release,
      resolutions,
      live: live === undefined ? undefined : { redis: redis?.seen, gateway: seen?.seen },
      gaps: [
        ...gaps,
        ...(gateway?.gaps ?? []),
        ...fromDatabase(litellm, environment),
        ...(starters?.gaps ?? []),
        ...unknownForms,
        ...unused,
        ...unread,
        ...wrong.map(gapOf),
        ...compose.gaps,
        ...kubernetes.gaps,
        ...ofServers,
      ],
      exposure,
    });
  }
  for (const setup of setups) deepFreeze(setup);
  const [setup] = setups;
  if (setup === undefined) throw new Error('there is always a setup');
  return { setup, setups, problems: [...files.problems, ...problems], notes, files: files.names() };
}

/** Files that may start LiteLLM: those that were named beside the files of variables, else those of the directory. */
function starterNames({ envFiles }: DoctorOptions, inFolder: readonly string[]): readonly string[] {
  return [...envFiles.filter((path) => STARTER.test(basename(path))), ...inFolder.filter((name) => STARTER.test(name))];
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}

function addNew(list: Problem[], added: readonly Problem[]): void {
  for (const problem of added) if (!list.some((one) => problemText(one) === problemText(problem))) list.push(problem);
}

/** A fault of a file as a gap: what could not be read was not judged. */
function gapOf({ path, message, suggestion, at }: Problem): Gap {
  return {
    kind: 'evidence',
    place: at === undefined ? { source: path === '' ? 'the files' : path } : { source: at.file, line: at.line, column: at.column },
    message: path === '' || at === undefined ? message : `${path}: ${message}`,
    fix: suggestion ?? 'mend the file, or give the doctor the one that is meant: what is there was not judged',
  };
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

const MAX_GIT_INDEX_BYTES = 64 * 1_048_576;

/** The work tree around a directory with the index of git; undefined without one, or when it is too large to read. */
function repository(directory: string): { folder: string; index: Buffer } | undefined {
  for (let folder = resolve(directory); ; folder = dirname(folder)) {
    const found = gitFolder(join(folder, '.git'));
    const index = found === undefined ? undefined : bytesOf(join(found, 'index'), MAX_GIT_INDEX_BYTES);
    if (found !== undefined) return index === undefined ? undefined : { folder, index };
    if (dirname(folder) === folder) return undefined;
  }
}

/** `.git` itself, or the folder that it names in a linked work tree. */
function gitFolder(path: string): string | undefined {
  const found = statusOf(path);
  if (found === undefined || found.isDirectory()) return found && path;
  const named = /^gitdir: (.+)$/m.exec(bytesOf(path, MAX_GIT_INDEX_BYTES)?.toString('utf8') ?? '')?.[1];
  return named === undefined ? undefined : resolve(dirname(path), named);
}
