import { REDIS } from '../catalogue/redis.ts';
import { sample } from '../catalogue/sample.ts';
import { ERROR_PREFIX } from '../model/redis.ts';
import { parseErrorStats } from '../redis/replies/errorstats.ts';
import { INFO } from '../redis/replies/query.ts';
import { collector } from './collector.ts';

/** Error replies by prefix, and denials of access from 7.2 on. */
export const errors = collector({
  name: 'errors',
  metrics: ['redis.errors', 'redis.acl.denied'],
  queries: { info: INFO },
  read: ({ info }) => {
    const counts = parseErrorStats(info);
    return [
      ...ERROR_PREFIX.flatMap((prefix) => {
        const count = counts[prefix];
        return count === undefined ? [] : [sample('redis.errors', { 'error.type': prefix }, count)];
      }),
      ...REDIS['redis.acl.denied'].labels.reason.flatMap((reason) => {
        const count = info.count('stats', `acl_access_denied_${reason}`);
        return count === undefined ? [] : [sample('redis.acl.denied', { reason }, count)];
      }),
    ];
  },
});
