import { basename, dirname, isAbsolute, join } from 'node:path';
import { Secret } from '../../../source/secret.ts';
import type { EnvironmentSource, Variable } from '../../environment.ts';
import type { Place } from '../../place.ts';
import type { Gap, Gateway, Mount } from '../../setup.ts';
import type { Files } from '../files.ts';
import { parseDotenv } from '../variables/dotenv.ts';
import { readEnvrc } from '../variables/envrc.ts';
import { shellCommands, shellValue, type Word } from '../variables/shell.ts';
import { firstOf, type Lookup, meaningOf, UNSET } from '../variables/variable-value.ts';
import { roleOf } from './container-role.ts';
import { type DockerRun, dockerRun } from './docker-run.ts';
import { isTaskDefinition, readTaskDefinition } from './ecs.ts';
import { programOf } from './program.ts';
import { readQuadlet } from './quadlet.ts';
import { readSystemdUnit } from './systemd-unit.ts';

/** What starts LiteLLM outside of Compose and Kubernetes. */
export interface Started {
  /** `inherits`: it has the environment of the shell as well. */
  gateways: readonly (Gateway & { inherits: boolean })[];
  /** Servers of Redis that are started in the same way are not judged. */
  gaps: readonly Gap[];
}

/** A unit of systemd, by its name. */
const UNIT = /\.service$/;
const QUADLET = /\.container$/;
const TASK = /\.json$/;
const PROCFILE = /^Procfile(?:\.\w+)?$/;
/** Files of a folder that may start LiteLLM. */
export const STARTER = /\.(?:service|container|json|sh|bash)$|^Procfile(?:\.\w+)?$/;
/** So many of them are looked at. */
const MAX_STARTERS = 200;

interface Context {
  file: string;
  lookup: Lookup;
  files: Files;
  gaps: Gap[];
}

/** Reads how files start LiteLLM: units of systemd, scripts with `docker run` or `litellm`, Procfiles. Nothing is run. */
export function startersOf(names: readonly string[], files: Files, lookup: Lookup): Started {
  const gateways: (Gateway & { inherits: boolean })[] = [];
  const gaps: Gap[] = [];
  for (const name of names.slice(0, MAX_STARTERS)) {
    const text = files.glance(name);
    const starts = /litellm/i.test(text ?? '');
    if (text === undefined) gaps.push(...unreadable(name, files));
    if (text === undefined || !(starts || (QUADLET.test(name) && REDIS.test(text)))) continue;
    const found = read(name, text, { file: name, lookup, files, gaps });
    if (found.length > 0 || QUADLET.test(name)) files.read(name);
    gateways.push(...found);
  }
  if (names.length > MAX_STARTERS)
    gaps.push({
      kind: 'evidence',
      place: { source: names[MAX_STARTERS] ?? '' },
      message: `there are ${names.length} files that could start LiteLLM; only the first ${MAX_STARTERS} of them were looked at`,
      fix: 'name the one that starts LiteLLM with --env-file',
      severity: 'low',
    });
  return { gateways, gaps };
}

/** A file that may start LiteLLM, and gives no text. A folder of that name is nothing. */
function unreadable(name: string, files: Files): Gap[] {
  const reason = files.isFolder(name) ? undefined : files.unreadable(name);
  if (reason === undefined) return [];
  return [
    {
      kind: 'evidence',
      place: { source: name },
      message: `${basename(name)} ${reason}: whether it starts LiteLLM is not known`,
      fix: 'let the doctor read the file, or take it out of the folder',
      severity: 'low',
    },
  ];
}

/** A Redis beside LiteLLM has a unit of its own. */
const REDIS = /^[ \t]{0,20}Image[ \t]{0,20}=.{0,512}(?:redis|valkey|keydb|dragonfly)/m;

function read(name: string, text: string, context: Context): Started['gateways'] {
  if (UNIT.test(name)) return ofUnit(text, context);
  if (QUADLET.test(name)) return ofQuadlet(text, context);
  if (TASK.test(name)) return isTaskDefinition(text) ? ofTask(text, context) : [];
  return PROCFILE.test(basename(name)) ? ofProcfile(text, context) : ofScript(text, context);
}

/** A container of Podman. Its variables beat those of its files; units that add to it are not followed. */
function ofQuadlet(text: string, context: Context): Started['gateways'] {
  const { run, place, gaps } = readQuadlet(text, context.file);
  const beside = (path: string) => (isAbsolute(path) ? path : join(dirname(context.file), path));
  const mounts = run.mounts.map((mount) => (mount.path === undefined ? mount : { ...mount, path: beside(mount.path) }));
  const envFiles = run.envFiles.map((one) => ({ ...one, path: beside(one.path) }));
  const folder = `${context.file}.d`;
  const added: Gap[] = context.files.isFolder(folder)
    ? [
        {
          kind: 'evidence',
          place,
          message: `${folder} changes this unit, and was not read`,
          fix: 'give the doctor one unit with all of it: systemctl --user cat NAME.service shows what becomes of it',
        },
      ]
    : [];
  return inContainer({ ...run, mounts, envFiles, name: run.name ?? basename(context.file, '.container') }, place, context, {
    title: context.file,
    how: 'as a unit of Podman',
    gaps: [...gaps, ...added],
  });
}

function ofTask(text: string, context: Context): Started['gateways'] {
  const { containers, problems } = readTaskDefinition(text, context.file);
  for (const { message, suggestion, at: where } of problems)
    context.gaps.push({
      kind: 'evidence',
      place: where === undefined ? { source: context.file } : { source: where.file, line: where.line, column: where.column },
      message,
      fix: suggestion ?? 'mend the file: what is in it was not judged',
    });
  return containers.flatMap(({ run, place, gaps }) =>
    inContainer(run, place, context, { title: `container ${run.name} of ${context.file}`, how: 'in the same task of ECS', gaps }),
  );
}

function ofUnit(text: string, context: Context): Started['gateways'] {
  const unit = readSystemdUnit(text, context.file);
  const own = unit.variables.map((one) => variable(one, 'compose'));
  const fromFiles = unit.envFiles.flatMap(({ path, required, place }) => envFile(path, required, place, 'compose', context));
  const lookup = firstOf(ownLookup([...own, ...fromFiles]), context.lookup);
  return unit.starts.flatMap(({ text: command, place }) => {
    const words = shellCommands(command.replaceAll('%%', '%'))[0]?.words.map((word) => ({ ...word, ...at(place) })) ?? [];
    return started(words, [...own, ...fromFiles], unit.folder, { ...context, lookup }, false);
  });
}

function ofProcfile(text: string, context: Context): Started['gateways'] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const command = /^[\w-]+:(.*)/.exec(line)?.[1]?.trim();
    const words = shellCommands(command ?? '')[0]?.words.map((word) => ({ ...word, line: index + 1, column: 1 })) ?? [];
    return started(words, [], undefined, context, true);
  });
}

function ofScript(text: string, context: Context): Started['gateways'] {
  const { assignments } = readEnvrc(text, context.file, context.lookup, () => undefined);
  const own = assignments.map((one) => variable(one, 'envrc'));
  const lookup = firstOf(ownLookup(own), context.lookup);
  return shellCommands(text).flatMap(({ words }) => started(words, own, undefined, { ...context, lookup }, true));
}

/** LiteLLM of one command, in a container or beside the shell. */
function started(
  words: readonly Word[],
  variables: readonly Variable[],
  folder: string | undefined,
  context: Context,
  inherits: boolean,
): Started['gateways'] {
  const [first] = words;
  if (first === undefined) return [];
  const place: Place = { source: context.file, line: first.line, column: first.column };
  const run = dockerRun(words, context.file, context.lookup);
  if (run !== undefined) return inContainer(run, place, context);
  const texts = words.map(({ raw }) => shellValue(raw, context.lookup) ?? raw);
  if (programOf(texts).name !== 'litellm') return [];
  const set = texts.flatMap((text) => {
    const [, name, value = ''] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(text) ?? [];
    return name === undefined ? [] : [variable({ name, value: /[$`]/.test(value) ? undefined : value, place }, 'compose')];
  });
  const gateway: Gateway = {
    name: basename(context.file),
    title: context.file,
    image: undefined,
    words: texts,
    replicas: 1,
    variables: [...variables, ...set],
    gaps: [],
    mounts: onMachine(texts, folder, context.files),
    place,
    imagePlace: place,
  };
  return [{ ...gateway, inherits }];
}

/** The files of this machine, as LiteLLM without a container sees them: those of its folder, and a configuration by its whole path. */
function onMachine(words: readonly string[], folder: string | undefined, files: Files): Mount[] {
  const whole = words
    .flatMap((word) => word.replace(/^(?:--config=|-c=?)/, ''))
    .filter((word) => isAbsolute(word) && /\.ya?ml$/.test(word) && files.exists(word));
  const here = folder !== undefined && isAbsolute(folder) && files.isFolder(folder) ? folder : '.';
  return [{ source: here, target: '/app', path: here }, ...whole.map((path) => ({ source: path, target: path, path }))];
}

/** How a container is told from others, and what is not known of it. */
interface Told {
  title: string;
  how: string;
  gaps: readonly Gap[];
}

function inContainer(run: DockerRun, place: Place, context: Context, told?: Told): Started['gateways'] {
  const fromFiles = run.envFiles.flatMap((one) => envFile(one.path, true, one.place, 'compose_env_file', context));
  const variables = [...fromFiles, ...run.variables.map((one) => variable(one, 'compose'))];
  const { role } = roleOf({
    image: run.image,
    entrypoint: run.entrypoint,
    command: run.command,
    ports: run.ports,
    variables: variables.map(({ name }) => name),
    configured: undefined,
  });
  if (role === 'redis')
    context.gaps.push({
      kind: 'evidence',
      place,
      message: `starts Redis ${told?.how ?? 'with docker run'}: who it lets in, and what it does when it is full, was not judged`,
      fix: 'put LiteLLM and Redis into one compose file, which the doctor reads from both sides',
    });
  if (role !== 'litellm') return [];
  const gateway: Gateway = {
    name: run.name ?? 'litellm',
    title: told?.title ?? `docker run in ${context.file}`,
    image: run.image,
    words: [...run.entrypoint, ...run.command],
    replicas: 1,
    variables,
    gaps: told?.gaps ?? [],
    mounts: [...(run.folder === undefined ? [] : [{ source: run.folder, target: '/app', path: undefined }]), ...run.mounts],
    place,
    imagePlace: run.imagePlace ?? place,
  };
  return [{ ...gateway, inherits: false }];
}

/** The variables of a file as docker and systemd read it: each line as it is. One that is not here is a gap. */
function envFile(path: string, required: boolean, place: Place, source: EnvironmentSource, { files, gaps }: Context): Variable[] {
  const near = files.exists(path) ? path : join('.', basename(path));
  const found = files.exists(near) ? files.read(near, place) : undefined;
  if (found === undefined) {
    if (required)
      gaps.push({
        kind: 'evidence',
        place,
        message: `takes variables from ${path}, which was not found here`,
        fix: `run the doctor where ${path} is, or put a copy beside this file`,
      });
    return [];
  }
  return parseDotenv(found.text, found.file).entries.flatMap(({ name, value, place: where }) =>
    value === undefined ? [] : [variable({ name, value, place: where }, source)],
  );
}

function variable({ name, value, place }: { name: string; value: string | undefined; place: Place }, source: EnvironmentSource): Variable {
  return { name, value: value === undefined ? undefined : Secret.of(value), source, place };
}

function ownLookup(variables: readonly Variable[]): Lookup {
  return (name) => {
    const found = variables.findLast((one) => one.name === name);
    return found === undefined ? UNSET : meaningOf(found.value?.reveal());
  };
}

function at({ line = 1, column = 1 }: Place): { line: number; column: number } {
  return { line, column };
}
