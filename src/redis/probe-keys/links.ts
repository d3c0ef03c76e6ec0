import type { Connection } from '../connection/connection.ts';
import { type RedisError, settle } from '../connection/failure.ts';
import type { Target } from '../connection/target.ts';

/** Connections that belong together, one to each of some servers. One that ends is no longer among them. */
export interface Links {
  readonly all: ReadonlyMap<Target, Connection>;
  disconnect(): void;
}

/**
 * Opens a connection with the exporter's credential to each server, all at once, and makes it ready. A server that cannot be used
 * is left out; fails with the RedisError of the first where none can. `onEnd` is called when the last one has ended.
 */
export async function openLinks(
  servers: readonly Target[],
  prepare: (server: Target, redis: Connection, links: Links) => Promise<void>,
  onEnd: (links: Links) => void,
  signal: AbortSignal,
): Promise<Links> {
  const all = new Map<Target, Connection>();
  const links: Links = {
    all,
    disconnect: () => {
      for (const redis of all.values()) redis.disconnect();
    },
  };
  const failures: RedisError[] = [];
  await Promise.all(
    servers.map(async (server) => {
      const opened = await settle(openOne(server, (redis) => prepare(server, redis, links), signal));
      if (!opened.ok) {
        failures.push(opened.error);
        return;
      }
      all.set(server, opened.value);
      opened.value.onClose(() => {
        if (all.get(server) === opened.value) all.delete(server);
        if (all.size === 0) onEnd(links);
      });
    }),
  );
  const [failure] = failures;
  if (all.size === 0 && failure !== undefined) throw failure;
  return links;
}

async function openOne(server: Target, prepare: (redis: Connection) => Promise<void>, signal: AbortSignal): Promise<Connection> {
  const redis = await server.open(server.credential, signal);
  try {
    await prepare(redis);
    return redis;
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}
