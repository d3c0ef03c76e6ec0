import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Server } from './server.ts';
import type { Held } from './stack.ts';

/** Holds that many connections to the server open. */
export async function connections(server: Server, count: number): Promise<Held> {
  const clients = Array.from({ length: count }, () => client(server));
  await Promise.all(clients.map((one) => one.connect()));
  return { close: () => clients.forEach((one) => void one.disconnect()) };
}

/** Writes that never stop, each 2 ms: answers of other users, which live longer than those of the probe. */
export async function otherUsers(server: Server): Promise<Held> {
  const value = 'x'.repeat(50_000);
  let number = 0;
  return repeated(server, 2, (redis) => redis.call('SET', `answer-${++number}`, value, 'EX', 3_600));
}

/** Somebody who empties the server again and again. */
export function flushes(server: Server): Promise<Held> {
  return repeated(server, 2, (redis) => redis.call('FLUSHALL'));
}

async function repeated(server: Server, pause: number, run: (redis: Redis) => Promise<unknown>): Promise<Held> {
  const redis = client(server);
  await redis.connect();
  let closed = false;
  const loop = async () => {
    while (!closed) {
      await run(redis).catch(() => undefined);
      await sleep(pause);
    }
  };
  void loop();
  return {
    close() {
      closed = true;
      redis.disconnect();
    },
  };
}

function client({ port, passwords }: Server): Redis {
  const redis = new Redis({
    port,
    username: 'gauntlet',
    password: passwords.gauntlet,
    enableReadyCheck: false,
    disableClientInfo: true,
    lazyConnect: true,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined);
  return redis;
}
