import { sample, states } from '../catalogue/sample.ts';
import { MAXMEMORY_POLICY, MODE, ROLE } from '../model/redis.ts';
import type { Info } from '../redis/info.ts';
import { INFO } from '../redis/query.ts';
import { collector } from './collector.ts';

/** What a server is. */
export const server = collector({
  name: 'server',
  metrics: ['redis.info', 'redis.role', 'redis.uptime', 'redis.loading'],
  queries: { info: INFO },
  read: ({ info }) => {
    const mode = info.text('server', 'redis_mode') ?? info.text('server', 'server_mode');
    const policy = info.text('memory', 'maxmemory_policy');
    const role = info.text('replication', 'role');
    const uptime = info.number('server', 'uptime_in_seconds');
    const loading = info.number('persistence', 'loading');
    const labels = {
      'redis.version': versionOf(info) ?? 'other',
      'redis.mode': member(MODE, mode),
      maxmemory_policy: member(MAXMEMORY_POLICY, policy),
    };
    return [
      sample('redis.info', labels, 1),
      ...(role === undefined ? [] : states('redis.role', {}, member(ROLE, role))),
      ...(uptime === undefined ? [] : [sample('redis.uptime', {}, uptime)]),
      ...(loading === undefined ? [] : [sample('redis.loading', {}, loading)]),
    ];
  },
});

/** The version that a server says it has, Valkey's own where it is one; undefined where it is no version. */
export function versionOf(info: Info): string | undefined {
  const version = info.text('server', 'valkey_version') ?? info.text('server', 'redis_version') ?? '';
  return /^[0-9A-Za-z.+-]{1,32}$/.test(version) ? version : undefined;
}

/** The member of a closed set that a server names, `other` where it names none. */
export function member<T extends string>(set: readonly (T | 'other')[], text: string | undefined): T | 'other' {
  return set.find((known) => known === text) ?? 'other';
}
