import { describe, expect, it } from 'vitest';
import { redisUrlWithoutPassword } from '../../../../src/doctor/rules/redis-url-without-password.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('redis-url-without-password');

describe('redis-url-without-password', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(redisUrlWithoutPassword, bad)).toEqual([
      '.envrc:1:8: critical: REDIS_URL has no password and hides REDIS_PASSWORD',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(redisUrlWithoutPassword, good)).toEqual([]);
  });
});
