import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distance, redisUrl, userinfo } from '../../../src/doctor/facts/address.ts';
import { setupOf } from '../../support/doctor-setup.ts';

describe('redisUrl', () => {
  it.each([
    ['redis://localhost:6379', { scheme: 'redis', host: 'localhost', port: '6379' }],
    [
      'rediss://user:p%2Fw@cache.example.org:6380/3',
      { scheme: 'rediss', username: 'user', password: 'p/w', host: 'cache.example.org', port: '6380', db: '3' },
    ],
    ['redis://:pw@[::1]/?db=2', { scheme: 'redis', password: 'pw', host: '::1', db: '2' }],
    ['redis://only-user@host', { scheme: 'redis', username: 'only-user', host: 'host' }],
    ['redis://:a/b#c@host:1', { scheme: 'redis', password: 'a/b#c', host: 'host', port: '1' }],
    ['REDIS://:50%@host', { scheme: 'redis', password: '50%', host: 'host' }],
    ['redis://:%E9t%E9@cache:6379/0', { scheme: 'redis', password: '\uFFFDt\uFFFD', host: 'cache', port: '6379', db: '0' }],
    ['redis://:%C3%A9%zz%2@cache', { scheme: 'redis', password: 'é%zz%2', host: 'cache' }],
    ['redis://:p@ss@cache', { scheme: 'redis', password: 'p@ss', host: 'cache' }],
    ['redis://h/0?password=a@b', { scheme: 'redis', password: 'a@b', host: 'h', db: '0' }],
    ['redis://:a@H:0/1_0', { scheme: 'redis', password: 'a', host: 'h', db: '10' }],
    ['redis:///3?host=h&port=7', { scheme: 'redis', host: 'h', port: '7', db: '3' }],
    ['unix://:pw@/run/%ff.sock?db=2', { scheme: 'unix', password: 'pw', host: '', db: '2' }],
    ['postgresql://u:p%E9@db/x', { scheme: 'postgresql', username: 'u', password: 'p\uFFFD', host: 'db', db: 'x' }],
  ])('%s', (text, expected) => {
    const parts = Object.entries(redisUrl(text) ?? {}).filter(([, value]) => value !== undefined);
    expect(Object.fromEntries(parts)).toEqual(expected);
  });

  it('is no URL without a scheme', () => {
    expect(redisUrl('localhost:6379')).toBeUndefined();
  });

  it('finds every password that is escaped, and throws at nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.stringMatching(/^[a-z]{1,9}$/), (password, host) => {
        expect(redisUrl(`redis://:${encodeURIComponent(password)}@${host}:6379/0`)).toMatchObject({
          password,
          host,
          port: '6379',
          db: '0',
        });
      }),
    );
    const piece = fc.oneof(fc.constantFrom('%', '%E9', '%C3', '%ff', '@', ':', '/', '?', '#', '[', ']', '=', '&'), fc.string());
    fc.assert(
      fc.property(fc.constantFrom('redis://', 'rediss://', 'unix://', ''), fc.array(piece), (scheme, pieces) => {
        const text = scheme + pieces.join('');
        redisUrl(text);
        userinfo(text);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('userinfo', () => {
  it.each([
    ['redis://:a/b@h', ':a/b'],
    ['redis://:p@ss@h/0', ':p@ss'],
    ['redis://h/0?mail=a@b', undefined],
    ['redis://h:6379/0#a@b', undefined],
    ['unix:///run/a@b.sock', undefined],
  ])('%s has %s', (text, expected) => {
    expect(userinfo(text)).toBe(expected);
  });
});

describe('distance', () => {
  const compose = `services:
  cache:
    image: redis:8
    container_name: my.redis
    networks: { back: { aliases: [redis.example.org] } }
`;
  it.each([
    ['localhost', 'loopback'],
    ['redis.localhost', 'loopback'],
    ['127.0.0.2', 'loopback'],
    ['127.example.org', 'remote'],
    ['::1', 'loopback'],
    ['cache', 'inside'],
    ['my.redis', 'inside'],
    ['redis.example.org', 'inside'],
    ['other.example.org', 'remote'],
    ['redis-master.redis.svc.cluster.local', 'inside'],
    ['redis.team.svc', 'inside'],
    ['redis.svc.example.org', 'remote'],
    ['gateway.docker.internal', 'inside'],
    ['localhost.example.org', 'remote'],
    ['nas.local', 'private'],
    ['redis.prod.internal', 'private'],
    ['100.64.0.9', 'private'],
    ['100.128.0.9', 'remote'],
    ['fd00::1', 'private'],
    ['2001:db8::1', 'remote'],
  ])('of %s is %s', async (host, expected) => {
    expect(distance(host, await setupOf({ 'compose.yaml': compose }))).toBe(expected);
  });
});
