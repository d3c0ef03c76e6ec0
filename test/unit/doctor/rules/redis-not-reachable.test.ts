import { describe, expect, it } from 'vitest';
import { redisNotReachable } from '../../../../src/doctor/rules/redis-not-reachable.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('redis-not-reachable');

describe('redis-not-reachable', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(redisNotReachable, bad)).toEqual([
      'config.yaml:5:5: high: no service, alias or container of this project is called redis-cache',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(redisNotReachable, good)).toEqual([]);
  });
});
