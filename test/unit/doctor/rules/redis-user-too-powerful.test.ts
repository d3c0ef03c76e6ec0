import { describe, expect, it } from 'vitest';
import { redisUserTooPowerful } from '../../../../src/doctor/rules/redis-user-too-powerful.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('redis-user-too-powerful');

describe('redis-user-too-powerful', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(redisUserTooPowerful, bad)).toEqual(['compose.yaml:4:5: high: user litellm has +@all']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(redisUserTooPowerful, good)).toEqual([]);
  });
});
