import type { EnvironmentSource, Variable } from '../../environment.ts';
import type { Place } from '../../place.ts';
import type { ComposeService, Gap, Gateway, LitellmConfig, Mount, Workload } from '../../setup.ts';
import type { Service } from '../compose/compose.ts';
import type { Files } from '../files.ts';
import type { Pods } from '../kubernetes/kubernetes.ts';
import { readLitellmConfig } from '../litellm-config.ts';
import { type Facts, isLitellmImage, type Role, roleOf } from './container-role.ts';
import { inside } from './dockerfile.ts';
import { programOf } from './program.ts';
import { type Found, type StartedWith, startedWith, throughMounts } from './started-with.ts';

const OF_LITELLM = /^[ \t]*["']?(?:model_list|litellm_settings|router_settings|general_settings|environment_variables)["']?\s*:/m;

/** Says of every service what it runs. */
export function identifiedServices(services: readonly Service[], files: Files): ComposeService[] {
  return services.map(({ entrypoint, own, exposed, ...service }) => {
    const identity = roleOf({
      image: service.image,
      entrypoint,
      command: own,
      ports: [...exposed, ...service.ports.map(({ target }) => target)],
      variables: service.variables.map(({ name }) => name),
      configured: looksLike(startedWith(service.command, service.variables, service.folder), service.volumes, files),
    });
    const server = serverFiles(identity.role, service.name, service.command, service.volumes, service.place(['command']), files);
    return { ...service, ...identity, serverFiles: server.files, unreadFiles: server.unread, gaps: [...service.gaps, ...server.gaps] };
  });
}

/** The same of every container of a pod. */
export function identifiedWorkloads(workloads: readonly Pods[], files: Files): Workload[] {
  return workloads.map((workload) => ({
    ...workload,
    containers: workload.containers.map(({ entrypoint, own, ...container }) => {
      const facts: Facts = {
        image: container.image,
        entrypoint,
        command: own,
        ports: container.ports.map(({ port }) => port),
        variables: container.variables.map(({ name }) => name),
        configured: looksLike(startedWith(container.args, container.variables), container.mounts, files),
      };
      const identity = roleOf(facts);
      const server = serverFiles(identity.role, container.name, container.args, container.mounts, container.place, files);
      return {
        ...container,
        ...identity,
        serverFiles: server.files,
        unreadFiles: server.unread,
        gaps: [...container.gaps, ...server.gaps],
      };
    }),
  }));
}

/** The files that a server of Redis is started with: those of its command, and what they name. */
function serverFiles(role: Role, name: string, words: readonly string[], mounts: readonly Mount[], place: Place, files: Files) {
  const gaps: Gap[] = [];
  const read: { text: string; file: string }[] = [];
  const open = role === 'redis' ? words.flatMap((word, index) => filesIn(word, words[index - 1])) : [];
  const seen = new Set<string>();
  let unread = false;
  for (let next = open.shift(); next !== undefined && seen.size < MAX_SERVER_FILES; next = open.shift()) {
    const target = inside('/data', next.path);
    if (seen.has(target)) continue;
    seen.add(target);
    const found = throughMounts(target, mounts);
    const content = opened(found, files);
    // The configuration that an image brings along is no file of the project.
    if (content === undefined && 'missing' in found && found.missing === undefined && OF_IMAGE.test(target)) continue;
    unread ||= content === undefined;
    if (content !== undefined) {
      read.push(content);
      for (const [, option, path = ''] of content.text.matchAll(/^[ \t]*(aclfile|include)[ \t]+["']?([^\s"']+)/gm))
        open.push({ path, secret: option === 'aclfile' });
    } else if (!next.secret && !target.startsWith('/run/secrets/') && !('missing' in found && /^Secret /.test(found.missing ?? '')))
      gaps.push({
        kind: 'evidence',
        place,
        message: `Redis of ${name} is started with ${target}, which was not found here`,
        fix: 'run the doctor where the file is: it decides who gets in, and what happens when the memory is full',
      });
  }
  return { files: read, unread: unread || open.length > 0, gaps };
}

/** The configuration and ACL files in a word of a command. An ACL file is a secret, which is not kept beside a compose file. */
function filesIn(word: string, before: string | undefined): { path: string; secret: boolean }[] {
  if (before === '--aclfile') return [{ path: word, secret: true }];
  const acl = [...word.matchAll(/--aclfile[ =]+["']?([^\s"';&|]+)/g)].map(([, path = '']) => ({ path, secret: true }));
  // Parted first: one expression over all of it would begin anew at each letter of a long word.
  const parts = word.replace(/--aclfile[ =]+\S+/g, '').split(/[\s'"=;&|]/);
  const rest = parts.filter((part) => /^[^\0]{1,1024}$/.test(part) && /\.(?:conf|acl)$/.test(part));
  return [...acl, ...rest.map((path) => ({ path, secret: path.endsWith('.acl') }))];
}

const MAX_SERVER_FILES = 10;
/** Where the images of KeyDB, Redis Stack and Bitnami keep theirs: without a password. */
const OF_IMAGE =
  /^\/(?:etc\/keydb\/keydb|redis-stack|etc\/redis-stack|opt\/redis-stack\/etc\/redis-stack|opt\/bitnami\/\w+\/etc\/\w+)\.conf$/;

/** Whether the file that a container is started with has sections of LiteLLM's configuration; undefined where it was not found. */
function looksLike(started: StartedWith | undefined, mounts: Gateway['mounts'], files: Files): boolean | undefined {
  const found = started === undefined ? undefined : throughMounts(started.path, mounts);
  if (found === undefined || 'missing' in found) return undefined;
  const text = 'text' in found ? found.text : files.glance(found.path);
  return text === undefined ? undefined : OF_LITELLM.test(text) || /^[ \t]*include\s*:/m.test(text);
}

/** Every container that runs LiteLLM. */
export function gatewaysOf(services: readonly ComposeService[], workloads: readonly Workload[], files: Files): Gateway[] {
  const composed = services
    .filter(({ role }) => role === 'litellm')
    .map(
      (service): Gateway => ({
        name: service.name,
        title: `service ${service.name}`,
        image: service.image,
        words: service.command,
        replicas: service.replicas,
        variables: [
          ...service.variables,
          ...setBefore(started(service.command, service.volumes, files), 'compose', service.place(['command'])),
        ],
        gaps: [...service.gaps, ...scripts(service.command, service.place(['command']))],
        mounts: service.volumes,
        place: service.place(['command']),
        imagePlace: service.place(['image']),
        service,
      }),
    );
  const inPods = workloads.flatMap((workload) =>
    workload.containers
      .filter(({ role }) => role === 'litellm')
      .map(
        ({ name, image, args, variables, gaps, mounts, place }): Gateway => ({
          name,
          title: `${workload.kind} ${workload.namespace === '' ? '' : `${workload.namespace}/`}${workload.name}`,
          image,
          words: args,
          replicas: workload.replicas ?? 1,
          variables: [...variables, ...setBefore(started(args, mounts, files), 'kubernetes', place)],
          gaps: [...gaps, ...scripts(args, place)],
          mounts,
          place,
          imagePlace: place,
          workload,
        }),
      ),
  );
  return [...composed, ...inPods];
}

/** The words of a command; a script that is mounted counts as what it runs. */
function started(words: readonly string[], mounts: readonly Mount[], files: Files): readonly string[] {
  const [first = '', second = ''] = words;
  const path = /(?:^|\/)(?:ba|da|a|z)?sh$/.test(first) ? second : first;
  const found = path.startsWith('/') ? throughMounts(path, mounts) : undefined;
  const text = found === undefined || 'missing' in found ? undefined : 'text' in found ? found.text : files.glance(found.path);
  return text === undefined ? words : ['sh', '-c', text];
}

/** Variables that a shell or `env` sets in front of the program: known to be set, not to what. */
function setBefore(words: readonly string[], source: EnvironmentSource, place: Place): Variable[] {
  return programOf(words).sets.map((name) => ({ name, value: undefined, source, place }));
}

/** A command that takes variables from a script, which is not run. */
function scripts(words: readonly string[], place: Place): Gap[] {
  if (!words.some((word) => /(?:^|[;&|\s])(?:\.|source|eval)\s+\S/.test(word))) return [];
  return [
    {
      kind: 'evidence',
      place,
      message: 'the command of LiteLLM takes variables from a script, which was not run',
      fix: 'give the container its variables by environment, or judge the result with docker compose config',
    },
  ];
}

/** What is given beside the containers. */
export interface Beside {
  /** The configuration that was named, or found in the directory. */
  path: string | undefined;
  /** Whether it was named. */
  named: boolean;
  /** Configurations in ConfigMaps. */
  configs: readonly { text: string; file: string }[];
  /** Whether other containers run LiteLLM as well, and one of them is started with the file that was named. */
  taken: boolean;
}

/** The configuration of one instance, or what was not found of it. */
export interface Configured {
  found: { text: string; file: string } | undefined;
  gaps: readonly Gap[];
}

/** The place in the files of the configuration that an instance is started with. */
export function locate(gateway: Gateway): { started: StartedWith; found: Found } | undefined {
  const started = startedWith(gateway.words, gateway.variables, gateway.service?.folder);
  return started === undefined ? undefined : { started, found: throughMounts(started.path, gateway.mounts) };
}

/**
 * Reads the configuration of an instance. What a container is started with beats what lies beside it. A file that was named on
 * the command line of the doctor takes the place of one that could not be found, unless another container has it.
 */
export function configurationOf(gateway: Gateway, beside: Beside, files: Files): Configured {
  const located = locate(gateway);
  const own = located === undefined ? undefined : opened(located.found, files);
  const given = beside.path;
  if (own !== undefined && !(beside.named && !beside.taken)) return { found: own, gaps: [] };
  if (given !== undefined && beside.named && !beside.taken) return { found: files.read(given), gaps: [] };
  if (located === undefined) {
    const lone = mountedAlone(gateway, files);
    if (lone !== undefined) return { found: lone, gaps: [] };
    if (given !== undefined && !beside.taken) return { found: files.read(given), gaps: [] };
    const found = beside.configs.length === 1 ? beside.configs[0] : undefined;
    return { found, gaps: found === undefined ? insideImage(gateway) : [] };
  }
  const isBare = 'missing' in located.found && located.found.missing === undefined && located.started.from !== 'LITELLM_CONFIG_BUCKET_NAME';
  if (isBare && given !== undefined && !beside.taken) return { found: files.read(given), gaps: [] };
  if (isBare && beside.configs.length === 1 && gateway.workload !== undefined) return { found: beside.configs[0], gaps: [] };
  return { found: undefined, gaps: [missing(gateway, located)] };
}

/** An image of the project's own that is told nothing brings its configuration along. */
function insideImage({ image, words, place, title }: Gateway): Gap[] {
  if (isLitellmImage(image) || programOf(words).name !== 'unknown') return [];
  return [
    {
      kind: 'configuration',
      place,
      message: `what LiteLLM of ${title} is started with is in its image, which was not read`,
      fix: 'give the doctor the configuration of the image with --litellm-config FILE, or the Dockerfile by build:',
    },
  ];
}

/** A lone YAML file that is mounted where nothing names one: people mean it as the configuration. */
function mountedAlone(gateway: Gateway, files: Files): { text: string; file: string } | undefined {
  const [path, second] = [
    ...new Set(gateway.mounts.filter(({ target, path }) => path !== undefined && /\.ya?ml$/.test(target)).map((mount) => mount.path)),
  ];
  return path === undefined || second !== undefined || !files.exists(path) ? undefined : files.read(path);
}

function opened(found: Found, files: Files): { text: string; file: string } | undefined {
  if ('missing' in found) return undefined;
  if ('text' in found) return found;
  return files.exists(found.path) && !files.isFolder(found.path) ? files.read(found.path) : undefined;
}

function missing(gateway: Gateway, { started, found }: { started: StartedWith; found: Found }): Gap {
  const source = 'path' in found ? found.path : 'missing' in found ? found.missing : undefined;
  const through = source === undefined ? '' : `, mounted from ${source}`;
  const file = 'path' in found ? found.path : 'FILE';
  const manifest = /^ConfigMap /.test(source ?? '');
  return {
    kind: 'configuration',
    place: placeOf(gateway, started),
    message: `LiteLLM of ${gateway.title} is started with ${started.path} (${started.from})${through}, which was not found here`,
    fix: source?.startsWith('Secret ')
      ? 'give the doctor the file itself with --litellm-config: of a Secret only the names of its keys are read'
      : manifest
        ? `give the doctor the manifest of ${source} with --kubernetes as well, or the file itself with --litellm-config`
        : `give the doctor that file with --litellm-config ${file}, or run it in a folder where the file is`,
  };
}

function placeOf({ place, variables }: Gateway, { from }: StartedWith): Place {
  return variables.findLast(({ name }) => name === from)?.place ?? place;
}

/** A configuration with its includes; undefined where there is none. */
export function configTree(
  found: { text: string; file: string } | undefined,
  files: Files,
): ReturnType<typeof readLitellmConfig> | { config: LitellmConfig | undefined; problems: [] } {
  return found === undefined
    ? { config: undefined, problems: [] }
    : readLitellmConfig(found.text, found.file, (name, from) => files.included(name, from, found.file));
}
