import { type RedisOptions, type RunningRedis, redisServer, type ServerRelease, startRedis as start } from '../../dev/redis.ts';
import { lacks } from './lacks.ts';
import { forThisFile } from './lifetime.ts';

export type { RunningRedis } from '../../dev/redis.ts';

/** Starts a Redis server (8.2.3 unless asked otherwise) that ends with the test file at the latest. */
export function startRedis(options: RedisOptions = {}): Promise<RunningRedis> {
  return forThisFile(start(options));
}

/** Whether the machine lacks a release; see `lacks`. */
export function lacksRedis(release: ServerRelease): Promise<boolean> {
  return lacks(() => redisServer(release, () => undefined));
}
