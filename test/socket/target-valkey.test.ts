import { describe, expect, it } from 'vitest';
import { aclRules } from '../../src/collectors/acl/acl.ts';
import { lacksRedis, startRedis } from '../support/redis.ts';
import { targetConfig, watchTarget } from '../support/target.ts';

const RELEASE = 'valkey-9.1.2';

describe.skipIf(await lacksRedis(RELEASE))('a Valkey', () => {
  it('is asked by its own version, and refuses nothing to the user that is generated for it', async () => {
    const redis = await startRedis({ release: RELEASE });
    await redis.command('ACL', 'SETUSER', 'watcher', ...aclRules(RELEASE), '>pass');
    await redis.command('SET', 'a', 'b');
    const watched = watchTarget(targetConfig(redis.url, { username: 'watcher', password: 'pass' }));
    expect(await watched.tick()).toBeUndefined();
    expect(await watched.tick()).toBeUndefined();
    const [info = ''] = Object.keys(watched.series('redis.info'));
    expect(info).toContain('server=valkey,version=9.1.2,redis.version=7.2.4,redis.mode=standalone');
    // LATENCY HISTOGRAM, which Redis has since 7.0.
    expect(watched.metrics()).toContain('redis.cmd.duration');
    expect(watched.log.filter(({ sentence }) => sentence.includes('refuses a query'))).toEqual([]);
    expect(watched.value('redis.errors', { 'error.type': 'NOPERM' }) ?? 0).toBe(0);
    await watched.watch.close();
  });
});
