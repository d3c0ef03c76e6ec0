import type { Setup } from '../setup.ts';

/** The parts of a Redis URL as redis-py reads them; user and password decoded, or as written where a % is no escape. */
export interface RedisUrl {
  scheme: string;
  username: string | undefined;
  password: string | undefined;
  host: string;
  port: string | undefined;
  db: string | undefined;
}

/** Takes a Redis URL apart, without an error for what a strict parser refuses; undefined where it is no URL at all. */
export function redisUrl(text: string): RedisUrl | undefined {
  const found = /^([a-z][a-z+]*):\/\/(?:(.*)@)?([^/?#@]*)(?:\/([^?#]*))?(?:\?([^#]*))?(?:#.*)?$/i.exec(text.trim());
  if (!found) return undefined;
  const [, scheme = '', user, authority = '', path, query] = found;
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(authority) ?? [];
  const colon = user === undefined ? -1 : user.indexOf(':');
  return {
    scheme: scheme.toLowerCase(),
    username: user === undefined ? undefined : nothing(decoded(colon === -1 ? user : user.slice(0, colon))),
    password: user === undefined || colon === -1 ? undefined : nothing(decoded(user.slice(colon + 1))),
    host,
    port,
    db: nothing(new URLSearchParams(query ?? '').get('db') ?? path ?? ''),
  };
}

/** User and password of a URL as they are written. */
export function userinfo(text: string): string | undefined {
  return /^[a-z][a-z+]*:\/\/(.*)@/i.exec(text.trim())?.[1];
}

function decoded(text: string): string {
  return /%(?![0-9a-f]{2})/i.test(text) ? text : decodeURIComponent(text);
}

function nothing(text: string): string | undefined {
  return text === '' ? undefined : text;
}

/** Where a host is, from the gateway's point of view. */
export type Distance = 'loopback' | 'inside' | 'private' | 'remote';

/**
 * `loopback`; `inside`: a service of the compose files, or a name that only a container network or a cluster resolves; `private`:
 * an address of a private network; else `remote`.
 */
export function distance(host: string, setup: Setup): Distance {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  if (name === 'localhost' || name === '::1' || name.startsWith('127.')) return 'loopback';
  if (name === 'host.docker.internal' || setup.services.some(({ names }) => names.includes(host))) return 'inside';
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return isPrivate(name) ? 'private' : 'remote';
  if (name.includes(':')) return /^f[cd]/.test(name) ? 'private' : 'remote';
  return !name.includes('.') || /\.svc(\.|$)/.test(name) || name.endsWith('.cluster.local') ? 'inside' : 'remote';
}

function isPrivate(address: string): boolean {
  return /^(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.)/.test(address);
}
