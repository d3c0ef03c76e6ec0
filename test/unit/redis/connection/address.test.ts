import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redisUrl } from '../../../../src/config/address.ts';
import { describeAddress, parseAddress, parseNode } from '../../../../src/redis/connection/address.ts';
import { targetConfig } from '../../../support/target.ts';

describe('parseAddress', () => {
  it.each([
    ['redis://cache', { host: 'cache', port: 6379, tls: false, db: 0 }],
    ['redis://cache:7000/3', { host: 'cache', port: 7000, tls: false, db: 3 }],
    ['rediss://[::1]:7000', { host: '::1', port: 7000, tls: true, db: 0 }],
    ['unix:///run/my%20redis.sock?db=2', { path: '/run/my redis.sock', tls: false, db: 2 }],
  ])('%s', (url, address) => {
    expect(parseAddress(url)).toEqual(address);
  });
});

it('reads whatever the configuration accepts', () => {
  const piece = fc.oneof(fc.constantFrom('%', '%E9', '%ff', '%00', '@', ':', '/', '?', '#', '[::1]', 'db=', '3'), fc.string());
  fc.assert(
    fc.property(fc.constantFrom('redis://', 'rediss://h', 'unix:///'), fc.array(piece, { maxLength: 6 }), (scheme, pieces) => {
      const { success, data } = redisUrl().safeParse(scheme + pieces.join(''));
      if (success) expect(parseAddress(data.url).db).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 3000 },
  );
});

it('reads the node of a Sentinel', () => {
  expect(parseNode('[::1]:26379', true)).toEqual({ host: '::1', port: 26379, tls: true, db: 0 });
});

it('says where a target is', () => {
  expect(describeAddress(targetConfig('redis://cache:6379/0'))).toBe('redis://cache:6379/0');
  expect(describeAddress(targetConfig(undefined, { sentinel: { master: 'm', nodes: ['a:1', 'b:2'] } }))).toBe('m at a:1, b:2');
});
