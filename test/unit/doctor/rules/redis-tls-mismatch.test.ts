import { describe, expect, it } from 'vitest';
import { redisTlsMismatch } from '../../../../src/doctor/rules/redis-tls-mismatch.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('redis-tls-mismatch');

describe('redis-tls-mismatch', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(redisTlsMismatch, bad)).toEqual([
      'config.yaml:5:5: high: cache_params.host is used with TLS, and port 6379 of Redis of redis speaks plain text',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(redisTlsMismatch, good)).toEqual([]);
  });
});
