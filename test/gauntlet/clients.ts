import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Server } from './server.ts';
import type { Held } from './stack.ts';
import type { Passwords } from './users.ts';

/** Holds that many connections to the server open; of a cluster to each of its nodes. */
export async function connections(server: Server, count: number): Promise<Held> {
  const clients = server.ports.flatMap((port) => Array.from({ length: count }, () => client(port, server.passwords)));
  await Promise.all(clients.map((one) => one.connect()));
  return { close: () => clients.forEach((one) => void one.disconnect()) };
}

/** Writes that never stop, each 2 ms to each master: answers of other users, which live longer than those of the probe. */
export async function otherUsers(server: Server): Promise<Held> {
  const value = 'x'.repeat(50_000);
  let number = 0;
  return repeated(server, 2, (redis, tag) => redis.call('SET', `answer-${tag}${++number}`, value, 'EX', 3_600));
}

/** Somebody who empties the server again and again. */
export function flushes(server: Server): Promise<Held> {
  return repeated(server, 2, (redis) => redis.call('FLUSHALL'));
}

async function repeated(server: Server, pause: number, run: (redis: Redis, tag: string) => Promise<unknown>): Promise<Held> {
  const clients: Redis[] = [];
  let closed = false;
  const loop = async (redis: Redis, tag: string) => {
    while (!closed) {
      await run(redis, tag).catch(() => undefined);
      await sleep(pause);
    }
  };
  for (const master of await server.masters()) {
    const redis = client(master.port, server.passwords);
    clients.push(redis);
    await redis.connect();
    void loop(redis, (await server.tagOf?.(master)) ?? '');
  }
  return {
    close() {
      closed = true;
      for (const redis of clients) redis.disconnect();
    },
  };
}

function client(port: number, { gauntlet }: Passwords): Redis {
  const redis = new Redis({
    port,
    username: 'gauntlet',
    password: gauntlet,
    enableReadyCheck: false,
    disableClientInfo: true,
    lazyConnect: true,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined);
  return redis;
}
