import type { Server } from 'node:http';
import type { Connections } from './connections.ts';
import { formatAddress, listenError, parseListenAddress } from './listen-address.ts';

/** How long answers under way may take once a server closes, milliseconds. */
const CLOSE_GRACE_MS = 2_000;

/** A server and its connections. */
export interface Listening {
  readonly server: Server;
  readonly connections: Connections;
}

/** Has a server listen at a configured address; where it does, `host:port`. Rejects with ListenError; `setting` is where people change the address. */
export async function bind(server: Server, text: string, setting: string): Promise<string> {
  const where = parseListenAddress(text);
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenError(text, error, setting)));
    server.listen(where, () => {
      const bound = server.address();
      resolve(bound === null || typeof bound === 'string' ? text : formatAddress(bound.address, bound.port));
    });
  });
}

/** Refuses new connections, ends idle ones at once, and the others when their answers are out or two seconds have passed. */
export async function closeAll(listeners: readonly Listening[]): Promise<void> {
  const closed = listeners.map(({ server }) => new Promise<void>((resolve) => server.close(() => resolve())));
  const late = setTimeout(() => {
    for (const { connections } of listeners) connections.destroyAll();
  }, CLOSE_GRACE_MS);
  await Promise.all(closed);
  clearTimeout(late);
}
