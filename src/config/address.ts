import { z } from 'zod';
import { parseNode, parseRedisUrl, type WrittenAddress } from '../source/redis-url.ts';
import { Secret } from '../source/secret.ts';
import { gatewayPathHint, httpUrlHint, metricsPathHint, nodeHint, redisUrlHint } from './address-hint.ts';
import { refuse, text } from './fields.ts';

/** The address of a Redis server, and the user and password of its URL. */
export interface RedisLogin {
  address: WrittenAddress;
  username?: string | undefined;
  password?: Secret | undefined;
}

/** The URL of a Redis server, as `parseRedisUrl` reads it. No message repeats it: a password with an unescaped `/` or `#` would show. */
export function redisUrl() {
  return text()
    .transform((value, context): RedisLogin => {
      const read = parseRedisUrl(value);
      if (read === undefined) {
        const { message, suggestion } = redisUrlHint(value);
        return refuse(context, message, suggestion);
      }
      if ('fault' in read) return refuse(context, read.fault, read.suggestion);
      const { address, username, password } = read;
      return { address, username, password: password === undefined ? undefined : Secret.of(password) };
    })
    .meta({ kind: 'URL' });
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

/** The full address of the metrics of a gateway, path included. */
export function metricsUrl() {
  return httpUrl()
    .transform((value, context): string => {
      const { pathname } = new URL(value);
      if (pathname === '/') return refuse(context, 'has no path', `did you mean ${value}/metrics?`);
      const hint = metricsPathHint(pathname);
      return hint === undefined ? value : refuse(context, hint.message, hint.suggestion);
    })
    .meta({ kind: 'URL' });
}

/**
 * The address of an HTTP interface, without a slash at the end. User and password in it are refused, and so is what a reader of
 * URLs would mend in silence: another host than the one that is meant may come of it.
 */
export function httpUrl() {
  return text()
    .transform((value, context): string => {
      const url = /^\s*https?:\/\/(?!\/)/i.test(value) ? URL.parse(value) : null;
      if (!url) {
        const { message, suggestion } = httpUrlHint(value);
        return refuse(context, message, suggestion);
      }
      if (/[\s\\]/.test(value.trim())) return refuse(context, 'has a space or a backslash', 'write it like http://host:4000');
      if (url.username !== '' || url.password !== '') return refuse(context, 'must not hold a user or password');
      if (url.search !== '' || url.hash !== '') return refuse(context, 'must not have a ? or #');
      if (url.port === '0') return refuse(context, 'has port 0');
      return url.href.replace(/(?<!\/)\/+$/, '');
    })
    .meta({ kind: 'URL' });
}

/** The address of a list of targets, with its query. User and password in it are refused. */
export function sourceUrl() {
  return text()
    .transform((value, context): string => {
      const written = value.trim();
      const form = 'write it like http://host:8080/targets?job=llm';
      if (/[\s\\#]/.test(written)) return refuse(context, 'has a space, a backslash or a #', form);
      const [issue] = httpUrl().safeParse(written.split('?', 1).join('')).error?.issues ?? [];
      if (issue === undefined) return new URL(written).href;
      const suggestion = issue.code === 'custom' && typeof issue.params?.suggestion === 'string' ? issue.params.suggestion : form;
      return refuse(context, issue.message, suggestion);
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

/** An address to listen at: its host, which may be missing, and its port. */
export const LISTEN = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)?:(\d{1,5})$/;

/** `host:port` of a Sentinel or of a node of a cluster. No message repeats it: a password can stand in front of an `@`. */
export function node() {
  return z
    .string()
    .transform((value, context): string => (parseNode(value) === undefined ? refuse(context, 'must be host:port', nodeHint(value)) : value))
    .meta({ type: 'string' });
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
  if (hasPort(LISTEN, text, 0)) return `did you mean ${text}, without what is around it?`;
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
