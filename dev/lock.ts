import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from './progress.ts';

/**
 * Runs `work` while no other process of this machine runs work under the same name. The lock is a socket
 * in Linux' abstract namespace, so the kernel frees it when its owner dies and no stale lock can remain.
 */
export async function withLock(name: string, progress: Progress, work: () => Promise<void>): Promise<void> {
  const socket = `\0lce-${createHash('sha256').update(name).digest('hex')}`;
  let server = await listen(socket);
  if (server === undefined) progress('waiting for another process that installs the same');
  while (server === undefined) {
    await sleep(200);
    server = await listen(socket);
  }
  try {
    await work();
  } finally {
    server.close();
  }
}

function listen(socket: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)));
    server.listen(socket, () => resolve(server));
  });
}
