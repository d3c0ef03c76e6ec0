import { describe, expect, it } from 'vitest';
import { createRedisLease, leaseKey } from '../../src/lease/redis.ts';
import { Secret } from '../../src/source/secret.ts';
import { eventually } from '../support/eventually.ts';
import { lacksRedis, startRedis } from '../support/redis.ts';
import { addressOf } from '../support/redis-address.ts';

const { signal } = new AbortController();
const HELD = { state: 'held' };
const OTHER = { state: 'other' };

describe.skipIf(await lacksRedis('8.2.3'))('a lease in Redis', () => {
  it('has one holder, who renews it, until it is given back', async () => {
    const redis = await startRedis();
    const key = leaseKey(['b', 'a']);
    expect(key).toBe(leaseKey(['a', 'b']));
    expect(key).toMatch(/^lce-lease:[0-9a-f]{16}$/);
    const [one, two] = [
      createRedisLease({ address: addressOf(redis.url) }, key, 60_000),
      createRedisLease({ address: addressOf(redis.url) }, key, 60_000),
    ];
    expect(await one.hold(signal)).toEqual(HELD);
    expect(await two.hold(signal)).toEqual(OTHER);
    await redis.command('PEXPIRE', key, 1_000);
    expect(await one.hold(signal)).toEqual(HELD);
    expect(await redis.command('PTTL', key)).toBeGreaterThan(50_000);
    await two.release(signal);
    expect(await two.hold(signal)).toEqual(OTHER);
    await one.release(signal);
    expect(await two.hold(signal)).toEqual(HELD);
    expect(await one.hold(signal)).toEqual(OTHER);
    await two.release(signal);
    await one.release(signal);
    expect(await redis.command('EXISTS', key)).toBe(0);
  });

  it('is free once it was not renewed for its time', async () => {
    const redis = await startRedis();
    const [one, two] = [
      createRedisLease({ address: addressOf(redis.url) }, 'lce-lease:x', 1_500),
      createRedisLease({ address: addressOf(redis.url) }, 'lce-lease:x', 1_500),
    ];
    expect(await one.hold(signal)).toEqual(HELD);
    expect(await two.hold(signal)).toEqual(OTHER);
    await eventually(async () => (await two.hold(signal)).state === 'held');
    expect(await one.hold(signal)).toEqual(OTHER);
    await Promise.all([one.release(signal), two.release(signal)]);
  });

  it('needs a user with four commands, heals when the store comes back, and tells no secret', async () => {
    const redis = await startRedis();
    await redis.command('ACL', 'SETUSER', 'lease', 'on', '>the-password', '~lce-lease:*', '+eval', '+get', '+set', '+del');
    const credential = { address: addressOf(redis.url), username: 'lease' };
    const right = createRedisLease({ ...credential, password: Secret.of('the-password') }, 'lce-lease:x', 60_000);
    expect(await right.hold(signal)).toEqual(HELD);
    await redis.command('CLIENT', 'KILL', 'USER', 'lease');
    expect(await right.hold(signal)).toMatchObject({ state: 'unknown' });
    expect(await right.hold(signal)).toEqual(HELD);
    const wrong = createRedisLease({ ...credential, password: Secret.of('a-wrong-one') }, 'lce-lease:x', 60_000);
    const answer = await wrong.hold(signal);
    expect(answer).toEqual({ state: 'unknown', reason: expect.stringContaining('the server refuses the user or the password') });
    expect(JSON.stringify(answer)).not.toContain('a-wrong-one');
    await right.release(signal);
    await redis.stop();
    expect(await right.hold(signal)).toMatchObject({ state: 'unknown', reason: expect.stringContaining('nothing accepts connections') });
    await right.release(signal);
  });
});
