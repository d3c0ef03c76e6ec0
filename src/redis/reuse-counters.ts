import { RedisError } from './connection/failure.ts';
import type { Connection, Target } from './connection/target.ts';
import { parseInfo } from './replies/info.ts';
import { readServerCounters } from './replies/server-counters.ts';

/** What a server had counted at a moment, of what reuse is compared with. Each is undefined where it does not tell. */
export interface ReuseCounters {
  evicted: number | undefined;
  /** Calls of commands that write a value as a cache does. */
  sets: number | undefined;
  /** Look-ups that found a key and that did not, without those of this exporter. */
  hits: number | undefined;
  misses: number | undefined;
}

/** The number of keys that a server has evicted; undefined where it does not tell. Fails with RedisError. */
export async function readEvicted(server: Target, redis: Connection, signal: AbortSignal): Promise<number | undefined> {
  return parseInfo(await server.ask(redis, ['INFO', 'stats'], signal)).count('stats', 'evicted_keys');
}

/** Reads the counters of a server. Fails with RedisError. */
export async function readReuseCounters(server: Target, redis: Connection, signal: AbortSignal): Promise<ReuseCounters> {
  const [stats, commands] = await server.askAll(
    redis,
    [
      ['INFO', 'stats'],
      ['INFO', 'commandstats'],
    ],
    signal,
  );
  const { hits: ownHits, misses: ownMisses } = server.own;
  for (const reply of [stats, commands]) if (reply?.ok === false) throw reply.error;
  if (!stats?.ok || !commands?.ok) throw new RedisError('protocol', 'INFO: the server did not answer');
  const info = parseInfo(stats.value);
  const hits = info.count('stats', 'keyspace_hits');
  const misses = info.count('stats', 'keyspace_misses');
  return {
    evicted: info.count('stats', 'evicted_keys'),
    sets: readServerCounters(commands.value).sets,
    hits: hits === undefined ? undefined : hits - ownHits,
    misses: misses === undefined ? undefined : misses - ownMisses,
  };
}

/** How long a key still lives: infinite where it never expires, undefined where it is gone. */
export type LookedTtl = { ttl: number | undefined };

/**
 * Asks in one pipeline how long keys still live, in milliseconds; undefined for each that the server does not answer for. The look-ups are counted as
 * the exporter's own. Fails with RedisError when the connection does.
 */
export async function lookUpTtls(
  server: Target,
  redis: Connection,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<(LookedTtl | undefined)[]> {
  const replies = await server.askAll(
    redis,
    keys.map((key) => ['PTTL', key]),
    signal,
  );
  return replies.map((reply) => {
    if (!reply.ok || typeof reply.value !== 'number' || reply.value < NO_KEY) return undefined;
    server.own[reply.value === NO_KEY ? 'misses' : 'hits'] += 1;
    if (reply.value === NO_KEY) return { ttl: undefined };
    return { ttl: reply.value === NO_EXPIRY ? Number.POSITIVE_INFINITY : reply.value };
  });
}

const NO_KEY = -2;
const NO_EXPIRY = -1;
