import { mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SERVER_RELEASE } from '../../dev/redis.ts';
import { eventually } from '../support/eventually.ts';
import { lacksRedis, startRedis } from '../support/redis.ts';
import { targetConfig, watchTarget } from '../support/target.ts';

describe.each(SERVER_RELEASE)('server %s', async (release) => {
  describe.skipIf(await lacksRedis(release))('scraped', () => {
    it('is scraped when a snapshot failed and even PING is refused', async () => {
      const dir = mkdtempSync(join(tmpdir(), 'lce-target-states-'));
      onTestFinished(() => rm(dir, { recursive: true }));
      const redis = await startRedis({ release, dir });
      mkdirSync(join(dir, 'dump.rdb'));
      await redis.command('CONFIG', 'SET', 'save', '3600 1');
      const watched = watchTarget(targetConfig(redis.url));
      expect(await watched.tick()).toBeUndefined();
      expect(watched.value('redis.rdb.last_bgsave_ok', {})).toBe(1);
      await redis.command('SET', 'a', 'b');
      await redis.command('BGSAVE');
      // The snapshot may fail between the PING and the INFO of one tick; the next one's PING is refused.
      await eventually(async () => (await watched.tick()) === undefined && watched.value('redis.rdb.last_bgsave_ok', {}) === 0);
      expect(await watched.tick()).toBeUndefined();
      expect(watched.value('redis.errors', { 'error.type': 'MISCONF' })).toBeGreaterThan(0);
      expect(watched.series('redis.auth.state')).toMatchObject({ 'credential=exporter,state=disabled': 1 });
      expect(watched.target.state).toMatchObject({ up: true });
      await watched.watch.close();
    });

    it('tells a replica from its master, and when the link between them is down', async () => {
      const master = await startRedis({ release, args: ['--repl-diskless-sync-delay', '0'] });
      const replica = await startRedis({
        release,
        args: ['--replicaof', '127.0.0.1', String(master.port), '--replica-serve-stale-data', 'no'],
      });
      const watched = watchTarget(targetConfig(replica.url));
      await eventually(async () => (await watched.tick()) === undefined && watched.value('redis.master_link_up', {}) === 1, 20_000);
      expect(watched.series('redis.role')).toMatchObject({ 'role=slave': 1, 'role=master': 0 });
      expect(watched.value('redis.master_last_io', {})).toBeGreaterThanOrEqual(0);
      const ofMaster = watchTarget(targetConfig(master.url));
      expect(await ofMaster.tick()).toBeUndefined();
      expect(ofMaster.value('redis.slaves.connected', {})).toBe(1);
      await ofMaster.watch.close();
      await master.stop();
      await eventually(async () => (await watched.tick()) === undefined && watched.value('redis.master_link_up', {}) === 0);
      expect(watched.metrics()).not.toContain('redis.master_last_io');
      expect(watched.value('redis.up', {})).toBe(1);
      await watched.watch.close();
    });

    it('counts what ACL LOG has more of, also beyond its newest ten entries', async () => {
      const redis = await startRedis({ release });
      const watched = watchTarget(targetConfig(redis.url));
      for (let index = 0; index < 15; index++) await redis.command('AUTH', `old${index}`, 'x').catch(() => undefined);
      expect(await watched.tick()).toBeUndefined();
      for (let index = 0; index < 12; index++) await redis.command('AUTH', `new${index}`, 'x').catch(() => undefined);
      for (let tick = 0; tick < 3; tick++) expect(await watched.tick()).toBeUndefined();
      expect(watched.series('redis.acl.log.entries')).toMatchObject({ 'reason=auth,origin=own': 0, 'reason=auth,origin=others': 12 });
      await redis.command('ACL', 'LOG', 'RESET');
      for (let index = 0; index < 2; index++) await redis.command('AUTH', 'late', 'x').catch(() => undefined);
      expect(await watched.tick()).toBeUndefined();
      expect(watched.series('redis.acl.log.entries')).toMatchObject({ 'reason=auth,origin=others': 14 });
      await watched.watch.close();
    });
  });
});
