import { lookup } from 'node:dns/promises';
import { withoutBrackets } from '../source/url.ts';
import { replicaOf } from './replicas.ts';

/** The hosts of a gateway by its configuration: that of its URL and those of its replicas. */
export function hostsOf({ url, addresses = [] }: { url: string; addresses?: readonly string[] | undefined }): string[] {
  const base = new URL(url);
  return [...new Set([withoutBrackets(base.hostname), ...addresses.map((address) => replicaOf(address, base).host)])];
}

/** The IP addresses of hosts, as the machine resolves them; none of one that it does not resolve. */
export async function addressesOf(hosts: readonly string[]): Promise<string[]> {
  return (await Promise.all(hosts.map(resolved))).flat();
}

async function resolved(host: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
}
