import type { ServerConfig } from '../../config/effective.ts';

/** Nodes of the configuration that are named. */
const MAX_SHOWN = 6;

/** Where a target is, for people; never a secret. */
export function describeAddress({ address, sentinel, cluster }: ServerConfig): string {
  if (cluster !== undefined)
    return `the cluster of ${cluster.nodes.slice(0, MAX_SHOWN).join(', ')}${cluster.nodes.length > MAX_SHOWN ? ' and more' : ''}`;
  return address?.url ?? `${sentinel?.master ?? ''} at ${sentinel?.nodes.join(', ') ?? ''}`;
}
