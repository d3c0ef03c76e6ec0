import { describe, expect, it } from 'vitest';
import { redisWithoutPassword } from '../../../../src/doctor/rules/redis-without-password.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('redis-without-password');

describe('redis-without-password', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(redisWithoutPassword, bad)).toEqual(['compose.yaml:3:5: medium: service redis asks for no password']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(redisWithoutPassword, good)).toEqual([]);
  });
});
