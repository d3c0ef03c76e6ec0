import type { Rejection } from '../../src/model/redis.ts';
import { parseErrorStats } from '../../src/redis/replies/errorstats.ts';
import { parseInfo } from '../../src/redis/replies/info.ts';
import type { RunningRedis } from './redis.ts';

/** How often a server has refused, by its own count. */
export async function refusals(redis: RunningRedis): Promise<Record<Rejection, number>> {
  const errors = parseErrorStats(parseInfo(await redis.command('INFO', 'errorstats')));
  return { WRONGPASS: errors.WRONGPASS ?? 0, NOAUTH: errors.NOAUTH ?? 0, NOPERM: errors.NOPERM ?? 0 };
}
