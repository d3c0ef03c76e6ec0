import { describe, expect, it } from 'vitest';
import { redisTooOld } from '../../../../src/doctor/rules/redis-too-old.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported, said, setupOf } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('redis-too-old');

describe('redis-too-old', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(redisTooOld, bad)).toEqual(['compose.yaml:3:5: medium: Redis 6.2 is older than 7.0']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(redisTooOld, good)).toEqual([]);
  });

  it('reads the release of an image, and believes the running server', async () => {
    for (const image of ['redis:7-alpine', 'redis:latest', 'valkey/valkey:8.1', 'redis'])
      expect(await reported(redisTooOld, { 'compose.yaml': `services:\n  redis:\n    image: ${image}\n` })).toEqual([]);
    const setup = { ...(await setupOf({ '.env': 'A=1\n' })), live: { redis: { version: '6.2.14' } } };
    expect(said(redisTooOld, setup)).toEqual(['the running Redis: medium: Redis 6.2.14 is older than 7.0']);
  });
});
