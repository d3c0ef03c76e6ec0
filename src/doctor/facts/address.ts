import { isIPv4, isIPv6 } from 'node:net';
import { splitUrl, splitUser, unquote, withoutBrackets } from '../../source/url.ts';
import { connectionUrl } from '../resolver/connection-url.ts';
import type { Setup } from '../setup.ts';
import { aliased } from './aliases.ts';

/** The parts of a Redis URL, user and password decoded. The host of a socket is empty. */
export interface RedisUrl {
  scheme: string;
  username: string | undefined;
  password: string | undefined;
  host: string;
  port: string | undefined;
  db: string | undefined;
}

/**
 * Takes a Redis URL apart as redis-py does. A URL that redis-py refuses, or takes apart at a character that was
 * meant as a part of the password, is read as it was meant; so is that of another scheme. Undefined where it is
 * no URL at all.
 */
export function redisUrl(text: string): RedisUrl | undefined {
  const written = text.trim();
  const exact = connectionUrl(written);
  if (!('fault' in exact) && !isCut(written)) {
    const { scheme, username, password, host = '', port, db } = exact;
    return { scheme, username, password, host, port, db };
  }
  const parts = splitUrl(written, 'anywhere');
  if (!parts?.hasServer) return undefined;
  const { scheme, user = '', server, path, query } = parts;
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(server) ?? [];
  const { name, password } = splitUser(user);
  return {
    scheme: scheme.toLowerCase(),
    username: nothing(unquote(name)),
    password: nothing(unquote(password ?? '')),
    host: withoutBrackets(host),
    port,
    db: nothing(new URLSearchParams(query).get('db') ?? path.slice(1)),
  };
}

/** User and password of a URL as they are written, what redis-py would cut off included. */
export function userinfo(text: string): string | undefined {
  const written = text.trim();
  return splitUrl(written)?.user ?? (isCut(written) ? splitUrl(written, 'anywhere')?.user : undefined);
}

/** Whether a `/`, `?` or `#` in front of the `@` ends what redis-py takes for user, password and host, so that no usable host is left. */
function isCut(text: string): boolean {
  const parts = splitUrl(text);
  if (!parts?.hasServer || parts.user !== undefined || parts.scheme.toLowerCase() === 'unix') return false;
  const { server, path, query, fragment } = parts;
  return [path, query, fragment].some((part) => part?.includes('@')) && !/^[^:@[\]]+(:\d*)?$|^\[[^\]]*\](:\d*)?$/.test(server);
}

function nothing(text: string): string | undefined {
  return text === '' ? undefined : text;
}

/** Why a text is no host, as the end of a sentence that begins with it; undefined for a name, an IPv4 or an IPv6 address. */
export function hostFault(text: string): string | undefined {
  if (text === '') return 'is empty';
  if (isIPv6(text.replace(/%.*/s, ''))) return undefined;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text.trim())) return 'holds a scheme';
  if (text.includes('@')) return 'holds a user';
  if (text.includes('/')) return 'holds a path';
  if (/\s/.test(text)) return 'holds white space';
  if (/["']/.test(text)) return 'holds quotes';
  if (/[[\]]/.test(text)) return 'holds brackets, which belong into a url only';
  return text.includes(':') ? 'holds a port' : undefined;
}

/** Where a host is, from the gateway's point of view. */
export type Distance = 'loopback' | 'inside' | 'private' | 'remote';

/**
 * `loopback`; `inside`: a service of the compose files, or a name that only a container network or a cluster
 * resolves; `private`: an address or a name that is reserved for private networks (RFC 1918, 4193, 6598, 6762,
 * 8375, and `internal`); else `remote`.
 */
export function distance(host: string, setup: Setup): Distance {
  const name = aliased(setup, withoutBrackets(host));
  if (name === 'host-gateway') return 'inside';
  if (isLoopback(name)) return 'loopback';
  if (name.endsWith('.docker.internal') || setup.services.some(({ names }) => names.some((known) => known.toLowerCase() === name)))
    return 'inside';
  if (isOfDocker(name, setup)) return 'inside';
  if (isIPv4(name)) return isPrivate(name) ? 'private' : 'remote';
  if (name.includes(':')) return /^(f[cd]|fe[89ab])/.test(name) ? 'private' : 'remote';
  if (!name.includes('.') || name.endsWith('.svc') || name.endsWith('.cluster.local')) return 'inside';
  return /\.(local|internal|home\.arpa)$/.test(name) ? 'private' : 'remote';
}

/** Docker also resolves `tasks.SERVICE` of a swarm, and `SERVICE.NETWORK`. */
function isOfDocker(name: string, { services }: Setup): boolean {
  const [first = '', second = '', third] = name.split('.');
  const isName = (one: string) => services.some(({ names }) => names.some((known) => known.toLowerCase() === one));
  const isNetwork = services.some(({ networks }) => networks.some((one) => second === one || second.endsWith(`_${one}`)));
  return third === undefined && ((first === 'tasks' && isName(second)) || (isName(first) && isNetwork));
}

function isLoopback(name: string): boolean {
  return (
    name === 'localhost' || name.endsWith('.localhost') || name === '::1' || name === '0.0.0.0' || (isIPv4(name) && name.startsWith('127.'))
  );
}

function isPrivate(address: string): boolean {
  return /^(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(address);
}
