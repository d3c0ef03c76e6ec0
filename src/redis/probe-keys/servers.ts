import type { RedisFailure } from '../../model/redis.ts';
import type { Cluster } from '../connection/cluster.ts';
import type { Target } from '../connection/target.ts';
import type { Links } from './links.ts';

/** The servers that hold the keys of a target: itself, or every master of a cluster. */
export interface KeyServers {
  all(): readonly Target[];
  /** Those on which the exporter's credential may be used: its canary goes first. */
  usable(): readonly Target[];
  /** The one that a key is on; undefined while that is not known. */
  ownerOf(key: string): Target | undefined;
  /** Whether all servers that share the keys are among them. */
  readonly isCluster: boolean;
}

/** The servers of a target as they are known now. */
export function serversOf(target: Target | Cluster): KeyServers {
  if (!('nodes' in target)) return { all: () => [target], usable: () => [target], ownerOf: () => target, isCluster: false };
  const all = () => target.masters().map((node) => node.target);
  return {
    all,
    usable: () => all().filter(({ auth }) => auth === 'ok' || auth === 'disabled'),
    ownerOf: (key) => target.ownerOf(key)?.target,
    isCluster: true,
  };
}

/** Why a server among these has no connection, as its own watch found; undefined where all have one. */
export function failureWithout(servers: KeyServers, links: Links): RedisFailure | undefined {
  const missing = servers.all().find((server) => links.all.get(server)?.socket.destroyed !== false);
  return missing === undefined ? undefined : (missing.state?.failure ?? 'unknown');
}
