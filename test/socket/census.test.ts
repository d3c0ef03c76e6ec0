import { describe, expect, it } from 'vitest';
import { REDIS_RELEASE } from '../../dev/redis.ts';
import { aclRules, censusRules } from '../../src/collectors/acl/acl.ts';
import type { TargetConfig } from '../../src/config/effective.ts';
import { KEY_CLASS, type KeyClass } from '../../src/model/census.ts';
import { parseInfo } from '../../src/redis/replies/info.ts';
import { lacksRedis, type RunningRedis, startRedis } from '../support/redis.ts';
import { refusals } from '../support/redis-statistics.ts';
import { targetConfig, type WatchedTarget, watchTarget } from '../support/target.ts';

const CENSUS: Pick<TargetConfig, 'census'> = { census: { interval: 10_000, sample: 1_000 } };

/** Keys of each class in a database of 10,000; every tenth cached answer never expires. */
const MIX = { response_or_key_hash: 7_000, rate_limit: 2_000, spend: 900, other: 100 } as const satisfies Partial<Record<KeyClass, number>>;
const FOREVER = MIX.response_or_key_hash / 10;

/** Names are of the lengths that LiteLLM's have; cached answers have 2000 bytes and live an hour. */
const FILL = `
  local value = string.rep('x', 2000)
  for i = 1, ${MIX.response_or_key_hash} do
    local name = redis.sha1hex(i) .. string.sub(redis.sha1hex(-i), 1, 24)
    if i % 10 == 0 then redis.call('SET', name, value) else redis.call('SET', name, value, 'EX', 3600) end
  end
  for i = 1, ${MIX.rate_limit} do redis.call('SET', '{api_key:' .. i .. '}:tokens', i, 'EX', 60) end
  for i = 1, ${MIX.spend} do redis.call('SET', 'spend:key:' .. i, i, 'EX', 86400) end
  for i = 1, ${MIX.other} do redis.call('HSET', 'session-' .. i, 'a', i) end`;

describe.each(REDIS_RELEASE)('Redis %s', async (release) => {
  describe.skipIf(await lacksRedis(release))('under census', () => {
    async function watched(redis: RunningRedis, config: Parameters<typeof targetConfig>[1] = CENSUS): Promise<WatchedTarget> {
      const target = watchTarget(targetConfig(redis.url, config));
      expect(await target.tick()).toBeUndefined();
      return target;
    }

    it('shows the mix of its keys within four standard errors, and nothing else of them', async () => {
      const redis = await startRedis({ release });
      await redis.command('EVAL', FILL, 0);
      const target = await watched(redis);
      const before = await statistics(redis);
      expect(await target.census()).toBeUndefined();
      const after = await statistics(redis);

      expect(Object.keys(target.series('redis.census.keys'))).toEqual(KEY_CLASS.map((name) => `class=${name}`));
      for (const [name, keys] of Object.entries(MIX)) {
        const share = keys / 10_000;
        const error = 10_000 * Math.sqrt((share * (1 - share)) / 950);
        expect(Math.abs(countOf(target, 'redis.census.keys', name) - keys), name).toBeLessThan(4 * error);
      }
      expect(KEY_CLASS.filter((name) => countOf(target, 'redis.census.keys', name) > 0)).toEqual([
        'response_or_key_hash',
        'rate_limit',
        'spend',
        'other',
      ]);
      const memory = Number(await redis.command('MEMORY', 'USAGE', String(await someKey(redis, /^[0-9a-f]{64}$/))));
      expect(countOf(target, 'redis.census.bytes', 'response_or_key_hash')).toBeCloseTo(
        countOf(target, 'redis.census.keys', 'response_or_key_hash') * memory,
        -6,
      );
      expect(Math.abs(countOf(target, 'redis.census.without_ttl', 'response_or_key_hash') - FOREVER)).toBeLessThan(330);
      expect(countOf(target, 'redis.census.without_ttl', 'rate_limit')).toBe(0);
      const ttl = target.histogram('redis.census.ttl', {});
      expect(ttl?.count).toBe(ttl?.buckets.counts[7]);
      expect(ttl?.count).toBeGreaterThan(500);
      expect(target.value('redis.census.coverage', {})).toBeGreaterThan(0.09);
      expect(target.value('redis.census.coverage', {})).toBeLessThanOrEqual(0.1);
      expect(target.value('redis.census.last_run.timestamp', {})).toBeCloseTo(Date.now() / 1_000, -1);
      expect(target.censusStatus()?.census).toMatchObject({ database: 0, keys: 10_000, medianTtlSeconds: expect.closeTo(3_600, -2) });

      const asked = Object.keys(after.calls).filter((name) => after.calls[name] !== before.calls[name]);
      // 6.2 counts subcommands for their command.
      const [named, memoryUsage] = release === '6.2.14' ? ['client', 'memory'] : ['client|setname', 'memory|usage'];
      expect(asked.sort()).toEqual([named, 'dbsize', 'info', memoryUsage, 'pttl', 'randomkey']);
      expect(after.calls.randomkey).toBe(1_000);
      const looked = Number(after.calls.pttl);
      expect({ hits: after.hits - before.hits, misses: after.misses - before.misses }).toEqual({ hits: looked, misses: 0 });
      expect(await target.tick()).toBeUndefined();
      expect(target.value('redis.keyspace.hits', {})).toBe(before.hits);
      expect(target.value('redis.keyspace.misses', {})).toBe(before.misses);
      await target.watch.close();
    });

    it('is counted when it is small, in the database of its URL, keys of any bytes included', async () => {
      const redis = await startRedis({ release });
      await redis.command('EVAL', "redis.call('SET', 'elsewhere', 1) redis.call('SELECT', 3) redis.call('SET', '\\255\\0:\\n', 1)", 0);
      const target = watchTarget(targetConfig(`${redis.url}/3`, CENSUS));
      await target.tick();
      expect(await target.census()).toBeUndefined();
      expect(target.value('redis.census.coverage', {})).toBe(1);
      expect(target.censusStatus()?.census).toMatchObject({ database: 3, keys: 1, sampled: 1 });
      expect(countOf(target, 'redis.census.keys', 'other')).toBe(1);
      expect(countOf(target, 'redis.census.without_ttl', 'other')).toBe(1);
      expect(countOf(target, 'redis.census.bytes', 'other')).toBeGreaterThan(0);
      await target.watch.close();
    });

    it('may be empty', async () => {
      const redis = await startRedis({ release });
      const target = await watched(redis);
      expect(await target.census()).toBeUndefined();
      expect(target.series('redis.census.keys')).toEqual(Object.fromEntries(KEY_CLASS.map((name) => [`class=${name}`, 0])));
      expect(target.value('redis.census.coverage', {})).toBe(1);
      expect(target.histogram('redis.census.ttl', {})?.count).toBe(0);
      await target.watch.close();
    });

    it('stays cheap when names are a megabyte long', async () => {
      const redis = await startRedis({ release });
      await redis.command('EVAL', "local n = string.rep('x', 1048576) for i = 1, 50 do redis.call('SET', n .. i, 1) end", 0);
      const target = await watched(redis);
      expect(await target.census()).toBeUndefined();
      const { census } = target.censusStatus() ?? {};
      expect(census?.sampled).toBeLessThanOrEqual(4);
      expect(countOf(target, 'redis.census.keys', 'other')).toBe(50);
      expect((await statistics(redis)).calls.randomkey).toBe(4);
      await target.watch.close();
    });

    it('grants it to the user of the documented ACL lines', async () => {
      const redis = await startRedis({ release });
      await redis.command('SET', 'a', 1);
      await redis.command('ACL', 'SETUSER', 'watcher', ...aclRules(release), '>pass');
      await redis.command('ACL', 'SETUSER', 'watcher', ...censusRules());
      const target = await watched(redis, { ...CENSUS, username: 'watcher', password: 'pass' });
      expect(await target.census()).toBeUndefined();
      expect(target.value('redis.census.coverage', {})).toBe(1);
      expect(await refusals(redis)).toEqual({ WRONGPASS: 0, NOAUTH: 0, NOPERM: 0 });
      await target.watch.close();
    });

    it('is left without one where a right is missing, which is said once and is no failure', async () => {
      const redis = await startRedis({ release });
      await redis.command('SET', 'a', 1);
      await redis.command('ACL', 'SETUSER', 'watcher', ...aclRules(release), '>pass');
      await redis.command('ACL', 'SETUSER', 'watcher', '+dbsize');
      const target = await watched(redis, { ...CENSUS, username: 'watcher', password: 'pass' });
      for (let times = 0; times < 2; times++) expect(await target.census()).toBeUndefined();
      const reason = 'RANDOMKEY: the user may not do this; grant what the documented ACL line grants (NOPERM)';
      expect(target.log.filter(({ sentence }) => sentence.includes('census'))).toEqual([
        {
          level: 'info',
          redis_target: 'cache',
          error: reason,
          sentence: 'The server refuses a command of the census; the census is left out',
        },
      ]);
      expect(target.censusStatus()).toEqual({ censusDetail: reason });
      expect(target.series('redis.census.keys')).toEqual({});
      expect(target.target.own.NOPERM).toBe(2);
      expect(await target.tick()).toBeUndefined();
      expect(target.value('redis.auth.rejections', { 'error.type': 'NOPERM', origin: 'others' })).toBe(0);

      await redis.command('ACL', 'SETUSER', 'watcher', '+randomkey');
      expect(await target.census()).toBeUndefined();
      expect(target.target.own.NOPERM).toBe(3);
      await redis.command('ACL', 'SETUSER', 'watcher', ...censusRules());
      expect(await target.census()).toBeUndefined();
      expect(target.log.at(-1)).toMatchObject({ level: 'info', sentence: 'The server allows the commands of the census again' });
      expect(target.value('redis.census.coverage', {})).toBe(1);
      await target.watch.close();
    });
  });
});

describe.skipIf(await lacksRedis('8.2.3'))('the census of a server', () => {
  it('is withdrawn when the server no longer answers, and its time stays', async () => {
    const redis = await startRedis();
    const target = watchTarget(targetConfig(redis.url, CENSUS));
    await target.tick();
    expect(await target.census()).toBeUndefined();
    redis.pause();
    expect(await target.census(300)).toMatchObject({ failure: 'timeout' });
    expect(target.metrics().filter((name) => name.startsWith('redis.census'))).toEqual(['redis.census.last_run.timestamp']);
    expect(target.censusStatus()).toEqual({ censusDetail: expect.stringContaining('did not answer in time') });
    redis.resume();
    expect(await target.census()).toBeUndefined();
    expect(target.value('redis.census.coverage', {})).toBe(1);
    await target.watch.close();
  });

  it('keeps what it has when it is stopped from outside', async () => {
    const redis = await startRedis();
    const target = watchTarget(targetConfig(redis.url, CENSUS));
    await target.tick();
    expect(await target.census()).toBeUndefined();
    expect(await target.census(AbortSignal.abort(new DOMException('stopped', 'AbortError')))).toMatchObject({ failure: 'closed' });
    expect(target.value('redis.census.coverage', {})).toBe(1);
    await target.watch.close();
  });

  it('does not try a password that the server refuses', async () => {
    const redis = await startRedis({ args: ['--requirepass', 'pass'] });
    const target = watchTarget(targetConfig(redis.url, { ...CENSUS, password: 'wrong' }));
    await target.tick();
    const before = await refusals(redis);
    expect(await target.census()).toBeUndefined();
    expect(await refusals(redis)).toEqual(before);
    expect(target.censusStatus()).toEqual({ censusDetail: 'the credential of the exporter is not accepted' });
    await target.watch.close();
  });
});

function countOf(
  target: WatchedTarget,
  metric: 'redis.census.keys' | 'redis.census.bytes' | 'redis.census.without_ttl',
  name: string,
): number {
  return target.series(metric)[`class=${name}`] ?? Number.NaN;
}

async function someKey(redis: RunningRedis, pattern: RegExp): Promise<string | undefined> {
  const keys = await redis.command('KEYS', '*');
  return Array.isArray(keys) ? keys.find((name) => pattern.test(String(name))) : undefined;
}

async function statistics(redis: RunningRedis): Promise<{ hits: number; misses: number; calls: Record<string, number> }> {
  const info = parseInfo(await redis.command('INFO', 'all'));
  const calls = [...info.section('commandstats')].map(([field, value]): [string, number] => [
    field.replace('cmdstat_', ''),
    Number(/calls=(\d+)/.exec(value)?.[1]),
  ]);
  return {
    hits: info.number('stats', 'keyspace_hits') ?? Number.NaN,
    misses: info.number('stats', 'keyspace_misses') ?? Number.NaN,
    calls: Object.fromEntries(calls),
  };
}
