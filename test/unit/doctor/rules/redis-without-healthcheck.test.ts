import { describe, expect, it } from 'vitest';
import { redisWithoutHealthcheck } from '../../../../src/doctor/rules/redis-without-healthcheck.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('redis-without-healthcheck');

describe('redis-without-healthcheck', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(redisWithoutHealthcheck, bad)).toEqual(['compose.yaml:6:5: low: service redis has no healthcheck']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(redisWithoutHealthcheck, good)).toEqual([]);
  });
});
