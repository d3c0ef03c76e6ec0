import { afterAll } from 'vitest';
import { MissingError } from '../../deploy/local/missing-error.ts';
import { type RedisOptions, type RedisRelease, type RunningRedis, redisServer, startRedis as start } from '../../deploy/local/redis.ts';

export type { RunningRedis } from '../../deploy/local/redis.ts';

const started: RunningRedis[] = [];

afterAll(() => Promise.all(started.splice(0).map((redis) => redis.stop())));

/** Starts a Redis server (8.2.3 unless asked otherwise) that ends with the test file at the latest. */
export async function startRedis(options: RedisOptions = {}): Promise<RunningRedis> {
  const redis = await start(options);
  started.push(redis);
  return redis;
}

/**
 * Whether the machine lacks a release, for `describe.skipIf(await lacksRedis('7.0.15'))`. With CI set
 * the answer is always no, so that what is missing fails there instead of being skipped.
 */
export async function lacksRedis(release: RedisRelease): Promise<boolean> {
  if (process.env.CI) return false;
  return redisServer(release, () => undefined).then(
    () => false,
    (error: unknown) => error instanceof MissingError,
  );
}
