import { describe, expect, it } from 'vitest';
import { redisIdleTimeout } from '../../../../src/doctor/rules/redis-idle-timeout.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('redis-idle-timeout');

describe('redis-idle-timeout', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(redisIdleTimeout, bad)).toEqual([
      'compose.yaml:4:5: medium: service redis closes connections that were idle for 60 s',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(redisIdleTimeout, good)).toEqual([]);
  });
});
