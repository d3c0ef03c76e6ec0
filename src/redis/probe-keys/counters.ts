import type { Connection } from '../connection/connection.ts';
import type { Target } from '../connection/target.ts';
import { CLUSTER_INFO, servesAll } from '../replies/cluster/info.ts';
import { readServerCounters, SERVER_COUNTERS, type ServerCounters, sumOfCounters } from '../replies/server-counters.ts';
import type { Links } from './links.ts';

/** Reads the counters of the servers that hold the keys of a target. */
export interface CounterReader {
  /** Of several servers their sum. Fails with the RedisError of the first that cannot be asked. */
  read(links: Links, signal: AbortSignal): Promise<ServerCounters>;
}

/** Remembers which connections refuse CLUSTER INFO: each further attempt would be one more refusal. */
export function createCounterReader(): CounterReader {
  const refusing = new WeakSet<Connection>();

  async function readOne(server: Target, redis: Connection, signal: AbortSignal): Promise<ServerCounters> {
    const counters = readServerCounters(await server.ask(redis, SERVER_COUNTERS, signal));
    if (counters.mode !== 'cluster' || refusing.has(redis)) return counters;
    const [reply] = await server.askAll(redis, [CLUSTER_INFO.args], signal);
    if (reply?.ok === false && reply.error.prefix !== undefined) refusing.add(redis);
    return { ...counters, clusterOk: reply?.ok ? servesAll(CLUSTER_INFO.parse(reply.value)) : undefined };
  }

  return {
    read: async ({ all }, signal) => sumOfCounters(await Promise.all([...all].map(([server, redis]) => readOne(server, redis, signal)))),
  };
}
