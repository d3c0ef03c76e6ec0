import { describe, expect, it } from 'vitest';
import { redisPortMismatch } from '../../../../src/doctor/rules/redis-port-mismatch.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('redis-port-mismatch');

describe('redis-port-mismatch', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(redisPortMismatch, bad)).toEqual(['.envrc:1:8: high: REDIS_PORT says port 6378, cache_params.port says 6379']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(redisPortMismatch, good)).toEqual([]);
  });
});
