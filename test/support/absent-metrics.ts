import type { RedisRelease } from '../../dev/redis.ts';
import type { Metric } from '../../src/catalogue/sample.ts';

/** The metrics that a release of Redis does not know: they came with a later one. */
export const ABSENT: Readonly<Record<RedisRelease, readonly Metric[]>> = {
  '6.2.14': [
    'redis.clients.evicted',
    'redis.eviction.exceeded_time',
    'redis.clients.output_buffer_disconnections',
    'redis.eventloop.duration',
    'redis.acl.denied',
    'redis.cmd.latency',
    'redis.cmd.duration',
    'redis.db.string_sizes',
  ],
  '7.0.15': ['redis.clients.output_buffer_disconnections', 'redis.eventloop.duration', 'redis.acl.denied', 'redis.db.string_sizes'],
  '8.2.3': [],
};
