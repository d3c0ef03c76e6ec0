import { describe, expect, it } from 'vitest';
import { redisLoginRefused } from '../../../../src/doctor/rules/redis-login-refused.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('redis-login-refused');

describe('redis-login-refused', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(redisLoginRefused, bad)).toEqual([
      'config.yaml:5:5: critical: the cache logs in without a password, Redis of redis asks for one',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(redisLoginRefused, good)).toEqual([]);
  });
});
