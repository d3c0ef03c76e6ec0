import { type RunningRedis, startRedis } from '../../dev/redis.ts';
import { sampleKeys } from '../../src/redis/census.ts';
import { createTarget } from '../../src/redis/connection/connect.ts';
import { parseInfo } from '../../src/redis/replies/info.ts';
import { addressOf } from '../support/redis-address.ts';
import { median } from './statistics.ts';

const KEYS = 1_000_000;
const SAMPLE = 1_000;
const RUNS = 20;
/** Keys that one script writes; a longer one would block the server for a second. */
const CHUNK = 20_000;

/** Cached answers as LiteLLM writes them: 64 hexadecimal digits with a namespace, 200 bytes, an hour to live. */
const FILL = `
  local value = string.rep('x', 200)
  for i = ARGV[1], ARGV[1] + ${CHUNK} - 1 do
    local hash = redis.sha1hex(i)
    redis.call('SET', 'litellm:' .. hash .. string.sub(hash, 1, 24), value, 'EX', 3600)
  end`;

/** What a census of a million keys costs, medians in milliseconds. */
export interface CensusCost {
  keys: number;
  sample: number;
  /** Redis' own count of the time in the commands of a census. */
  commands: number;
  /** Processor time of Redis' main thread, the reading and writing of sockets included. */
  mainThread: number;
  wall: number;
}

/** Takes censuses of a server with a million keys. */
export async function censusCost(): Promise<CensusCost> {
  const redis = await startRedis({ release: '8.2.3' });
  for (let from = 0; from < KEYS; from += CHUNK) await redis.command('EVAL', FILL, 0, from);
  const target = createTarget({ name: 'cache', address: addressOf(redis.url), interval: 15_000, timeout: 2_000, canaries: [] });
  const signal = AbortSignal.timeout(120_000);
  const client = await target.open(target.credential, signal);
  await sampleKeys(target, client, SAMPLE, signal);

  const runs: { commands: number; mainThread: number; wall: number }[] = [];
  for (let run = 0; run < RUNS; run++) {
    const spent = await spending(redis);
    const start = performance.now();
    const { total } = await sampleKeys(target, client, SAMPLE, signal);
    const wall = performance.now() - start;
    const now = await spending(redis);
    if (total !== KEYS) throw new Error(`the server has ${total} keys`);
    runs.push({ commands: now.commands - spent.commands, mainThread: now.mainThread - spent.mainThread, wall });
  }
  client.disconnect();
  await redis.stop();
  return {
    keys: KEYS,
    sample: SAMPLE,
    commands: median(runs.map(({ commands }) => commands)),
    mainThread: median(runs.map(({ mainThread }) => mainThread)),
    wall: median(runs.map(({ wall }) => wall)),
  };
}

/** Milliseconds since the start of the server, without this bench's own reading of them. */
async function spending(redis: RunningRedis): Promise<{ commands: number; mainThread: number }> {
  const info = parseInfo(await redis.command('INFO', 'cpu', 'commandstats'));
  const commands = ['dbsize', 'randomkey', 'memory|usage', 'pttl'].map((name) =>
    Number(/usec=(\d+)/.exec(info.text('commandstats', `cmdstat_${name}`) ?? '')?.[1] ?? 0),
  );
  const seconds = ['user', 'sys'].map((kind) => info.number('cpu', `used_cpu_${kind}_main_thread`) ?? Number.NaN);
  return {
    commands: commands.reduce((sum, usec) => sum + usec, 0) / 1_000,
    mainThread: seconds.reduce((sum, part) => sum + part, 0) * 1_000,
  };
}
