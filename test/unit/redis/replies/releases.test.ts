import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInfo } from '../../../../src/redis/replies/info.ts';
import { OLDEST, releaseOf } from '../../../../src/redis/replies/releases.ts';

const server = (...lines: string[]) => parseInfo(`# Server\r\n${lines.join('\r\n')}\r\n`);

describe('the release of a server', () => {
  it.each([
    [['redis_version:8.2.3'], { server: 'redis', version: [8, 2, 3] }],
    [['redis_version:255.255.255'], { server: 'redis', version: [255, 255, 255] }],
    [['redis_version:7.2.4', 'server_name:valkey', 'valkey_version:9.1.2'], { server: 'valkey', version: [9, 1, 2] }],
    [['redis_version:7.2.4', 'valkey_version:8.1.0-rc1'], { server: 'valkey', version: [8, 1, 0] }],
    [['redis_version:7.2.4', 'server_name:valkey'], { server: 'valkey', version: [7, 2, 4] }],
    [['redis_version:7.2.4', 'server_name:valkey', 'valkey_version:soon'], { server: 'valkey', version: [7, 2, 0] }],
    [['redis_version:7.4.0', 'dragonfly_version:df-v1.30.0'], { server: 'other', version: [7, 4, 0] }],
    [['redis_version:6.3.4', 'executable:/usr/bin/keydb-server'], { server: 'other', version: [6, 3, 4] }],
    [['redis_version:7.4.3', 'garnet_version:1.0.84'], { server: 'other', version: [7, 4, 3] }],
    [['redis_version:hidden'], OLDEST],
    [[], OLDEST],
  ])('%j', (lines, release) => {
    expect(releaseOf(server(...lines))).toEqual(release);
  });

  it('is the oldest, and no throw, for any other text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { version } = releaseOf(server(`redis_version:${text}`));
        expect(version.every((part) => Number.isSafeInteger(part) && part >= 0)).toBe(true);
      }),
    );
  });
});
