import { sample } from '../catalogue/sample.ts';
import { parseKeySizes } from '../redis/keysizes.ts';
import { parseKeyspace } from '../redis/keyspace.ts';
import { INFO } from '../redis/query.ts';
import { collector } from './collector.ts';

/** Keys by database, and string keys by size from 8.0 on. */
export const keyspace = collector({
  name: 'keyspace',
  metrics: ['redis.db.keys', 'redis.db.expires', 'redis.db.ttl.avg', 'redis.db.string_sizes'],
  queries: { info: INFO },
  read: ({ info }) => [
    ...parseKeyspace(info.section('keyspace')).flatMap(({ db, keys, expires, averageTtl }) => [
      sample('redis.db.keys', { db }, keys),
      sample('redis.db.expires', { db }, expires),
      sample('redis.db.ttl.avg', { db }, averageTtl),
    ]),
    ...parseKeySizes(info.section('keysizes')).map(({ db, bytes, keys }) =>
      sample('redis.db.string_sizes', { db, size: String(bytes) }, keys),
    ),
  ],
});
