import type { IncomingMessage, ServerResponse } from 'node:http';

/** More requests than one connection may send ahead, and what Node itself listens to. */
const MAX_LISTENERS = 64;

/**
 * Aborted when an exchange is over: its answer is out, or its client has gone. A response that waits behind another one of its
 * connection has no socket yet and tells nothing when that closes, so the socket itself is listened to.
 */
export function lifeOf({ socket }: IncomingMessage, response: ServerResponse): AbortSignal {
  const life = new AbortController();
  const end = () => {
    socket.off('close', end);
    life.abort();
  };
  socket.setMaxListeners(MAX_LISTENERS);
  socket.once('close', end);
  response.once('close', end);
  if (socket.destroyed) end();
  return life.signal;
}
