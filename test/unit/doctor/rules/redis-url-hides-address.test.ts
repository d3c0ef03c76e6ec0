import { describe, expect, it } from 'vitest';
import { redisUrlHidesAddress } from '../../../../src/doctor/rules/redis-url-hides-address.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('redis-url-hides-address');

describe('redis-url-hides-address', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(redisUrlHidesAddress, bad)).toEqual(['.envrc:1:8: high: REDIS_URL hides REDIS_DB, which says something else']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(redisUrlHidesAddress, good)).toEqual([]);
  });
});
