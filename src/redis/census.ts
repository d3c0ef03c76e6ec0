import { RedisError, type Settled } from './connection/failure.ts';
import type { Connection, Target } from './connection/target.ts';

/** A key that was drawn. `name` has one character for each byte; `ttlSeconds` is missing for a key that never expires. */
export interface SampledKey {
  name: string;
  bytes: number;
  ttlSeconds?: number;
}

/** A random sample of distinct keys of a database that holds `total` of them. */
export interface KeySample {
  total: number;
  keys: SampledKey[];
}

/** What a census sends. None of it reads a value or touches the idle time or the access frequency of a key. */
export const CENSUS_COMMANDS: readonly (readonly string[])[] = [['DBSIZE'], ['RANDOMKEY'], ['MEMORY', 'USAGE'], ['PTTL']];

/** The first bursts are of 1, 8 and 64 keys, so that a missing right and a flood of long names show early. */
const BURST_GROWTH = 8;
/** Keys that are asked for at once; other clients of Redis come in between. */
const MAX_BURST_KEYS = 200;
/** Names in LiteLLM have about a hundred bytes. With more than this in all, the sample stays smaller. */
const MAX_NAME_BYTES = 4 * 1024 * 1024;

/**
 * Draws `size` keys from the connection's database with RANDOMKEY and asks for the memory (MEMORY USAGE)
 * and the time to live (PTTL) of each distinct one; a key that goes in between is left out. `share` of what a sample may hold in names is
 * this server's. Fails with RedisError, also at a command that the server refuses.
 */
export async function sampleKeys(target: Target, redis: Connection, size: number, signal: AbortSignal, share = 1): Promise<KeySample> {
  const maxNameBytes = MAX_NAME_BYTES * share;
  const total = await countKeys(target, redis, signal);
  const keys: SampledKey[] = [];
  const seen = new Set<string>();
  let drawn = 0;
  let nameBytes = 0;
  for (let burst = 1; drawn < size && nameBytes < maxNameBytes; burst = Math.min(burst * BURST_GROWTH, MAX_BURST_KEYS)) {
    // As many as fit, by the length of those before: one answer is bounded, too.
    const fits = drawn === 0 ? 1 : Math.max(1, Math.floor(((maxNameBytes - nameBytes) * drawn) / Math.max(1, nameBytes)));
    const count = Math.min(burst, size - drawn, fits);
    const names = await drawNames(target, redis, count, signal);
    if (names.length === 0) break;
    drawn += count;
    const fresh = new Map<string, Buffer>();
    for (const name of names) {
      nameBytes += name.length;
      fresh.set(name.toString('latin1'), name);
    }
    for (const name of seen) fresh.delete(name);
    for (const name of fresh.keys()) seen.add(name);
    keys.push(...(await readSizesAndTtls(target, redis, fresh, signal)));
  }
  return { total, keys };
}

/** How many keys the connection's database has. Fails with RedisError. */
export async function countKeys(target: Target, redis: Connection, signal: AbortSignal): Promise<number> {
  const total = await target.ask(redis, ['DBSIZE'], signal);
  if (typeof total !== 'number' || total < 0) throw new RedisError('protocol', 'DBSIZE: the server did not answer with a number of keys');
  return total;
}

/** The names of `count` random keys, with repetitions; none in an empty database. */
async function drawNames(target: Target, redis: Connection, count: number, signal: AbortSignal): Promise<Buffer[]> {
  const commands = Array.from({ length: count }, () => ['RANDOMKEY']);
  const replies = await target.askAll(redis, commands, signal, 'bytes');
  return replies.map(valueOrThrow).filter((name) => Buffer.isBuffer(name));
}

async function readSizesAndTtls(
  target: Target,
  redis: Connection,
  names: ReadonlyMap<string, Buffer>,
  signal: AbortSignal,
): Promise<SampledKey[]> {
  const commands = [...names.values()].flatMap((name) => [
    ['MEMORY', 'USAGE', name],
    ['PTTL', name],
  ]);
  const replies = await target.askAll(redis, commands, signal);
  // PTTL is a look-up for the server's count of hits and misses; RANDOMKEY and MEMORY USAGE are not.
  for (const reply of replies.filter((_, index) => index % 2 === 1))
    if (reply.ok) target.own[reply.value === PTTL_NO_KEY ? 'misses' : 'hits'] += 1;
  return [...names.keys()].flatMap((name, index) => {
    const bytes = valueOrThrow(replies[index * 2]);
    const ttl = valueOrThrow(replies[index * 2 + 1]);
    if (typeof bytes !== 'number' || bytes < 0 || typeof ttl !== 'number' || ttl < PTTL_NO_EXPIRY) return [];
    return [{ name, bytes, ...(ttl >= 0 && { ttlSeconds: ttl / 1_000 }) }];
  });
}

/** What PTTL says of a key that does not exist, and of one that never expires; it never says less. */
const PTTL_NO_KEY = -2;
const PTTL_NO_EXPIRY = -1;

function valueOrThrow(reply: Settled<unknown> | undefined): unknown {
  if (reply?.ok === false) throw reply.error;
  return reply?.value;
}
