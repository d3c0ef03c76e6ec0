import { describe, expect, it } from 'vitest';
import { argumentsFor, INFO, type Query } from '../../../../src/redis/replies/query.ts';
import { releaseNamed } from '../../../../src/redis/replies/releases.ts';

const asked = (query: Query<unknown>, release: string) => argumentsFor(query, releaseNamed(release));

describe('argumentsFor', () => {
  const parse = () => 0;

  it('leaves out what a release does not have, each server by its own versions', () => {
    const redisAlone: Query<unknown> = { args: ['A'], since: { redis: [8, 0, 0] }, parse };
    const valkeyLater: Query<unknown> = { args: ['A'], since: { redis: [8, 4, 0], valkey: [8, 1, 0] }, parse };
    const releases = ['6.2.14', '8.0.0', '8.4.0', '9.0.0', 'valkey-7.2.5', 'valkey-8.0.9', 'valkey-8.1.0', 'valkey-9.1.2'];
    expect(releases.filter((release) => asked(redisAlone, release) !== undefined)).toEqual(['8.0.0', '8.4.0', '9.0.0']);
    expect(releases.filter((release) => asked(valkeyLater, release) !== undefined)).toEqual([
      '8.4.0',
      '9.0.0',
      'valkey-8.1.0',
      'valkey-9.1.2',
    ]);
  });

  it('asks INFO for all sections where it takes only one', () => {
    expect(asked(INFO, '6.2.14')).toEqual(['INFO', 'all']);
    expect(asked(INFO, 'no version')).toEqual(['INFO', 'all']);
    for (const release of ['7.0.15', '8.2.3', 'valkey-7.2.5', 'valkey-9.1.2']) expect(asked(INFO, release)).toContain('errorstats');
  });
});
