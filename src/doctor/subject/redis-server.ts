import { roleOf } from '../evidence/role.ts';
import type { Place } from '../place.ts';
import type { ComposeService, Setup } from '../setup.ts';
import { image } from './image.ts';
import { scalar } from './value.ts';

/** A Redis server of the compose files, with the options of its command line. */
export interface RedisServer {
  service: ComposeService;
  /** Option to its last value: `maxmemory`, `appendonly`; `user` and `save` keep all of theirs. */
  options: ReadonlyMap<string, readonly string[]>;
  /** Whether a configuration or ACL file, or a script, may say more than the command does. */
  more: boolean;
  place: Place;
}

/** Every Redis server of the compose files. */
export function redisServers(setup: Setup): readonly RedisServer[] {
  return setup.services.filter(({ image, command }) => roleOf(image, command) === 'redis').map(redisServer);
}

function redisServer(service: ComposeService): RedisServer {
  const words = [...service.command, ...argumentsOf(service)].flatMap((word) => (/\s-|-server\s/.test(word) ? split(word) : [word]));
  const options = new Map<string, readonly string[]>();
  for (const [index, word] of words.entries()) {
    if (!/^--?[a-z]/i.test(word) || word === '-c') continue;
    const [name = '', inline] = word.replace(/^--?/, '').toLowerCase().split('=');
    const rest = words.slice(index + 1);
    const end = rest.findIndex((next) => next.startsWith('--'));
    const value = inline ?? (end === -1 ? rest : rest.slice(0, end)).join(' ').trim();
    options.set(name, [...(options.get(name) ?? []), value]);
  }
  const reads =
    words.some((word) => /\.(conf|acl)$|\/etc\/|entrypoint|\.sh$/.test(word)) || options.has('aclfile') || options.has('include');
  const mounts = service.volumes.some(({ target }) => /\.conf$|\/etc\/(redis|valkey)|\/mounted-etc|\.acl$/.test(target));
  return { service, options, more: reads || mounts, place: service.place(['command']) };
}

/** Options that the images of Redis Stack and of Valkey take from their environment. */
function argumentsOf(service: ComposeService): readonly string[] {
  return service.variables
    .filter(({ name }) => ['REDIS_ARGS', 'VALKEY_EXTRA_FLAGS', 'REDIS_EXTRA_FLAGS'].includes(name))
    .flatMap(({ value }) => (value === undefined ? [] : split(value.reveal())));
}

function split(text: string): readonly string[] {
  return text.match(/'[^']*'|"[^"]*"|[^\s;&|]+/g)?.map((word) => word.replace(/^(['"])(.*)\1$/, '$2')) ?? [];
}

/** The last value of an option; undefined where the command does not give it. */
export function option(server: RedisServer, name: string): string | undefined {
  return server.options.get(name)?.at(-1);
}

/** Whether the server asks for a password; undefined where a file that was not read decides. */
export function asksForPassword(server: RedisServer): boolean | undefined {
  const { service, options } = server;
  const variable = service.variables.find(({ name }) => ['REDIS_PASSWORD', 'VALKEY_PASSWORD', 'REDIS_PASSWORD_FILE'].includes(name));
  const bitnami = /bitnami/.test(service.image ?? '');
  if (bitnami && variable !== undefined && (variable.value === undefined || variable.value.reveal() !== '')) return true;
  if (options.has('requirepass')) return option(server, 'requirepass') !== '' && option(server, 'requirepass') !== '""';
  if (options.get('user')?.some((user) => /\bdefault\b.*\b(off|>|#)/.test(user))) return true;
  return server.more ? undefined : false;
}

/** `256mb`, `1gb`, `512M`, `1073741824` in bytes, as Redis and compose files write sizes. */
export function bytes(text: string | undefined): number | undefined {
  const found = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?$/i.exec(text?.trim() ?? '');
  if (!found) return undefined;
  const power = ' kmgt'.indexOf((found[2] ?? '').toLowerCase() || ' ');
  return Number(found[1]) * 1024 ** power;
}

/** The release of the server as its image names it: `[7, 4]`; undefined for `latest` and for other images. */
export function serverRelease({ service }: RedisServer): readonly [number, number] | undefined {
  const found = /^(\d+)(?:\.(\d+))?/.exec(image(service.image ?? '').tag ?? '');
  return found ? [Number(found[1]), Number(found[2] ?? 0)] : undefined;
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
export function serverPort(server: RedisServer): string {
  return option(server, 'port') ?? '6379';
}

/** The server that a host name means for LiteLLM: the service of that name, or the one whose port is published on this machine. */
export function serverOf(setup: Setup, host: string): RedisServer | undefined {
  const servers = redisServers(setup);
  const named = servers.find(({ service }) => service.name === host || service.tree.container_name === host);
  if (named !== undefined || !['localhost', '127.0.0.1', '::1'].includes(host)) return named;
  return servers.find(({ service }) => service.ports.some(({ published }) => published !== undefined));
}
