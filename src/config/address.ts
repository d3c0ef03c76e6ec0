import { z } from 'zod';
import { Secret } from '../source/secret.ts';
import { gatewayPathHint, httpUrlHint, redisUrlHint } from './address-hint.ts';
import { refuse, text } from './fields.ts';

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
      if (!url || !['redis:', 'rediss:', 'unix:'].includes(url.protocol)) {
        const { message, suggestion } = redisUrlHint(value);
        return refuse(context, message, suggestion);
      }
      if (!/^(unix:|[a-z]+:\/\/)/i.test(value.trim()))
        return refuse(context, 'lacks the two slashes behind the scheme', 'write it like redis://host:6379/0');
      if (/^\/\/|:\/\//.test(url.pathname) && url.protocol !== 'unix:')
        return refuse(context, 'has a scheme twice', 'write it like redis://host:6379/0');
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
const MAX_SOCKET_PATH_BYTES = 107;

function hostFault(url: URL): string | undefined {
  if (url.hostname === '') return 'has no host: write two slashes and the host behind the scheme';
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
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) return `has a path of a socket that is longer than ${MAX_SOCKET_PATH_BYTES} bytes`;
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

/** The address of a gateway: that of an HTTP interface, and of the proxy alone. */
export function gatewayUrl() {
  return httpUrl()
    .transform((value, context): string => {
      const hint = gatewayPathHint(new URL(value).pathname);
      return hint === undefined ? value : refuse(context, hint.message, hint.suggestion);
    })
    .meta({ kind: 'URL' });
}

/** The address of an HTTP interface, without a slash at the end. User and password in it are refused. */
export function httpUrl() {
  return text()
    .transform((value, context): string => {
      const url = URL.parse(value);
      if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
        const { message, suggestion } = httpUrlHint(value);
        return refuse(context, message, suggestion);
      }
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
  return z
    .unknown()
    .transform((value, context): string => {
      if (typeof value === 'string' && hasPort(LISTEN, value, 0)) return value;
      return refuse(context, 'must be :port or host:port', listenHint(String(value)));
    })
    .meta({ type: 'string' });
}

function listenHint(value: string): string | undefined {
  const text = value.trim().replace(/^(["'])(.*)\1$/, '$2');
  if (/^\d{1,5}$/.test(text) && isPort(text, 0)) return `did you mean ":${text}"?`;
  if (hasPort(LISTEN, text, 0)) return `did you mean ${text}, without what stands around it?`;
  if (/^[a-z]+:\/\//i.test(text)) return 'leave the scheme away';
  if (/^\*:\d{1,5}$/.test(text)) return `did you mean ${text.slice(1)}?`;
  if (/^[0-9a-f]*:[0-9a-f:.]*:/i.test(text)) return 'put an IPv6 address in brackets, like [::1]:9464';
  if (/^[\w.-]+$/.test(text)) return 'add the port, like host:9464';
  return /:\d+$/.test(text) ? 'a port is a number from 0 to 65535' : undefined;
}

function hasPort(pattern: RegExp, value: string, min: number): boolean {
  return isPort(pattern.exec(value)?.[2], min);
}

function isPort(text: string | undefined, min: number): boolean {
  const port = Number(text);
  return port >= min && port <= 65_535;
}
