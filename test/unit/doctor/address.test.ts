import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redisUrl } from '../../../src/doctor/subject/address.ts';

describe('redisUrl', () => {
  it.each([
    ['redis://localhost:6379', { scheme: 'redis', host: 'localhost', port: '6379' }],
    [
      'rediss://user:p%2Fw@cache.example.org:6380/3',
      { scheme: 'rediss', username: 'user', password: 'p/w', host: 'cache.example.org', port: '6380', db: '3' },
    ],
    ['redis://:pw@[::1]/?db=2', { scheme: 'redis', password: 'pw', host: '[::1]', db: '2' }],
    ['redis://only-user@host', { scheme: 'redis', username: 'only-user', host: 'host' }],
    ['redis://:a/b#c@host:1', { scheme: 'redis', password: 'a/b#c', host: 'host', port: '1' }],
    ['REDIS://:50%@host', { scheme: 'redis', password: '50%', host: 'host' }],
  ])('%s', (text, expected) => {
    const parts = Object.entries(redisUrl(text) ?? {}).filter(([, value]) => value !== undefined);
    expect(Object.fromEntries(parts)).toEqual(expected);
  });

  it('is no URL without a scheme', () => {
    expect(redisUrl('localhost:6379')).toBeUndefined();
  });

  it('finds every password that is escaped, and throws at nothing', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.stringMatching(/^[a-z]{1,9}$/), (password, host) => {
        expect(redisUrl(`redis://:${encodeURIComponent(password)}@${host}:6379/0`)).toMatchObject({
          password,
          host,
          port: '6379',
          db: '0',
        });
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void redisUrl(`redis://${text}`)));
  });
});
