import { z } from 'zod';
import { refuse, text } from './fields.ts';
import { Secret } from './secret.ts';

/** A URL without user and password, and these. */
export interface RedisAddress {
  url: string;
  username?: string | undefined;
  password?: Secret | undefined;
}

/**
 * The URL of a Redis server: `redis://`, `rediss://` (TLS) or `unix://`. The database is the path, or
 * `?db=` as redis-py writes it; other parameters are refused, because one of them can be a password.
 * No message repeats the URL: a password with an unescaped `/` or `#` makes it invalid and would show.
 */
export function redisUrl() {
  return text()
    .transform((value, context): RedisAddress => {
      const url = URL.parse(value);
      if (!url) return refuse(context, 'is not a URL', 'write it like redis://host:6379/0, with % escapes in the password');
      if (!['redis:', 'rediss:', 'unix:'].includes(url.protocol)) return refuse(context, 'must begin with redis://, rediss:// or unix://');
      const fault = url.protocol === 'unix:' ? socketFault(url) : hostFault(url);
      if (fault !== undefined) return refuse(context, fault);
      const unknown = [...url.searchParams.keys()].find((name) => name !== 'db');
      if (unknown !== undefined) return refuse(context, 'has a parameter other than db', 'use the keys of this section instead');
      const username = decoded(url.username);
      const password = decoded(url.password);
      if (username === undefined || password === undefined)
        return refuse(context, 'has a % in user or password that is no escape of UTF-8', 'write %25 for %');
      return { url: withoutUser(url), username: username || undefined, password: password === '' ? undefined : Secret.of(password) };
    })
    .meta({ kind: 'URL' });
}

/** Of `sun_path` (unix(7)), without its last byte. */
const LONGEST_SOCKET = 107;

function hostFault(url: URL): string | undefined {
  if (url.hostname === '') return 'has no host';
  if (/[%\s\0]/.test(url.hostname)) return 'has a host that no server can have';
  if (url.port === '0') return 'has port 0';
  if (url.hash !== '') return 'has a #: write %23 where it is part of the password';
  if (!/^\/?\d{0,5}$/.test(url.pathname)) return 'has a path that is no database number';
  if (url.pathname.length > 1 && url.searchParams.has('db')) return 'names the database twice';
  return databaseFault(url);
}

function socketFault(url: URL): string | undefined {
  if (url.hostname !== '') return 'must have three slashes before the path of the socket: unix:///run/redis.sock';
  const path = decoded(url.pathname);
  if (path === undefined) return 'has a % in the path of the socket that is no escape of UTF-8: write %25 for %';
  if (path.includes('\0')) return 'has a NUL byte in the path of the socket';
  if (Buffer.byteLength(path) > LONGEST_SOCKET) return `has a path of a socket that is longer than ${LONGEST_SOCKET} bytes`;
  if (url.hash !== '') return 'has a #: write %23 where it is part of the path';
  return path.length > 1 ? databaseFault(url) : 'has no path of a socket';
}

function databaseFault(url: URL): string | undefined {
  const database = url.searchParams.get('db');
  return database === null || /^\d{1,5}$/.test(database) ? undefined : 'has a db that is no number';
}

/** One form for each: the database of a host is its path, that of a socket is `?db=`. */
function withoutUser(url: URL): string {
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  const database = plain.searchParams.get('db');
  if (plain.protocol !== 'unix:' && database !== null) {
    plain.search = '';
    plain.pathname = `/${database}`;
  }
  return plain.href;
}

/** Undefined for an escape that is none, or is not UTF-8. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** The address of an HTTP interface, without a slash at the end. User and password in it are refused. */
export function httpUrl() {
  return text()
    .transform((value, context): string => {
      const url = URL.parse(value);
      if (!url) return refuse(context, 'is not a URL', 'write it like http://host:4000');
      if (url.protocol !== 'http:' && url.protocol !== 'https:') return refuse(context, 'must begin with http:// or https://');
      if (url.username !== '' || url.password !== '') return refuse(context, 'must not hold a user or password');
      if (url.search !== '' || url.hash !== '') return refuse(context, 'must not have a ? or #');
      if (url.port === '0') return refuse(context, 'has port 0');
      return url.href.replace(/(?<!\/)\/+$/, '');
    })
    .meta({ kind: 'URL' });
}

const REPLICA = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/;

/** A replica of a gateway: `host`, `host:port` or a URL of nothing else, which gets its port written out. */
export function replicaAddress() {
  return z.string().transform((value, context): string => {
    const url = /^https?:\/\//.test(value) ? URL.parse(value) : undefined;
    const usual = url?.protocol === 'https:' ? '443' : '80';
    const node = url ? `${url.hostname}:${url.port || usual}` : value;
    const bare = !url || url.href === `${url.origin}/`;
    if (!bare || !REPLICA.test(node) || !isPort(REPLICA.exec(node)?.[2] ?? usual, 1))
      return refuse(context, 'must be host, host:port or a URL without a path');
    return url ? `${url.protocol}//${node}` : node;
  });
}

/** The base address of an OTLP/HTTP receiver: the path of the signal is appended where it is used, so it is taken off here. */
export function otlpUrl() {
  return httpUrl()
    .transform((url) => url.replace(/\/v1\/(traces|metrics)$/, ''))
    .meta({ kind: 'URL' });
}

const NODE = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/;
const LISTEN = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)?:(\d{1,5})$/;

/** `host:port` of another server. */
export function node() {
  return z.string().refine((value) => hasPort(NODE, value, 1), 'must be host:port');
}

/** `host:port` or `:port` to listen at; port 0 takes a free one. */
export function listenAddress() {
  return z.string().refine((value) => hasPort(LISTEN, value, 0), 'must be :port or host:port');
}

function hasPort(pattern: RegExp, value: string, min: number): boolean {
  return isPort(pattern.exec(value)?.[2], min);
}

function isPort(text: string | undefined, min: number): boolean {
  const port = Number(text);
  return port >= min && port <= 65_535;
}
