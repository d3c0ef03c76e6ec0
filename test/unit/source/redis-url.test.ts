import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redisUrl as field } from '../../../src/config/address.ts';
import { redisUrl as meant, userinfo } from '../../../src/doctor/facts/address.ts';
import { connectionUrl } from '../../../src/doctor/resolver/connection-url.ts';
import { parseNode, parseRedisUrl } from '../../../src/source/redis-url.ts';
import { splitUrl } from '../../../src/source/url.ts';

const PIECES = fc.array(
  fc.oneof(
    fc.constantFrom(
      ...['%', '%E9', '%ff', '%00', '%2F', '%C3%A9', '@', ':', '/', '//', '?', '#', '[::1]', '[', ']', '[fe80::1%25eth0]', 'db=', 'db=3'],
      ...['3', '6379', '65536', 'h', 'cache', 'u:p@', '\0', '\t', ' ', '\n', '\\', '\u00e9', '\ud800', 'redis://', '..', '/./'],
    ),
    fc.string(),
  ),
  { maxLength: 8 },
);
const SCHEME = fc.constantFrom(
  'redis://',
  'rediss://',
  'unix://',
  'unix:',
  'redis:',
  'REDIS://',
  'redis://h',
  'unix:///run/s',
  ' redis://',
  '',
);
const TEXT = fc.tuple(SCHEME, PIECES).map(([scheme, pieces]) => scheme + pieces.join(''));

describe('an address of Redis', () => {
  it.each([
    ['redis://cache', { host: 'cache', port: 6379, tls: false, db: 0, url: 'redis://cache' }],
    ['redis://cache:7000/3', { host: 'cache', port: 7000, tls: false, db: 3, url: 'redis://cache:7000/3' }],
    ['REDIS://Cache:007000/?db=3', { host: 'Cache', port: 7000, tls: false, db: 3, url: 'redis://Cache:007000/3' }],
    ['rediss://[0:0::1]:7000', { host: '::1', port: 7000, tls: true, db: 0, url: 'rediss://[0:0::1]:7000' }],
    ['rediss://u:p@[::1]/', { host: '::1', port: 6379, tls: true, db: 0, url: 'rediss://[::1]/' }],
    ['unix:///run/my%20redis.sock?db=2', { path: '/run/my redis.sock', tls: false, db: 2, url: 'unix:///run/my%20redis.sock?db=2' }],
    ['unix://u:p@/run/s', { path: '/run/s', tls: false, db: 0, url: 'unix:///run/s' }],
  ])('%s', (url, address) => {
    expect(parseRedisUrl(url)).toMatchObject({ address });
  });

  it.each([
    ['redis://u:p%40ss:w@cache', { username: 'u', password: 'p@ss:w' }],
    ['redis://u@:@p@ss@cache', { username: 'u@', password: '@p@ss' }],
    ['redis://:%C3%A9@cache', { username: undefined, password: 'é' }],
    ['redis://@cache', { username: undefined, password: undefined }],
    ['redis://u:@cache', { username: 'u', password: undefined }],
  ])('%s has user and password', (url, login) => {
    expect(parseRedisUrl(url)).toMatchObject(login);
  });

  it.each([
    ['http://cache', undefined],
    ['cache:6379', undefined],
    ['redis://cache:99999', undefined],
    ['redis://:6379', undefined],
    ['redis://ca che', undefined],
    ['redis://[1:2]', undefined],
    ['redis://::1:6379', undefined],
    ['redis:cache', 'lacks the two slashes behind the scheme'],
    ['redis://redis://cache', 'has a scheme twice'],
    ['redis://', 'has no host: write two slashes and the host behind the scheme'],
    ['redis://c%61che', 'has a host that no server can have'],
    ['redis://caché', 'has a host that no server can have'],
    ['redis://cache:0', 'has port 0'],
    ['redis://cache/../3', 'has a path that is no database number'],
    ['redis://cache/3?db=3', 'names the database twice'],
    ['redis://cache?db=x', 'has a db that is no number'],
    ['redis://cache?db=1&password=x', 'has a parameter other than db'],
    ['redis://:pass\tword@cache', 'has a tab or an end of line in it'],
    ['redis://ca\nche', 'has a tab or an end of line in it'],
    ['redis://:%ff@cache', 'has a % in user or password that is no escape of UTF-8'],
    ['redis://%@cache', 'has a % in user or password that is no escape of UTF-8'],
    ['unix:///run/%ff.sock', 'has a % in the path of the socket that is no escape of UTF-8: write %25 for %'],
    ['unix:///a%00b', 'has a NUL byte in the path of the socket'],
    [`unix:///${'a'.repeat(107)}`, 'has a path of a socket that is longer than 107 bytes'],
    ['unix://run/s', 'must have three slashes before the path of the socket: unix:///run/redis.sock'],
    ['unix://', 'has no path of a socket'],
  ])('%s is refused', (url, fault) => {
    const read = parseRedisUrl(url);
    expect(read && 'fault' in read ? read.fault : read).toBe(fault);
  });

  it('is read without a throw, by the exporter and as redis-py reads it', () => {
    fc.assert(
      fc.property(fc.oneof(TEXT, fc.string({ unit: 'binary' })), (text) => {
        parseRedisUrl(text);
        parseNode(text);
        connectionUrl(text);
        meant(text);
        userinfo(text);
      }),
      { numRuns: 5_000 },
    );
  });

  it('that the configuration accepts can be connected to', () => {
    fc.assert(
      fc.property(TEXT, (text) => {
        const { success, data } = field().safeParse(text);
        if (!success) return;
        const { address } = data;
        expect(Number.isInteger(address.db) && address.db >= 0 && address.db <= 99_999).toBe(true);
        if ('path' in address) expect(address.path).toMatch(/^[^\0]{2,107}$/s);
        else {
          expect(address.port >= 1 && address.port <= 65_535).toBe(true);
          expect(isIPv6(address.host) || /^[\x21-\x7e]+$/.test(address.host)).toBe(true);
        }
        // It is told as a URL that says the same, without user and password.
        expect(parseRedisUrl(address.url)).toEqual({ address, username: undefined, password: undefined });
      }),
      { numRuns: 5_000 },
    );
  });

  it('is the same for redis-py where both accept it', () => {
    fc.assert(
      fc.property(TEXT, (text) => {
        const [ours, theirs] = [parseRedisUrl(text), connectionUrl(text.trim())];
        if (ours === undefined || 'fault' in ours || 'fault' in theirs || theirs.username !== ours.username) return;
        expect(theirs.password).toBe(ours.password);
        if ('path' in ours.address) expect(theirs.path).toBe(ours.address.path);
        else expect([Number(theirs.port ?? 6379), Number(theirs.db ?? 0)]).toEqual([ours.address.port, ours.address.db]);
      }),
      { numRuns: 5_000 },
    );
  });
});

it.each([
  ['[::1]:26379', { host: '::1', port: 26379 }],
  ['a.b-c_d:1', { host: 'a.b-c_d', port: 1 }],
  ['a', undefined],
  ['a:0', undefined],
  ['a:65536', undefined],
  ['::1:26379', undefined],
  ['u:p@a:1', undefined],
])('the node %s of a Sentinel', (text, node) => {
  expect(parseNode(text)).toEqual(node);
});

it('cuts any text into parts that make it up again', () => {
  fc.assert(
    fc.property(TEXT, fc.constantFrom('before the path' as const, 'anywhere' as const), (text, end) => {
      const parts = splitUrl(text, end);
      if (parts === undefined) return;
      const { scheme, hasServer, user, server, path, query, fragment } = parts;
      const before = `${scheme}:${hasServer ? '//' : ''}${user === undefined ? '' : `${user}@`}${server}${path}`;
      expect(`${before}${query === undefined ? '' : `?${query}`}${fragment === undefined ? '' : `#${fragment}`}`).toBe(text);
    }),
    { numRuns: 3_000 },
  );
});
