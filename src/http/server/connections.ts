import type { Socket } from 'node:net';

/** Connections that are open at the same time; with those to Redis and gateways less than the 1024 files that a process often may open. */
export const MAX_CONNECTIONS = 512;

/** Requests that one connection may send ahead of their answers; a scraper sends one. */
const MAX_PIPELINED_REQUESTS = 16;

/** What a connection is good for: it has asked nothing yet, waits for an answer, or had one and asks nothing more. */
type Use = 'new' | 'busy' | 'idle';

/** The open connections of a listener. When there is no room for another one, the one of least use makes room. */
export interface Connections {
  /** Takes in a connection that was just accepted. */
  add(socket: Socket): void;
  /** A whole request arrived on a connection; false when that sent too many at once and was cut. */
  requestArrived(socket: Socket): boolean;
  /** An answer is out, or will never be. */
  responseEnded(socket: Socket): void;
  /** Cuts all of them. */
  destroyAll(): void;
}

interface Open {
  key: string;
  socket: Socket;
  use: Use;
  ahead: number;
}

/**
 * A client that holds connections open cannot lock others out: of more than `most`, the oldest that has asked nothing
 * is cut, else the one that has asked nothing more for longest, else the one that takes longest to take its
 * answer. Those may have half of the room at most, so that new connections live long enough to ask.
 */
export function createConnections(most: number = MAX_CONNECTIONS): Connections {
  const open = new Map<string, Open>();
  const byUse: Record<Use, Set<Open>> = { new: new Set(), busy: new Set(), idle: new Set() };

  function move(entry: Open, use: Use): void {
    byUse[entry.use].delete(entry);
    entry.use = use;
    byUse[use].add(entry);
  }

  function leastUsed(besides: Open): Open | undefined {
    const order: readonly Use[] = byUse.busy.size > most / 2 ? ['busy', 'new', 'idle'] : ['new', 'idle', 'busy'];
    for (const use of order) for (const entry of byUse[use]) if (entry !== besides) return entry;
    return undefined;
  }

  function forget(entry: Open): void {
    byUse[entry.use].delete(entry);
    if (open.get(entry.key) === entry) open.delete(entry.key);
  }

  return {
    add(socket) {
      const entry: Open = { key: keyOf(socket), socket, use: 'new', ahead: 0 };
      open.set(entry.key, entry);
      byUse.new.add(entry);
      socket.once('close', () => forget(entry));
      if (open.size <= most) return;
      const victim = leastUsed(entry);
      victim?.socket.destroy();
      if (victim !== undefined) forget(victim);
    },
    requestArrived(socket) {
      const entry = open.get(keyOf(socket));
      if (entry === undefined) return !socket.destroyed;
      entry.ahead += 1;
      if (entry.use !== 'busy') move(entry, 'busy');
      if (entry.ahead <= MAX_PIPELINED_REQUESTS) return true;
      entry.socket.destroy();
      return false;
    },
    responseEnded(socket) {
      const entry = open.get(keyOf(socket));
      if (entry === undefined || !byUse[entry.use].has(entry)) return;
      entry.ahead -= 1;
      if (entry.ahead === 0) move(entry, 'idle');
    },
    destroyAll() {
      for (const { socket } of open.values()) socket.destroy();
    },
  };
}

/** Names a connection; over TLS there are two sockets for one, which have this in common. */
function keyOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
