import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunningRedis } from '../../../dev/redis.ts';
import { eventually } from '../../support/eventually.ts';
import { flushes, otherUsers } from '../clients.ts';
import type { Fault } from '../fault.ts';
import type { Server } from '../server.ts';

async function info(redis: Pick<RunningRedis, 'command'>, section: string, field: string): Promise<string> {
  const text = String(await redis.command('INFO', section));
  return new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(text)?.[1] ?? '';
}

/** Whether a field of INFO is a value on every master. */
async function isEverywhere(server: Server, section: string, field: string, value: string): Promise<boolean> {
  const values = await Promise.all((await server.masters()).map((master) => info(master, section, field)));
  return values.every((one) => one === value);
}

/** Deletes the data sets that were saved. */
async function deleteSaved({ dirs }: Server): Promise<void> {
  for (const dir of dirs) await rm(join(dir, 'dump.rdb'), { recursive: true, force: true });
}

/** Redis answers the gateway, and does not keep what it is given. */
export const REDIS_STATE: readonly Fault[] = [
  {
    name: 'out of memory with noeviction',
    releases: 'either',
    async inject({ server }) {
      await server.command('CONFIG', 'SET', 'maxmemory', '1mb');
    },
    async lift({ server }) {
      await server.command('CONFIG', 'SET', 'maxmemory', '0');
    },
    expected: { verdict: ['memory_only', 'not_caching'], cause: 'redis_out_of_memory' },
  },
  {
    name: 'small maxmemory with eviction before reuse',
    releases: 'either',
    async inject({ server, hold }) {
      const masters = await server.masters();
      await server.command('CONFIG', 'SET', 'maxmemory-policy', 'volatile-ttl');
      await server.command('CONFIG', 'SET', 'maxmemory-samples', 64);
      for (const master of masters) {
        const used = Number(await info(master, 'memory', 'used_memory'));
        await master.command('CONFIG', 'SET', 'maxmemory', used + 2_000_000);
      }
      const evicted = () => Promise.all(masters.map(async (master) => Number(await info(master, 'stats', 'evicted_keys'))));
      const before = await evicted();
      hold(await otherUsers(server));
      await eventually(async () => (await evicted()).every((count, index) => count > (before[index] ?? 0)));
    },
    async lift({ server, letGo }) {
      await letGo();
      await server.command('CONFIG', 'SET', 'maxmemory', '0');
      await server.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
      await server.command('FLUSHALL');
    },
    expected: { verdict: ['memory_only', 'not_caching'], cause: ['evicted', 'undetermined'] },
  },
  {
    name: 'read-only replica',
    releases: 'either',
    async inject({ server }) {
      await server.command('REPLICAOF', '127.0.0.1', '1');
    },
    async lift({ server }) {
      await server.command('REPLICAOF', 'NO', 'ONE');
    },
    expected: { verdict: ['memory_only', 'not_caching'], cause: 'redis_read_only' },
  },
  {
    name: 'persistence error that refuses writes',
    releases: 'either',
    async inject({ server }) {
      await deleteSaved(server);
      for (const dir of server.dirs) await mkdir(join(dir, 'dump.rdb', 'in-the-way'), { recursive: true });
      await server.command('CONFIG', 'SET', 'save', '3600 1000000');
      await server.command('BGSAVE');
      await eventually(() => isEverywhere(server, 'persistence', 'rdb_last_bgsave_status', 'err'));
    },
    async lift({ server }) {
      await deleteSaved(server);
      await server.command('CONFIG', 'SET', 'save', '');
      await server.command('BGSAVE');
      await eventually(() => isEverywhere(server, 'persistence', 'rdb_last_bgsave_status', 'ok'));
    },
    expected: { verdict: ['memory_only', 'not_caching'], cause: 'redis_persistence_error' },
  },
  {
    name: 'FLUSHALL again and again',
    releases: 'either',
    async inject({ server, hold }) {
      hold(await flushes(server));
    },
    lift: ({ letGo }) => letGo(),
    expected: { verdict: ['memory_only', 'not_caching'], cause: ['flushed', 'undetermined'] },
  },
  {
    name: 'FLUSHALL',
    releases: 'either',
    async inject({ server }) {
      await server.command('FLUSHALL');
    },
    lift: async () => undefined,
    expected: { verdict: 'working', cause: 'none' },
    passing: ['memory_only', 'not_caching', 'partial'],
    besides: ['flushed'],
  },
  {
    name: 'CONFIG RESETSTAT',
    releases: 'either',
    async inject({ server }) {
      await server.command('CONFIG', 'RESETSTAT');
    },
    lift: async () => undefined,
    expected: { verdict: 'working', cause: 'none' },
    passing: [],
  },
  {
    name: 'restart of Redis with an empty data set',
    releases: 'either',
    async inject({ server }) {
      await deleteSaved(server);
      await server.stop();
      await server.start();
    },
    lift: async () => undefined,
    expected: { verdict: 'working', cause: 'none' },
    passing: ['memory_only', 'not_caching', 'partial'],
    besides: ['redis_unreachable', 'redis_loading'],
  },
  {
    name: 'restart of Redis with a kept data set',
    releases: 'either',
    async inject({ server }) {
      await server.command('SAVE');
      await server.stop();
      await server.start();
    },
    lift: async () => undefined,
    expected: { verdict: 'working', cause: 'none' },
    passing: ['memory_only', 'not_caching', 'partial'],
    besides: ['redis_unreachable', 'redis_loading'],
  },
];
