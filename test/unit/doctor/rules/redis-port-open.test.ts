import { describe, expect, it } from 'vitest';
import { redisPortOpen } from '../../../../src/doctor/rules/redis-port-open.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('redis-port-open');

describe('redis-port-open', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(redisPortOpen, bad)).toEqual([
      'compose.yaml:6:9: high: port 6379 of service redis is published on all addresses, without TLS',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(redisPortOpen, good)).toEqual([]);
  });
});
