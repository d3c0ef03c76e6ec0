import { BlockList, isIP, isIPv6, SocketAddress } from 'node:net';
import { decoded, splitUrl, splitUser, type UrlParts, withoutBrackets } from './url.ts';

/** Where a Redis server listens, and which of its databases is meant. The host has no brackets. */
export type Address = ({ host: string; port: number } | { path: string }) & { tls: boolean; db: number };

/** An address and the URL that it was written as, without user and password and with the database as the path: for people. */
export type WrittenAddress = Address & { url: string };

/** What a Redis URL says. */
export interface RedisUrl {
  address: WrittenAddress;
  username: string | undefined;
  password: string | undefined;
}

/** Why a text is refused; it never repeats the text, because a password can stand anywhere in it. */
export interface RedisUrlFault {
  fault: string;
  suggestion?: string;
}

const PORT = 6379;
/** Of `sun_path` (unix(7)), without its last byte. */
const LONGEST_SOCKET = 107;
/** Readers of URLs leave these out in silence, also out of a password. */
const SPLIT = { fault: 'has a tab or an end of line in it', suggestion: 'write it in one line; in a password a tab is %09' };
const ESCAPES = { fault: 'has a % in user or password that is no escape of UTF-8', suggestion: 'write %25 for %' };

/**
 * Reads `redis://`, `rediss://` (TLS) or `unix://`. The database is the path, or `?db=` as redis-py writes it; other parameters are
 * refused, because one of them can be a password. Undefined where the text is no URL with one of these schemes. It never throws.
 */
export function parseRedisUrl(text: string): RedisUrl | RedisUrlFault | undefined {
  const parts = splitUrl(text.trim());
  const scheme = parts?.scheme.toLowerCase();
  if (parts === undefined || (scheme !== 'redis' && scheme !== 'rediss' && scheme !== 'unix')) return undefined;
  if (/[\t\r\n]/.test(text.trim())) return SPLIT;
  const address = scheme === 'unix' ? socketOf(parts) : serverOf(parts, scheme);
  if (address === undefined || 'fault' in address) return address;
  const { name, password } = splitUser(parts.user ?? '');
  const username = decoded(name);
  const secret = decoded(password ?? '');
  if (username === undefined || secret === undefined) return ESCAPES;
  return { address, username: username || undefined, password: secret || undefined };
}

/** `host:port`, the host perhaps in brackets; undefined where the text is none. Port 0 is none. */
export function parseNode(text: string): { host: string; port: number } | undefined {
  const [, bracketed, name, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  const host = bracketed ?? name;
  return host !== undefined && port >= 1 && port <= 65_535 ? { host, port } : undefined;
}

/** `host:port` of a server, an IPv6 address in brackets: what `parseNode` reads. */
export function nodeText({ host, port }: { host: string; port: number }): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** Names as DNS and hosts files have them, and underscores, which Docker and Kubernetes allow. */
const HOST = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_.])?$/;

/** A name whose last part is a number is an address in a form that resolvers of names read each in their own way. */
const ENDS_IN_NUMBER = /(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$/i;

/** The unspecified addresses: a client that connects to one reaches its own machine. */
const UNSPECIFIED = new BlockList();
UNSPECIFIED.addAddress('0.0.0.0');
UNSPECIFIED.addAddress('::', 'ipv6');

function isUsable(address: string): boolean {
  return !UNSPECIFIED.check(address.split('%', 1)[0] ?? '', isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** The host that another server names, without brackets; undefined where it is none that can be connected to. */
export function namedHost(name: unknown): string | undefined {
  if (typeof name !== 'string') return undefined;
  const host = withoutBrackets(name);
  const isHost = isIP(host) > 0 ? isUsable(host) : HOST.test(host) && !ENDS_IN_NUMBER.test(host);
  return isHost ? host : undefined;
}

/** The port that another server names, as a number or in digits; undefined where it is none. Port 0 is none. */
export function namedPort(value: unknown): number | undefined {
  const isDigits = typeof value === 'string' && /^\d{1,5}$/.test(value);
  const port = isDigits ? Number(value) : value;
  return typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : undefined;
}

function serverOf(
  { hasServer, server, path, query, fragment }: UrlParts,
  scheme: 'redis' | 'rediss',
): WrittenAddress | RedisUrlFault | undefined {
  if (!hasServer) return { fault: 'lacks the two slashes behind the scheme', suggestion: 'write it like redis://host:6379/0' };
  const node = nodeOf(server);
  if (node === undefined) return undefined;
  if (path.startsWith('//') || path.includes('://'))
    return { fault: 'has a scheme twice', suggestion: 'write it like redis://host:6379/0' };
  if (node.host === '') return { fault: 'has no host: write two slashes and the host behind the scheme' };
  if (/[^\x21-\x7e]|%/.test(node.host)) return { fault: 'has a host that no server can have' };
  if (node.port === 0) return { fault: 'has port 0' };
  if (fragment !== undefined && fragment !== '') return { fault: 'has a #: write %23 where it is part of the password' };
  if (!/^\/?\d{0,5}$/.test(path)) return { fault: 'has a path that is no database number' };
  const parameters = new URLSearchParams(query);
  if (path.length > 1 && parameters.has('db')) return { fault: 'names the database twice' };
  const db = databaseOf(parameters);
  if (typeof db === 'object') return db;
  const shown = db === undefined ? path : `/${db}`;
  const address = { host: canonical(node.host), port: node.port ?? PORT, tls: scheme === 'rediss', db: Number(shown.slice(1)) };
  return { ...address, url: `${scheme}://${server}${shown}` };
}

function socketOf({ hasServer, server, path: written, query, fragment }: UrlParts): WrittenAddress | RedisUrlFault {
  if (server !== '') return { fault: 'must have three slashes before the path of the socket: unix:///run/redis.sock' };
  const path = decoded(written);
  if (path === undefined) return { fault: 'has a % in the path of the socket that is no escape of UTF-8: write %25 for %' };
  if (path.includes('\0')) return { fault: 'has a NUL byte in the path of the socket' };
  if (Buffer.byteLength(path) > LONGEST_SOCKET) return { fault: `has a path of a socket that is longer than ${LONGEST_SOCKET} bytes` };
  if (fragment !== undefined && fragment !== '') return { fault: 'has a #: write %23 where it is part of the path' };
  if (path.length < 2) return { fault: 'has no path of a socket' };
  const db = databaseOf(new URLSearchParams(query));
  if (typeof db === 'object') return db;
  const shown = written.replaceAll(/\s/g, encodeURIComponent);
  const url = `unix:${hasServer ? '//' : ''}${shown}${db === undefined ? '' : `?db=${db}`}`;
  return { path, tls: false, db: Number(db ?? 0), url };
}

/** The digits of `?db=`; undefined without it. */
function databaseOf(parameters: URLSearchParams): string | undefined | RedisUrlFault {
  const database = parameters.get('db');
  if (database !== null && !/^\d{1,5}$/.test(database)) return { fault: 'has a db that is no number' };
  if ([...parameters.keys()].some((name) => name !== 'db'))
    return { fault: 'has a parameter other than db', suggestion: 'use the keys of this section instead' };
  return database ?? undefined;
}

/** Host and port as a URL holds them (WHATWG URL, "opaque host"): undefined where no URL can have them, the port undefined where there is none. */
function nodeOf(server: string): { host: string; port: number | undefined } | undefined {
  const [, bracketed, name = '', digits = ''] = /^(?:\[([^\]%]*)\]|([^:[\]<>^|\\ \0]*))(?::(\d*))?$/.exec(server) ?? [];
  const isHost = bracketed === undefined ? name !== '' || server === '' : isIPv6(bracketed);
  const port = digits === '' ? undefined : Number(digits);
  if (!isHost || (port !== undefined && port > 65_535)) return undefined;
  return { host: bracketed ?? name, port };
}

/** An address of IPv6 in its short form, so that two spellings of one address are equal. */
function canonical(host: string): string {
  return isIPv6(host) ? new SocketAddress({ address: host, family: 'ipv6' }).address : host;
}
