import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import type { Pieces } from './response.ts';

/** Long answers under way at the same time; the oldest is cut to make room for another. */
const MAX_DELIVERIES = 16;

/** The longest that an answer may take to go out, milliseconds: what it is made of is kept for so long. */
const MAX_DELIVERY_MS = 60_000;

/** Sends long bodies piece by piece, as fast as their clients read. */
export interface Deliveries {
  /** Sends a body behind headers that are out, compressed where `gzip` says so. Resolves when it is out or the client is gone, and never rejects. */
  send(response: ServerResponse, body: Pieces, gzip: boolean): Promise<void>;
}

/** How many answers go out at once and how long each may take; `most` and `limitMs` are for tests. */
export function createDeliveries(most = MAX_DELIVERIES, limitMs = MAX_DELIVERY_MS): Deliveries {
  const running = new Set<ServerResponse>();

  return {
    async send(response, body, gzip) {
      running.add(response);
      const [oldest] = running;
      if (running.size > most) oldest?.destroy();
      const late = setTimeout(() => response.destroy(), limitMs).unref();
      const closed = new Promise<false>((resolve) => response.once('close', () => resolve(false)));
      const encoder = gzip ? createGzip({ level: 1 }) : undefined;
      encoder?.on('error', () => response.destroy()).pipe(response);
      try {
        const out: Writable = encoder ?? response;
        for (const piece of body.pieces()) {
          if (response.destroyed || !(await Promise.race([written(out, piece), closed]))) break;
          // Others get their turn between two pieces, also where the client reads at once.
          await nextTurn();
        }
        if (!response.destroyed) out.end();
        // What did not fit the buffers of the kernel is kept until the client has read it.
        if (!response.writableFinished) await Promise.race([closed, new Promise((resolve) => response.once('finish', resolve))]);
      } catch {
        // Half of a page must not look like a whole one.
        response.destroy();
      } finally {
        clearTimeout(late);
        encoder?.destroy();
        running.delete(response);
      }
    },
  };
}

/** Hands a piece on; whether it was taken. The piece is free for other use then. */
function written(out: Writable, piece: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    out.write(piece, (error) => resolve(error === undefined || error === null));
  });
}
