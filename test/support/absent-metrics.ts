import type { ServerRelease } from '../../dev/redis.ts';
import type { Metric } from '../../src/catalogue/sample.ts';

/** What Valkey alone has. */
const OF_VALKEY = ['redis.clients.paused', 'redis.commandlog.length'] as const satisfies readonly Metric[];

/** The metrics that a release of a server does not know: they came with a later one, or with another server. */
export const ABSENT: Readonly<Record<ServerRelease, readonly Metric[]>> = {
  '6.2.14': [
    ...OF_VALKEY,
    'redis.clients.evicted',
    'redis.eviction.exceeded_time',
    'redis.clients.output_buffer_disconnections',
    'redis.eventloop.duration',
    'redis.acl.denied',
    'redis.cmd.latency',
    'redis.cmd.duration',
    'redis.db.string_sizes',
  ],
  '7.0.15': [
    ...OF_VALKEY,
    'redis.clients.output_buffer_disconnections',
    'redis.eventloop.duration',
    'redis.acl.denied',
    'redis.db.string_sizes',
  ],
  '8.2.3': [...OF_VALKEY],
  'valkey-9.1.2': ['redis.db.string_sizes'],
};
