import { isIPv6 } from 'node:net';
import { splitUrl, splitUser, unquote } from '../../source/url.ts';
import { toFloat, toInt } from './python-value.ts';

/** The connection that redis-py makes of a URL (`parse_url` in redis-py 5 to 8, over `urllib.parse`). Parts that the URL does not give are undefined. */
export interface ConnectionUrl {
  scheme: 'redis' | 'rediss' | 'unix';
  username: string | undefined;
  password: string | undefined;
  host: string | undefined;
  port: string | undefined;
  db: string | undefined;
  /** The path of a socket. */
  path: string | undefined;
  /** Arguments of the query, decoded; the parts above are left out. */
  options: ReadonlyMap<string, string>;
}

/** Why redis-py raises an error for a URL. No form of it repeats the URL: that can hold a password. */
export interface UrlFault {
  fault: string;
}

/** Takes a URL apart as redis-py does, or says why redis-py refuses it. Where that is so for one of its two clients it is so for LiteLLM, which makes both. */
export function connectionUrl(text: string): ConnectionUrl | UrlFault {
  // urllib drops these wherever they are; the client for synchronous commands has looked at the beginning before.
  const parts = splitUrl(text.replaceAll(/[\t\r\n]/g, ''));
  if (!parts?.hasServer || !isScheme(parts.scheme) || !text.startsWith(`${parts.scheme}://`))
    return { fault: 'must begin with redis://, rediss:// or unix://' };
  const { scheme, user = '', server, path, query = '' } = parts;
  const fault = bracketFault(parts.user === undefined ? server : `${user}@${server}`);
  if (fault !== undefined) return { fault };
  const hasHost = scheme !== 'unix';
  const node = hasHost ? hostAndPort(server) : { host: '', port: undefined };
  if ('fault' in node) return node;
  const options = queryOf(query);
  const wrong = Object.entries(NUMBER).find(([name, parse]) => options.has(name) && parse(options.get(name) ?? '') === undefined);
  if (wrong !== undefined) return { fault: `has a ${wrong[0]} that is no number` };
  const login = splitUser(user);
  const of = (name: string) => nothing(options.get(name));
  const inPath = hasHost ? toInt(unquote(path).replaceAll('/', '')) : undefined;
  return {
    scheme,
    username: nothing(unquote(login.name)) ?? of('username'),
    password: nothing(unquote(login.password ?? '')) ?? of('password'),
    host: hasHost ? (nothing(unquote(node.host)) ?? of('host')) : undefined,
    port: hasHost ? (node.port ?? of('port')) : undefined,
    db: of('db') ?? (inPath === undefined ? undefined : String(inPath)),
    path: hasHost ? undefined : (nothing(unquote(path)) ?? of('path')),
    options: new Map([...options].filter(([name]) => !OWN.includes(name))),
  };
}

const OWN = ['username', 'password', 'host', 'port', 'db', 'path'];

/** Arguments of the query that become numbers; any other stays a text. */
const NUMBER: Readonly<Record<string, (text: string) => number | undefined>> = {
  db: toInt,
  socket_timeout: toFloat,
  socket_connect_timeout: toFloat,
  max_connections: toInt,
  health_check_interval: toInt,
  timeout: toFloat,
};

/** Brackets stand around an address of IPv6, also in what is meant as a user. */
function bracketFault(authority: string): string | undefined {
  if (authority.includes('[') !== authority.includes(']')) return 'has a [ or ] too many';
  const [, bracketed] = /\[([^\]]*)/.exec(authority) ?? [];
  const isAddress = bracketed === undefined || isIPv6(bracketed) || /^v[0-9a-f]+\..+$/i.test(bracketed);
  return isAddress ? undefined : 'has brackets around what is no address of IPv6';
}

function isScheme(scheme: string): scheme is ConnectionUrl['scheme'] {
  return scheme === 'redis' || scheme === 'rediss' || scheme === 'unix';
}

/** `hostname` and `port` of urllib: the host without brackets and in lower case up to a zone, port 0 as none. */
function hostAndPort(text: string): { host: string; port: string | undefined } | UrlFault {
  const [, bracketed, outside] = /^[^[]*\[([^\]]*)\](.*)$/s.exec(text) ?? [];
  const plain = outside ?? text;
  const colon = plain.indexOf(':');
  const port = colon === -1 ? '' : plain.slice(colon + 1);
  if (!/^\d*$/.test(port)) return { fault: 'has a port that is no number' };
  if (Number(port) > 65_535) return { fault: 'has a port above 65535' };
  const host = bracketed ?? (colon === -1 ? plain : plain.slice(0, colon));
  return { host: host.replace(/^[^%]*/, (name) => name.toLowerCase()), port: Number(port) === 0 ? undefined : String(Number(port)) };
}

/** `parse_qs`: the first value of each name, blank ones left out. */
function queryOf(query: string): ReadonlyMap<string, string> {
  const result = new Map<string, string>();
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=');
    if (equals === -1 || equals === pair.length - 1) continue;
    const name = unquote(pair.slice(0, equals).replaceAll('+', ' '));
    if (!result.has(name)) result.set(name, unquote(pair.slice(equals + 1).replaceAll('+', ' ')));
  }
  return result;
}

function nothing(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
