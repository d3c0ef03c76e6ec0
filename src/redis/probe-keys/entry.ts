import type { RedisFailure } from '../../model/redis.ts';
import type { Cluster } from '../connection/cluster.ts';
import type { Connection } from '../connection/connection.ts';
import { settle } from '../connection/failure.ts';
import type { Target } from '../connection/target.ts';
import { serversOf } from './servers.ts';

/** An entry of a cache, of which nothing but its name and its time to live is asked; `ttlSeconds` is missing for one that never expires. */
export type Entry =
  | { readonly state: 'present'; readonly ttlSeconds?: number | undefined }
  | { readonly state: 'absent' }
  | { readonly state: 'unreadable'; readonly failure: RedisFailure };

/**
 * Asks for one entry on the connection to the server that has its slot: EXISTS and PTTL, either of which may be refused. A failure is a
 * state; rejects only with the signal's reason.
 */
export async function readEntry(
  target: Target | Cluster,
  connections: ReadonlyMap<Target, Connection>,
  key: string,
  signal: AbortSignal,
): Promise<Entry> {
  const server = serversOf(target).ownerOf(key);
  const redis = server && connections.get(server);
  if (server === undefined || redis === undefined) return { state: 'unreadable', failure: target.state?.failure ?? 'unknown' };
  const asked = await settle(
    server.askAll(
      redis,
      ['EXISTS', 'PTTL'].map((command) => [command, key]),
      signal,
    ),
  );
  signal.throwIfAborted();
  if (!asked.ok) return { state: 'unreadable', failure: asked.error.failure };
  const [exists, pttl] = asked.value;
  const left = pttl?.ok === true && typeof pttl.value === 'number' ? pttl.value : undefined;
  const isThere = exists?.ok === true && exists.value === 1;
  server.own[isThere ? 'hits' : 'misses'] += isThere ? 2 : 1;
  // Between the two it may have expired: the later answer counts.
  if (left === -2 || (exists?.ok === true && exists.value === 0)) return { state: 'absent' };
  if (left !== undefined && left >= -1) return left === -1 ? { state: 'present' } : { state: 'present', ttlSeconds: left / 1_000 };
  if (isThere) return { state: 'present' };
  const failure = exists?.ok === false ? exists.error.failure : pttl?.ok === false ? pttl.error.failure : 'protocol';
  return { state: 'unreadable', failure };
}
