import type { Clock } from '../../schedule/clock.ts';
import type { Connection } from '../connection/connection.ts';
import { type RedisError, settle } from '../connection/failure.ts';
import type { Target } from '../connection/target.ts';
import { isForGood } from '../connection/unanswered.ts';

/** Connections that belong together, one to each of some servers. One that ends is no longer among them. */
export interface Links {
  readonly all: ReadonlyMap<Target, Connection>;
  /**
   * Opens a connection with the exporter's credential to each of these servers that has none, all at once, and makes it ready. A server that cannot
   * be used is left out; fails with the RedisError of the first while there is no connection at all.
   */
  open(servers: readonly Target[], signal: AbortSignal): Promise<void>;
  /** Those of some servers to which a connection is missing and may be opened: one that has refused to be asked is left alone for a while. */
  missing(servers: readonly Target[]): readonly Target[];
  /** Ends the connections to all other servers. */
  keep(servers: readonly Target[]): void;
  /** Whether they lead to each of these servers, and to no other. */
  isWhole(servers: readonly Target[]): boolean;
  disconnect(): void;
}

/** A right that is granted later is noticed after this time. */
const AGAIN_MS = 600_000;

/** Makes a fresh connection ready. */
export type Prepare = (server: Target, redis: Connection, links: Links) => Promise<void>;

/** No connections yet. `onEnd` is called when the last one has ended. */
export function createLinks(prepare: Prepare, onEnd: (links: Links) => void, clock: Clock): Links {
  const all = new Map<Target, Connection>();
  const refusedAt = new Map<Target, number>();

  function isOpen(server: Target): boolean {
    return all.get(server)?.socket.destroyed === false;
  }

  function missing(servers: readonly Target[]): readonly Target[] {
    return servers.filter((server) => !isOpen(server) && !(clock.monotonic() - (refusedAt.get(server) ?? -AGAIN_MS) < AGAIN_MS));
  }

  async function openOne(server: Target, signal: AbortSignal): Promise<RedisError | undefined> {
    const opened = await settle(openReady(server, (redis) => prepare(server, redis, links), signal));
    refusedAt.delete(server);
    if (!opened.ok) {
      if (isForGood(opened.error)) refusedAt.set(server, clock.monotonic());
      return opened.error;
    }
    all.set(server, opened.value);
    opened.value.onClose(() => {
      if (all.get(server) !== opened.value) return;
      all.delete(server);
      if (all.size === 0) onEnd(links);
    });
    return undefined;
  }

  const links: Links = {
    all,
    missing,
    async open(servers, signal) {
      const failures = await Promise.all(missing(servers).map((server) => openOne(server, signal)));
      const failure = failures.find((one) => one !== undefined);
      if (all.size === 0 && failure !== undefined) throw failure;
    },
    keep(servers) {
      for (const server of refusedAt.keys()) if (!servers.includes(server)) refusedAt.delete(server);
      const others = [...all].filter(([server]) => !servers.includes(server));
      for (const [server, redis] of others) {
        all.delete(server);
        redis.disconnect();
      }
      if (others.length > 0 && all.size === 0) onEnd(links);
    },
    isWhole: (servers) => servers.length === all.size && servers.every(isOpen),
    disconnect() {
      for (const redis of all.values()) redis.disconnect();
    },
  };
  return links;
}

async function openReady(server: Target, prepare: (redis: Connection) => Promise<void>, signal: AbortSignal): Promise<Connection> {
  const redis = await server.open(server.credential, signal);
  try {
    await prepare(redis);
    return redis;
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}
