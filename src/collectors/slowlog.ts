import { sample } from '../catalogue/sample.ts';
import type { Query } from '../redis/replies/query.ts';
import { collector } from './collector.ts';

const SLOWLOG_LENGTH: Query<number | undefined> = {
  args: ['SLOWLOG', 'LEN'],
  since: { redis: [6, 2, 0], valkey: [7, 2, 0] },
  parse: (reply) => (typeof reply === 'number' && reply >= 0 ? reply : undefined),
};

/** How many slow commands the server remembers. */
export const slowlog = collector({
  name: 'slowlog',
  metrics: ['redis.slowlog.length'],
  queries: { length: SLOWLOG_LENGTH },
  read: ({ length }) => (length === undefined ? [] : [sample('redis.slowlog.length', {}, length)]),
});
