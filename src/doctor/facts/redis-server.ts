import type { Variable } from '../environment.ts';
import type { Place } from '../place.ts';
import type { ComposeService, Container, Setup, Workload } from '../setup.ts';
import { type Account, accountOf } from './acl.ts';
import { image } from './image.ts';
import { scalar } from './value.ts';

/** A Redis server of the evidence, with the options of its command line and of the files that it is started with. */
export interface Server {
  name: string;
  image: string | undefined;
  variables: readonly Variable[];
  /** Option to its values, the last of which counts: `maxmemory`, `appendonly`; `user` and `save` keep all of theirs. */
  options: ReadonlyMap<string, readonly string[]>;
  /** The users of its ACL. */
  accounts: readonly Account[];
  /** Whether a configuration or ACL file that was not read, or a script, may say more. */
  more: boolean;
  place: Place;
  imagePlace: Place;
  service?: ComposeService | undefined;
  workload?: Workload | undefined;
  container?: Container | undefined;
}

/** One of a compose file. */
export interface RedisServer extends Server {
  service: ComposeService;
}

/** Every Redis server of the compose files. */
export function redisServers(setup: Setup): readonly RedisServer[] {
  return setup.services
    .filter(({ role }) => role === 'redis')
    .map((service) => ({
      ...server(service.command, service.image, service.variables, service.volumes, service),
      name: service.name,
      place: service.place(['command']),
      imagePlace: service.place(['image']),
      service,
    }));
}

/** The servers of the same files are the same for every instance and every rule. */
const KNOWN = new WeakMap<Setup['workloads'], { services: Setup['services']; servers: readonly Server[] }>();

/** Every Redis server of the compose files and of the manifests. */
export function allServers(setup: Setup): readonly Server[] {
  const before = KNOWN.get(setup.workloads);
  if (before !== undefined && before.services === setup.services) return before.servers;
  const servers = serversOf(setup);
  KNOWN.set(setup.workloads, { services: setup.services, servers });
  return servers;
}

function serversOf(setup: Setup): readonly Server[] {
  const inPods = setup.workloads.flatMap((workload) =>
    workload.containers
      .filter(({ role }) => role === 'redis')
      .map(
        (container): Server => ({
          ...server(container.args, container.image, container.variables, container.mounts, container),
          name: nameIn(workload, container),
          place: container.place,
          imagePlace: container.place,
          workload,
          container,
        }),
      ),
  );
  return [...redisServers(setup), ...inPods];
}

/** What a server of a pod is called: after the pod, or after its container where that pod runs more than it. */
function nameIn({ name, containers }: Workload, container: Container): string {
  const isAlone = containers.every((other) => other === container || other.role === undefined);
  return name === '' ? container.name : isAlone ? name : `container ${container.name} of ${name}`;
}

function server(
  command: readonly string[],
  reference: string | undefined,
  variables: readonly Variable[],
  mounts: readonly { target: string }[],
  { serverFiles, unreadFiles }: Pick<Container, 'serverFiles' | 'unreadFiles'>,
): Pick<Server, 'image' | 'variables' | 'options' | 'accounts' | 'more'> {
  const words = [...command, ...argumentsOf(variables)].flatMap((word) => (/\s-|-server\s/.test(word) ? split(word) : [word]));
  const options = new Map<string, readonly string[]>();
  const add = (name: string, value: string) => options.set(name, [...(options.get(name) ?? []), value]);
  for (const { text } of serverFiles)
    for (const [, name = '', value = ''] of text.matchAll(/^[ \t]*([a-z][a-z-]*)[ \t]+(\S.*)$/gim))
      add(name.toLowerCase(), value.trimEnd().replace(/^(['"])(.*)\1$/, '$2'));
  for (const [index, word] of words.entries()) {
    if (!/^--?[a-z]/i.test(word) || word === '-c') continue;
    const [name = '', inline] = word.replace(/^--?/, '').toLowerCase().replaceAll('_', '-').split('=');
    const rest = words.slice(index + 1);
    const end = rest.findIndex((next) => next.startsWith('--'));
    const value = inline === undefined ? (end === -1 ? rest : rest.slice(0, end)).join(' ').trim() : word.slice(word.indexOf('=') + 1);
    add(name, filled(value, variables));
  }
  const reads =
    unreadFiles ||
    words.some((word) => /(?:^|\/)(?!docker-)[\w-]*entrypoint|\.sh$/.test(word)) ||
    ((options.has('aclfile') || options.has('include')) && serverFiles.length === 0);
  const mounted =
    mounts.some(({ target }) => /\.conf$|\/etc\/(redis|valkey)|\/mounted-etc|\.acl$/.test(target)) && serverFiles.length === 0;
  const accounts = (options.get('user') ?? []).map(accountOf);
  return { image: reference, variables, options, accounts, more: reads || mounted };
}

/** A value that a shell takes from a variable of the container; as it is where that is not known. */
function filled(value: string, variables: readonly Variable[]): string {
  const name = /^["']?\$(?:\{(\w+)\}|\((\w+)\)|(\w+))["']?$/
    .exec(value)
    ?.slice(1)
    .find((one) => one !== undefined);
  return (name === undefined ? undefined : variables.findLast((one) => one.name === name)?.value?.reveal()) ?? value;
}

/** Options that the images of Redis Stack, of Valkey and of Dragonfly take from their environment. */
function argumentsOf(variables: readonly Variable[]): readonly string[] {
  const flags = variables.flatMap(({ name, value }) =>
    name.startsWith('DFLY_') && value !== undefined ? [`--${name.slice('DFLY_'.length)}=${value.reveal()}`] : [],
  );
  const lines = variables
    .filter(({ name }) => ['REDIS_ARGS', 'VALKEY_EXTRA_FLAGS', 'REDIS_EXTRA_FLAGS'].includes(name))
    .flatMap(({ value }) => (value === undefined ? [] : split(value.reveal())));
  return [...lines, ...flags];
}

/** Whether it is Dragonfly, which takes four fifths of the memory unless told otherwise, and evicts only as a cache (dragonflydb.io/docs). */
export function isDragonfly({ image: reference }: Server): boolean {
  return image(reference ?? '').name === 'dragonfly';
}

function split(text: string): readonly string[] {
  return text.match(/'[^']*'|"[^"]*"|[^\s;&|]+/g)?.map((word) => word.replace(/^(['"])(.*)\1$/, '$2')) ?? [];
}

/** The last value of an option; undefined where the command does not give it. */
export function option(server: Server, name: string): string | undefined {
  return server.options.get(name)?.at(-1);
}

/** Whether the server asks for a password; undefined where a file that was not read decides. */
export function asksForPassword(server: Server): boolean | undefined {
  const { variables, options } = server;
  const own = variables.findLast(({ name }) =>
    ['REDIS_PASSWORD', 'VALKEY_PASSWORD', 'REDIS_PASSWORD_FILE', 'VALKEY_PASSWORD_FILE'].includes(name),
  );
  if (isBitnami(server) && own !== undefined && (own.value === undefined || own.value.reveal() !== '')) return true;
  const everyone = server.accounts.findLast(({ name }) => name === 'default');
  if (everyone !== undefined) return !(everyone.on && everyone.open);
  if (options.has('requirepass')) return option(server, 'requirepass') !== '' && option(server, 'requirepass') !== '""';
  return server.more ? undefined : false;
}

/** Whether its image takes its password from a variable, and refuses to start without one or ALLOW_EMPTY_PASSWORD. */
export function isBitnami({ image: reference }: Server): boolean {
  return /bitnami/.test(reference ?? '');
}

/** `256mb`, `1gb`, `512M`, `1073741824` in bytes, as Redis and compose files write sizes. */
export function bytes(text: string | undefined): number | undefined {
  const found = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?$/i.exec(text?.trim() ?? '');
  if (!found) return undefined;
  const power = ' kmgt'.indexOf((found[2] ?? '').toLowerCase() || ' ');
  return Number(found[1]) * 1024 ** power;
}

/** The release of the server as its image names it: `[7, 4]`, `[7, undefined]` for `redis:7`, which moves; undefined for `latest` and for other images. */
export function serverRelease({ image: reference }: Server): readonly [number, number | undefined] | undefined {
  const found = /^v?(\d+)(?:\.(\d+))?(?=[.-]|$)/.exec(image(reference ?? '').tag ?? '');
  return found ? [Number(found[1]), found[2] === undefined ? undefined : Number(found[2])] : undefined;
}

/** The memory that its container may use, in bytes. */
export function memoryLimit({ service }: RedisServer): number | undefined {
  const { deploy, mem_limit } = service.tree;
  const limits = nested(nested(deploy, 'resources'), 'limits');
  return bytes(scalar(nested(limits, 'memory')) ?? scalar(mem_limit));
}

function nested(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && key in value
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined;
}

/** Whether a port of the service can be reached from other machines: published on an address that is not loopback. */
export function openPorts({ service }: RedisServer): ComposeService['ports'] {
  return service.ports.filter(({ host, published }) => published !== undefined && !/^(127\.|\[?::1\]?$|localhost$)/.test(host));
}

/** The port that it listens on inside the network of its containers. */
export function serverPort(server: Server): string {
  return option(server, 'port') ?? '6379';
}

/** The server that a host name means for LiteLLM: the service of that name, or the one whose port is published on this machine. */
export function serverOf(setup: Setup, host: string): RedisServer | undefined {
  const servers = redisServers(setup);
  const named = servers.find(({ service }) => service.names.includes(host));
  if (named !== undefined || !['localhost', '127.0.0.1', '::1'].includes(host)) return named;
  return servers.find(({ service }) => service.ports.some(({ published }) => published !== undefined));
}
