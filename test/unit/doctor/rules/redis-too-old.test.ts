import { describe, expect, it } from 'vitest';
import { redisTooOld } from '../../../../src/doctor/rules/redis-too-old.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('redis-too-old');

describe('redis-too-old', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(redisTooOld, bad)).toEqual(['compose.yaml:3:5: medium: Redis 6.2 is older than 7.0']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(redisTooOld, good)).toEqual([]);
  });
});
