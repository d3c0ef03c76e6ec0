import { describe, expect, it } from 'vitest';
import { routerRedis } from '../../../../src/doctor/rules/router-redis.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('router-redis');

describe('router-redis', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(routerRedis, bad)).toEqual(['config.yaml:13:3: medium: the router uses database 0, the cache database 1']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(routerRedis, good)).toEqual([]);
  });
});
