import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { withoutBrackets } from '../source/url.ts';

/** Where one replica of a gateway listens. `name` is its `host:port`, for people. */
export interface Replica {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** A record of a name, as `dns.lookup` gives it with `all`. */
export interface HostRecord {
  readonly address: string;
  readonly family: number;
}

/**
 * The replicas behind the addresses of a gateway's configuration. A list is taken as it is. A single
 * address is resolved at each call, for at most `patience` milliseconds, and each of its records is a
 * replica; a name that cannot be resolved is left to the request that will say why.
 */
export async function findReplicas(addresses: readonly string[], url: string, timeoutMs: number, signal: AbortSignal): Promise<Replica[]> {
  const replicas = addresses.map((address) => replicaOf(address, new URL(url)));
  const [only, ...others] = replicas;
  return only === undefined || others.length > 0 ? replicas : replicasOfRecords(only, await records(only.host, timeoutMs, signal));
}

/** The replica at `host`, `host:port` or `scheme://host:port`; without a port it is that of the gateway's URL. */
export function replicaOf(address: string, url: URL): Replica {
  const [, host = '', given] = /^(?:https?:\/\/)?(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(address) ?? [];
  const port = given ?? (url.port || (url.protocol === 'https:' ? '443' : '80'));
  return { name: `${host}:${port}`, host: withoutBrackets(host), port: Number(port) };
}

/**
 * One replica for each record of a name, in an order that does not change when the resolver turns its
 * answer. Records of the other address family would be the same replicas once more.
 */
export function replicasOfRecords(replica: Replica, found: readonly HostRecord[]): Replica[] {
  const addresses = found.filter(({ family }) => family === found[0]?.family).map(({ address }) => address);
  if (addresses.length === 0) return [replica];
  return [...new Set(addresses)].sort().map((host) => ({
    name: `${host.includes(':') ? `[${host}]` : host}:${replica.port}`,
    host,
    port: replica.port,
  }));
}

async function records(host: string, timeoutMs: number, signal: AbortSignal): Promise<readonly HostRecord[]> {
  const end = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    return await Promise.race([lookup(host, { all: true }), once(end, 'abort').then(() => [])]);
  } catch {
    return [];
  }
}
