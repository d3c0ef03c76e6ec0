import { sample, states } from '../catalogue/sample.ts';
import { MAXMEMORY_POLICY, MODE, type Mode, ROLE } from '../model/redis.ts';
import { type Info, parseFlag } from '../redis/replies/info.ts';
import { INFO } from '../redis/replies/query.ts';
import { redisVersionOf, serverOf, versionOf } from '../redis/replies/releases.ts';
import { collector } from './collector.ts';

/** What a server is. */
export const server = collector({
  name: 'server',
  metrics: ['redis.info', 'redis.role', 'redis.uptime', 'redis.loading'],
  queries: { info: INFO },
  read: ({ info }) => {
    const policy = info.text('memory', 'maxmemory_policy');
    const role = info.text('replication', 'role');
    const uptime = info.count('server', 'uptime_in_seconds');
    const loading = parseFlag(info.text('persistence', 'loading'));
    const labels = {
      server: serverOf(info),
      version: versionOf(info) ?? 'other',
      'redis.version': redisVersionOf(info) ?? 'other',
      'redis.mode': modeOf(info),
      maxmemory_policy: member(MAXMEMORY_POLICY, policy),
    };
    return [
      sample('redis.info', labels, 1),
      ...(role === undefined ? [] : states('redis.role', {}, member(ROLE, role))),
      ...(uptime === undefined ? [] : [sample('redis.uptime', {}, uptime)]),
      ...(loading === undefined ? [] : [sample('redis.loading', {}, Number(loading))]),
    ];
  },
});

/** How a server runs; Valkey 9 calls it `server_mode`. */
export function modeOf(info: Info): Mode {
  return member(MODE, info.text('server', 'redis_mode') ?? info.text('server', 'server_mode'));
}

/** The member of a closed set that a server names, `other` where it names none. */
export function member<T extends string>(set: readonly (T | 'other')[], text: string | undefined): T | 'other' {
  return set.find((known) => known === text) ?? 'other';
}
