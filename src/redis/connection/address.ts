import type { TargetConfig } from '../../config/effective.ts';

/** Where a server listens, and which of its databases is meant. */
export type Address = ({ host: string; port: number } | { path: string }) & { tls: boolean; db: number };

const DEFAULT_PORT = 6379;

/**
 * The address in a `redis://`, `rediss://` or `unix://` URL as the configuration leaves it: without user
 * and password, the database being the path of a host and `?db=` of a socket.
 */
export function parseAddress(url: string): Address {
  const { protocol, hostname, port, pathname, searchParams } = new URL(url);
  if (protocol === 'unix:') return { path: decoded(pathname), tls: false, db: Number(searchParams.get('db') ?? 0) };
  const host = hostname.replace(/^\[|\]$/g, '');
  return { host, port: port === '' ? DEFAULT_PORT : Number(port), tls: protocol === 'rediss:', db: Number(pathname.slice(1)) };
}

/** A path whose percent signs mean nothing is taken as it is. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The address of a `host:port` pair, the host perhaps in brackets. */
export function parseNode(node: string, tls: boolean): Address {
  const colon = node.lastIndexOf(':');
  return { host: node.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(node.slice(colon + 1)), tls, db: 0 };
}

/** Where a target is, for people; never a secret. */
export function describeAddress({ url, sentinel }: TargetConfig): string {
  return url ?? `${sentinel?.master ?? ''} at ${sentinel?.nodes.join(', ') ?? ''}`;
}
