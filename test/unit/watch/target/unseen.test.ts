import { describe, expect, it } from 'vitest';
import { SERVER_RELEASE } from '../../../../dev/redis.ts';
import { parseInfo } from '../../../../src/redis/replies/info.ts';
import { unseenOf } from '../../../../src/watch/target/unseen.ts';
import { recordedReplies } from '../../../support/redis-fixtures.ts';

const NOTHING_REFUSED = new Map();

describe.each(SERVER_RELEASE)('server %s', (release) => {
  const info = String(recordedReplies(release)['INFO server']);

  it('shows everything', () => {
    expect(unseenOf(parseInfo(info), NOTHING_REFUSED)).toBeUndefined();
  });

  it.each([
    ['memory', 'used_memory'],
    ['memory', 'maxmemory'],
    ['memory', 'maxmemory_policy'],
    ['stats', 'evicted_keys'],
    ['stats', 'expired_keys'],
    ['stats', 'keyspace_hits'],
    ['stats', 'keyspace_misses'],
    ['stats', 'rejected_connections'],
    ['clients', 'connected_clients'],
    ['replication', 'role'],
    ['persistence', 'loading'],
    ['persistence', 'rdb_last_bgsave_status'],
    ['server', 'run_id'],
    ['server', 'uptime_in_seconds'],
  ])('shows nothing of %s where its field %s has no value', (section, field) => {
    for (const value of ['', ' ', '-', 'N/A', '*****', '<hidden>', 'none', 'unknown', '(null)']) {
      const hidden = info.replace(new RegExp(`^${field}:.*\\r\\n`, 'm'), `${field}:${value}\r\n`);
      expect(hidden).not.toBe(info);
      expect(unseenOf(parseInfo(hidden), NOTHING_REFUSED), value).toEqual([
        expect.stringContaining(`INFO ${section} shows no value of ${field} on this server.`),
      ]);
    }
    const gone = info.replace(new RegExp(`^${field}:.*\\r\\n`, 'm'), '');
    expect(unseenOf(parseInfo(gone), NOTHING_REFUSED)).toEqual([
      expect.stringContaining(`INFO ${section} has no ${field} on this server.`),
    ]);
  });

  it('shows no calls in a section that is empty', () => {
    const empty = info.replace(/^cmdstat_.*\r\n/gm, '');
    expect(unseenOf(parseInfo(empty), NOTHING_REFUSED)).toEqual([expect.stringContaining('INFO commandstats is empty on this server.')]);
  });
});
