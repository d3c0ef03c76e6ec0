import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../../support/eventually.ts';
import { flushes, otherUsers } from '../clients.ts';
import type { Fault } from '../fault.ts';
import type { Server } from '../server.ts';

async function info(server: Server, section: string, field: string): Promise<string> {
  const text = String(await server.command('INFO', section));
  return new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(text)?.[1] ?? '';
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
      const used = Number(await info(server, 'memory', 'used_memory'));
      await server.command('CONFIG', 'SET', 'maxmemory-policy', 'volatile-ttl');
      await server.command('CONFIG', 'SET', 'maxmemory', used + 2_000_000);
      await server.command('CONFIG', 'SET', 'maxmemory-samples', 64);
      hold(await otherUsers(server));
      const evicted = Number(await info(server, 'stats', 'evicted_keys'));
      await eventually(async () => Number(await info(server, 'stats', 'evicted_keys')) > evicted);
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
      await rm(join(server.dir, 'dump.rdb'), { recursive: true, force: true });
      await mkdir(join(server.dir, 'dump.rdb', 'in-the-way'), { recursive: true });
      await server.command('CONFIG', 'SET', 'save', '3600 1000000');
      await server.command('BGSAVE');
      await eventually(async () => (await info(server, 'persistence', 'rdb_last_bgsave_status')) === 'err');
    },
    async lift({ server }) {
      await rm(join(server.dir, 'dump.rdb'), { recursive: true, force: true });
      await server.command('CONFIG', 'SET', 'save', '');
      await server.command('BGSAVE');
      await eventually(async () => (await info(server, 'persistence', 'rdb_last_bgsave_status')) === 'ok');
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
      await rm(join(server.dir, 'dump.rdb'), { recursive: true, force: true });
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
