import { sample } from '../catalogue/sample.ts';
import { parseKeySizes } from '../redis/replies/keysizes.ts';
import { parseKeyspace } from '../redis/replies/keyspace.ts';
import { INFO } from '../redis/replies/query.ts';
import { collector } from './collector.ts';

/** Keys by database, and string keys by size from 8.0 on. */
export const keyspace = collector({
  name: 'keyspace',
  metrics: ['redis.db.keys', 'redis.db.expires', 'redis.db.ttl.avg', 'redis.db.string_sizes'],
  queries: { info: INFO },
  read: ({ info }, room) => {
    const databases = parseKeyspace(info) ?? [];
    const sizes = parseKeySizes(info.section('keysizes'));
    const shown = databases.slice(0, room.fit(databases.length, 3));
    const shownSizes = sizes.slice(0, room.fit(sizes.length, 1));
    return [
      ...shown.flatMap(({ db, keys, expires, averageTtl }) => [
        ...(keys === undefined ? [] : [sample('redis.db.keys', { db }, keys)]),
        ...(expires === undefined ? [] : [sample('redis.db.expires', { db }, expires)]),
        ...(averageTtl === undefined ? [] : [sample('redis.db.ttl.avg', { db }, averageTtl)]),
      ]),
      ...shownSizes.map(({ db, bytes, keys }) => sample('redis.db.string_sizes', { db, size: String(bytes) }, keys)),
    ];
  },
});
