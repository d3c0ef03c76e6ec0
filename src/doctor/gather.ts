import { readdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Clock } from '../schedule/clock.ts';
import { type Problem, problemText } from '../source/problem.ts';
import { createAttempts, type Failure } from './attempt.ts';
import { type Beside, type Configured, type configTree, locate } from './evidence/container/instances.ts';
import { STARTER } from './evidence/container/starters.ts';
import { changedDisk, disk } from './evidence/disk.ts';
import { filesOf } from './evidence/files.ts';
import { deepFreeze } from './evidence/freeze.ts';
import { processLookup, variable } from './evidence/read-inputs.ts';
import { environmentOf } from './evidence/variables/environment-of.ts';
import { UNKNOWN } from './evidence/variables/variable-value.ts';
import { type DoctorOptions, discovered, isAsked } from './options.ts';
import type { Gap, Setup } from './setup.ts';
import { NO_COMPOSE, NO_MANIFESTS, NOT_RESOLVED, STEPS, type Steps } from './steps.ts';

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
  /** Parts of the gathering that failed: a fault of this program. What they would have found is missing. */
  failed: readonly Failure[];
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
 * A part that throws is named, and leaves the others what they found.
 */
export async function gather(asked: DoctorOptions, { env, clock, signal, texts }: Outside, steps: Steps = STEPS): Promise<Gathered> {
  const attempts = createAttempts();
  const files = filesOf(asked.directory, texts === undefined ? disk : changedDisk(asked.directory, texts));
  const options = discovered(asked, files.exists);
  const problems: Problem[] = [];
  const notes: Problem[] = [];

  const outer = processLookup(options.processEnvironment ? env : undefined);
  const {
    variables: written,
    lookup,
    entries,
  } = attempts.run('the reading of the files of variables', () => steps.environmentFiles(options, files, outer, problems, notes), {
    variables: [],
    lookup: () => UNKNOWN,
    entries: [],
  });
  const compose = attempts.run('the reading of the compose files', () => steps.composeFiles(options, files, lookup), NO_COMPOSE);
  const manifests = options.kubernetes.flatMap((path) => files.manifests(path)).flatMap((path) => files.read(path) ?? []);
  const kubernetes = attempts.run('the reading of the manifests', () => steps.readKubernetes(manifests), NO_MANIFESTS);
  for (const problem of [...compose.problems, ...kubernetes.problems]) problems.push(problem);
  const services = attempts.run('the search for LiteLLM among the services', () => steps.identifiedServices(compose.services, files), []);
  const workloads = attempts.run('the search for LiteLLM among the pods', () => steps.identifiedWorkloads(kubernetes.workloads, files), []);
  const contained = attempts.run('the search for the containers of LiteLLM', () => steps.gatewaysOf(services, workloads, files), []);
  // Where containers are known, scripts and units only start those.
  const inFolder = isAsked(asked) ? [] : namesIn(asked.directory);
  const starters =
    contained.length > 0
      ? undefined
      : attempts.run('the reading of scripts and units', () => steps.startersOf(starterNames(asked, inFolder), files, lookup), undefined);
  const gateways = starters?.gateways.length ? starters.gateways : contained;
  const [unknownForms, unused] = attempts.run(
    'the search for deployments that are not read',
    () => {
      const unknown = steps.unreadDeployments([...asked.envFiles, ...inFolder], files, gateways.length > 0);
      return [unknown, steps.unusedDeployments(asked.envFiles, [...(starters?.gaps ?? []), ...unknown], files)] as const;
    },
    [[], []] as const,
  );
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
    const tree =
      trees.get(key) ??
      attempts.run(`the reading of ${found?.file ?? 'the configuration'}`, () => steps.configTree(found, files), {
        config: undefined,
        problems: [],
      });
    if (!trees.has(key)) for (const problem of tree.problems) problems.push(problem);
    trees.set(key, tree);
    return tree.config;
  };
  const alone = (): Configured => ({
    found: options.litellmConfig === undefined ? kubernetes.configs[0] : files.read(options.litellmConfig),
    gaps: [],
  });
  const instances = (gateways.length === 0 ? [undefined] : gateways).map((gateway) => {
    const { found, gaps } = attempts.run(
      `the search for the configuration of ${gateway?.title ?? 'LiteLLM'}`,
      () => (gateway === undefined ? alone() : steps.configurationOf(gateway, beside, files)),
      { found: undefined, gaps: [] },
    );
    return { gateway, gaps, litellm: treeOf(found) };
  });
  const own = Object.entries(options.processEnvironment ? env : {}).flatMap(([name, value]) =>
    value === undefined ? [] : [variable({ name, value, place: { source: 'environment' } }, 'process')],
  );
  const containers = [...services, ...workloads.flatMap((workload) => workload.containers)];
  const others = containers.filter(({ role }) => role !== 'litellm').flatMap(({ variables }) => variables);
  // The clients of Redis and of the gateway take longer to load than everything else here.
  const live = options.live ? await attempts.wait('the check of what runs', () => import('./evidence/live.ts'), undefined) : undefined;
  const common: Omit<Shared, 'gaps' | 'exposure'> = {
    services,
    workloads,
    clusterServices: kubernetes.services,
    gateways,
    cuts: attempts.run(
      'the search for values that Compose cuts',
      () => steps.cutsOf(services, [...entries, ...compose.entries], options.compose.length > 0, lookup),
      [],
    ),
    line: files.line,
    ending: files.ending,
    lineEnding: files.lineEnding,
    marked: files.marked,
  };
  const setups: Setup[] = [];
  const exposure = attempts.run(
    'the look at git and at permissions',
    () => steps.exposures(files.names(), asked.directory),
    () => undefined,
  );
  const ofServers = containers.filter(({ role }) => role === 'redis').flatMap(({ gaps }) => gaps);
  const unread = [...files.problems, ...problems].map(gapOf);
  for (const { gateway, gaps, litellm } of instances) {
    const who = gateway?.title ?? 'LiteLLM';
    const configured =
      litellm === undefined ? [] : attempts.run(`the variables in the configuration of ${who}`, () => steps.sectionVariables(litellm), []);
    const isShell = gateway === undefined || ('inherits' in gateway && gateway.inherits === true);
    const inside = [...(gateway?.variables ?? []), ...(isShell ? [...own, ...written] : [])];
    const environment = environmentOf([...configured, ...inside]);
    const seen = await attempts.wait(
      `the question to ${who}`,
      async () => live?.inspectGateway(gateway?.service === undefined ? [] : [gateway.service], clock, signal),
      undefined,
    );
    const {
      release,
      problems: wrong,
      notes: assumed,
    } = attempts.run(`the release of ${who}`, () => steps.releaseOf(options.litellmVersion, gateway, seen?.seen?.version), {
      release: undefined,
      problems: [],
      notes: [],
    });
    const resolutions = attempts.run(
      `the resolution of the settings of ${who}`,
      () => steps.resolved(litellm, environment, release?.version),
      NOT_RESOLVED,
    );
    const redis = await attempts.wait(
      `the question to the Redis of ${who}`,
      async () => live?.inspectRedis(resolutions.cache, signal),
      undefined,
    );
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
        ...attempts.run(`the settings of ${who} in its database`, () => steps.fromDatabase(litellm, environment), []),
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
  return { setup, setups, problems: [...files.problems, ...problems], notes, files: files.names(), failed: attempts.failed };
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
