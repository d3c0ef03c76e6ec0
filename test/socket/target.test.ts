import { describe, expect, it } from 'vitest';
import { SERVER_RELEASE } from '../../dev/redis.ts';
import { CATALOGUE } from '../../src/catalogue/index.ts';
import { COMMAND_SECONDS } from '../../src/catalogue/redis.ts';
import type { Metric } from '../../src/catalogue/sample.ts';
import { ABSENT } from '../support/absent-metrics.ts';
import { lacksRedis, startRedis } from '../support/redis.ts';
import { targetConfig, watchTarget } from '../support/target.ts';

/** Metrics of a target that a quiet server does not have; each says why in the catalogue. */
const NEEDS_MORE: readonly Metric[] = [
  'redis.cluster.state',
  'redis.cluster.slots',
  'redis.cluster.nodes',
  'redis.sentinel.up',
  'redis.sentinel.known',
  'redis.sentinel.quorum_ok',
  'redis.sentinel.replicas',
  'redis.sentinel.failovers',
  'redis.master_link_up',
  'redis.master_last_io',
  'redis.tls.certificate_expiry.timestamp',
  'redis.auth.last_failure.timestamp',
  'redis.census.keys',
  'redis.census.bytes',
  'redis.census.without_ttl',
  'redis.census.ttl',
  'redis.census.coverage',
  'redis.census.last_run.timestamp',
  'redis.cache.keys_at_ttl',
  'redis.cache.misses_at_ttl',
  'redis.cache.reuse.dropped',
  'redis.cache.reuse.forgotten',
  'redis.cache.reuse.sample',
  'redis.cache.reuse.tracked_keys',
  'redis.cache.reuse.tracked_keys_limit',
  'redis.cache.reuse.up',
  'redis.cache.rewrite_interval',
  'redis.cache.writes',
];

describe.each(SERVER_RELEASE)('server %s', async (release) => {
  const isValkey = release.startsWith('valkey');
  const version = release.replace('valkey-', '');
  describe.skipIf(await lacksRedis(release))('scraped', () => {
    it('gives every metric of the catalogue that it has, with the values of the server', async () => {
      const args = [
        '--maxmemory',
        '64mb',
        '--maxmemory-policy',
        'allkeys-lru',
        '--latency-monitor-threshold',
        '1',
        '--requirepass',
        'pass word',
      ];
      const redis = await startRedis({ release, args });
      await redis.command('SET', 'a', 'x'.repeat(3_000), 'EX', 100);
      await redis.command('SET', 'b', 'xyz');
      await redis.command('GET', 'a');
      await redis.command('GET', 'nothing');
      await redis.command('DEBUG', 'SLEEP', '0.01').catch(() => redis.command('EVAL', 'for i=1,3000000 do end', 0));
      await redis.command('SELECT', 3);
      await redis.command('SET', 'c', 'x');
      const watched = watchTarget(targetConfig(redis.url, { password: 'pass word' }));

      expect(await watched.tick()).toBeUndefined();

      const expected = Object.keys(CATALOGUE).filter(
        (name) => CATALOGUE[name as Metric].owner === 'target' && ![...NEEDS_MORE, ...ABSENT[release]].includes(name as Metric),
      );
      expect(watched.metrics().sort()).toEqual(expected.sort());
      expect(watched.series('redis.info')).toEqual({
        [`server=${isValkey ? 'valkey' : 'redis'},version=${version},redis.version=${isValkey ? '7.2.4' : version},redis.mode=standalone,maxmemory_policy=allkeys-lru`]: 1,
      });
      expect(watched.series('redis.role')).toEqual({ 'role=master': 1, 'role=slave': 0, 'role=sentinel': 0, 'role=other': 0 });
      expect(watched.value('redis.up', {})).toBe(1);
      expect(watched.value('redis.loading', {})).toBe(0);
      expect(watched.value('redis.maxmemory', {})).toBe(64 * 1024 * 1024);
      expect(watched.value('redis.clients.max', {})).toBe(Number(await configOf(redis, 'maxclients')));
      expect(watched.value('redis.clients.connected', {})).toBe(2);
      expect(watched.value('redis.rdb.last_bgsave_ok', {})).toBe(1);
      expect(watched.value('redis.aof.last_write_ok', {})).toBe(1);
      expect(watched.series('redis.db.keys')).toEqual({ 'db=0': 2, 'db=3': 1 });
      expect(watched.series('redis.db.expires')).toEqual({ 'db=0': 1, 'db=3': 0 });
      expect(watched.value('redis.keyspace.hits', {})).toBe(1);
      expect(watched.value('redis.keyspace.misses', {})).toBe(1);
      expect(watched.value('redis.cmd.calls', { cmd: 'get' })).toBe(2);
      expect(watched.value('redis.cmd.calls', { cmd: 'set' })).toBe(3);
      expect(watched.value('redis.cmd.rejected', { cmd: 'get' })).toBe(0);
      expect(watched.value('redis.cmd.failed', { cmd: 'auth' })).toBe(0);
      expect(watched.value('redis.errors', { 'error.type': 'OOM' })).toBe(0);
      expect(watched.value('redis.auth.required', {})).toBe(1);
      expect(watched.series('redis.auth.state')).toEqual({
        'credential=exporter,state=ok': 1,
        'credential=exporter,state=failed': 0,
        'credential=exporter,state=unknown': 0,
        'credential=exporter,state=disabled': 0,
      });
      expect(watched.series('redis.latency.event.last')).toHaveProperty(['event=command']);
      if (release === '8.2.3')
        expect(watched.series('redis.db.string_sizes')).toEqual({ 'db=0,size=2048': 1, 'db=0,size=2': 1, 'db=3,size=1': 1 });
      await watched.watch.close();
    });

    it('folds the histogram of command times without losing a call', async () => {
      const redis = await startRedis({ release });
      for (let index = 0; index < 50; index++) await redis.command('SET', `k${index}`, 'x'.repeat(index * 1_000));
      const watched = watchTarget(targetConfig(redis.url));
      expect(await watched.tick()).toBeUndefined();
      const set = watched.histogram('redis.cmd.duration', { cmd: 'set' });
      if (release === '6.2.14') {
        expect(set).toBeUndefined();
        return;
      }
      expect(set?.count).toBe(50);
      expect(set?.buckets.counts).toHaveLength(COMMAND_SECONDS.length + 1);
      expect(set?.sum).toBeCloseTo(watched.value('redis.cmd.time', { cmd: 'set' }) ?? -1, 9);
      expect(watched.histogram('redis.cmd.duration', { cmd: 'get' })?.count).toBe(0);
      await watched.watch.close();
    });
  });
});

async function configOf(redis: { command(...args: [string, ...string[]]): Promise<unknown> }, name: string): Promise<unknown> {
  const reply = await redis.command('CONFIG', 'GET', name);
  return Array.isArray(reply) ? reply[1] : undefined;
}
