import { describe, expect, it } from 'vitest';
import type { ServerRelease } from '../../dev/redis.ts';
import { aclRules, censusRules } from '../../src/collectors/acl/acl.ts';
import { lacksRedis, type RunningRedis, startRedis } from '../support/redis.ts';
import { startRedisProxy } from '../support/redis-proxy.ts';
import { targetConfig, watchTarget } from '../support/target.ts';

const RELEASE = 'valkey-9.1.2';

describe.skipIf(await lacksRedis(RELEASE))('a Valkey', () => {
  it('is asked by its own version, and refuses nothing to the user that is generated for it', async () => {
    const redis = await startRedis({ release: RELEASE });
    await redis.command('ACL', 'SETUSER', 'watcher', ...aclRules(RELEASE), ...censusRules(), '>pass');
    await redis.command('SET', 'a', 'b');
    const watched = watchTarget(
      targetConfig(redis.url, { username: 'watcher', password: 'pass', census: { interval: 60_000, sample: 10 } }),
    );
    expect(await watched.tick()).toBeUndefined();
    expect(await watched.tick()).toBeUndefined();
    expect(await watched.census()).toBeUndefined();
    expect(watched.censusStatus()?.census?.keys).toBe(1);
    const [info = ''] = Object.keys(watched.series('redis.info'));
    expect(info).toContain('server=valkey,version=9.1.2,redis.version=7.2.4,redis.mode=standalone');
    // LATENCY HISTOGRAM, which Redis has since 7.0.
    expect(watched.metrics()).toContain('redis.cmd.duration');
    expect(watched.log.filter(({ sentence }) => sentence.includes('refuses a query'))).toEqual([]);
    expect(watched.watch.status().unseen).toBeUndefined();
    expect(watched.value('redis.errors', { 'error.type': 'NOPERM' }) ?? 0).toBe(0);
    await watched.watch.close();
  });

  it('shows large requests and large replies, and that it lets clients wait', async () => {
    const redis = await startRedis({
      release: RELEASE,
      args: ['--commandlog-request-larger-than', '10000', '--commandlog-reply-larger-than', '10000'],
    });
    const watched = watchTarget(targetConfig(redis.url));
    await watched.tick();
    const before = watched.series('redis.commandlog.length');
    expect(watched.value('redis.clients.paused', {})).toBe(0);
    await redis.command('SET', 'large', 'x'.repeat(20_000));
    for (let read = 0; read < 2; read++) await redis.command('GET', 'large');
    await redis.command('CLIENT', 'PAUSE', 600_000, 'WRITE');
    expect(await watched.tick()).toBeUndefined();
    const grown = (log: 'large_request' | 'large_reply') =>
      (watched.value('redis.commandlog.length', { log }) ?? 0) - (before[`log=${log}`] ?? 0);
    expect(grown('large_request')).toBe(1);
    expect(grown('large_reply')).toBeGreaterThanOrEqual(2);
    expect(watched.value('redis.clients.paused', {})).toBe(1);
    await redis.command('CLIENT', 'UNPAUSE');
    await watched.watch.close();
  });
});

/** A real server, whose INFO says something else about itself. */
async function lying(redis: RunningRedis, lies: Readonly<Record<string, string | undefined>>) {
  const text = String(await redis.command('INFO', 'everything'));
  const told = Object.entries(lies).reduce((info, [field, value]) => {
    const without = info.replace(new RegExp(`^${field}:.*\\r\\n`, 'm'), '');
    return value === undefined ? without : without.replace('# Server\r\n', `# Server\r\n${field}:${value}\r\n`);
  }, text);
  return startRedisProxy(redis.port, (words) =>
    words[0] === 'INFO' && !words.includes('latencystats') ? `$${Buffer.byteLength(told)}\r\n${told}\r\n` : undefined,
  );
}

const LIES: readonly (readonly [
  what: string,
  is: ServerRelease,
  lies: Readonly<Record<string, string | undefined>>,
  unseen: readonly string[],
])[] = [
  ['a Redis 8.2 that calls itself Valkey 9.1', '8.2.3', { server_name: 'valkey', valkey_version: '9.1.2' }, ['COMMANDLOG LEN']],
  ['a Redis 6.2 that calls itself Redis 8.2', '6.2.14', { redis_version: '8.2.3' }, ['LATENCY HISTOGRAM']],
  ['a Redis 8.2 of a version beyond all', '8.2.3', { redis_version: '255.255.255' }, []],
  ['a Redis 8.2 that calls itself Redis 6.2', '8.2.3', { redis_version: '6.2.0' }, []],
  ['a Redis 8.2 of no version', '8.2.3', { redis_version: undefined }, []],
  ['a Redis 8.2 whose version is a text', '8.2.3', { redis_version: 'pX4nWk9VqT2rLc7M' }, []],
  [
    'a Valkey 9.1 that calls itself Redis 7.2',
    'valkey-9.1.2',
    { server_name: undefined, valkey_version: undefined, server_mode: undefined, redis_mode: 'standalone' },
    [],
  ],
  ['a Valkey 9.1 of a version of 7.2', 'valkey-9.1.2', { valkey_version: '7.2.0' }, []],
  ['a Valkey 9.1 of no version', 'valkey-9.1.2', { valkey_version: undefined }, []],
  ['a Valkey 9.1 of a version that is a text', 'valkey-9.1.2', { valkey_version: 'pX4nWk9VqT2rLc7M' }, []],
  ['a Redis 8.2 with the name of another server', '8.2.3', { server_name: 'pX4nWk9VqT2rLc7M' }, []],
];

describe.each(LIES)('%s', async (_, release, lies, refused) => {
  it.skipIf(await lacksRedis(release))('is treated by what it answers', async () => {
    const redis = await startRedis({ release });
    await redis.command('SET', 'a', 'b');
    await redis.command('GET', 'a');
    const proxy = await lying(redis, lies);
    const watched = watchTarget(targetConfig(proxy.url));
    for (let tick = 0; tick < 3; tick++) expect(await watched.tick()).toBeUndefined();
    const unseen = (watched.watch.status().unseen ?? []).filter((sentence) => sentence.includes('is refused'));
    expect(unseen.map((sentence) => refused.find((name) => sentence.includes(name)))).toEqual(refused);
    for (const name of refused) expect(proxy.asked.filter((asked) => asked === name).length).toBeLessThanOrEqual(2);
    expect(watched.metrics()).toEqual(
      expect.arrayContaining(['redis.info', 'redis.memory.used', 'redis.cmd.calls', 'redis.slowlog.length']),
    );
    // What a server gives as its version may be a secret that it gives back.
    expect(JSON.stringify([watched.series('redis.info'), watched.watch.status(), watched.log])).not.toContain('pX4nWk9VqT2rLc7M');
    await watched.watch.close();
  });
});
