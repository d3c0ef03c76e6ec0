import { createHash, randomBytes } from 'node:crypto';
import type { LeaseRedisConfig } from '../config/effective.ts';
import type { LeaseAnswer, LeaseStore } from '../model/lease.ts';
import { createTarget } from '../redis/connection/connect.ts';
import { settle } from '../redis/connection/failure.ts';
import type { Connection } from '../redis/connection/target.ts';

/** Sets the key unless it holds the token of another process (Redis documentation, SET, "patterns"). */
const HOLD = `local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

/** The key of the lease of exporters that probe these gateways. */
export function leaseKey(gateways: readonly string[]): string {
  const names = JSON.stringify([...gateways].sort());
  return `lce-lease:${createHash('sha256').update(names).digest('hex').slice(0, 16)}`;
}

/** A lease of `ttl` milliseconds in a key of a Redis server, held by a random token of this process. */
export function createRedisLease(config: LeaseRedisConfig, key: string, ttl: number): LeaseStore {
  const target = createTarget({ name: 'lease', ...config, interval: ttl, timeout: ttl, canaries: [] });
  const token = randomBytes(16).toString('hex');
  let connection: Connection | undefined;

  async function ask(script: string, more: readonly string[], signal: AbortSignal): Promise<unknown> {
    connection ??= await target.open(target.credential, signal);
    return target.ask(connection, ['EVAL', script, '1', key, token, ...more], signal);
  }

  function disconnect(): void {
    connection?.disconnect();
    connection = undefined;
  }

  return {
    async hold(signal): Promise<LeaseAnswer> {
      const asked = await settle(ask(HOLD, [String(ttl)], signal));
      if (asked.ok && asked.value === 1) return { state: 'held' };
      if (asked.ok && asked.value === 0) return { state: 'other' };
      disconnect();
      return { state: 'unknown', reason: asked.ok ? 'EVAL: the server did not answer with what the script returns' : asked.error.message };
    },
    async release(signal) {
      await settle(ask(RELEASE, [], signal));
      disconnect();
    },
  };
}
