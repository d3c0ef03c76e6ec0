import { describe, expect, it } from 'vitest';
import { redisUrlHidesAddress } from '../../../../src/doctor/rules/redis-url-hides-address.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('redis-url-hides-address');

describe('redis-url-hides-address', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(redisUrlHidesAddress, bad)).toEqual(['.envrc:1:8: high: REDIS_URL hides REDIS_DB, which says something else']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(redisUrlHidesAddress, good)).toEqual([]);
  });

  it('says nothing where the url and the rest agree', async () => {
    const files = {
      'config.yaml': 'litellm_settings:\n  cache: true\n',
      '.env': 'REDIS_URL=redis://:pX4nWk9VqT2rLc7MhB5sJz8YdG3fUa6E@redis:6379/0\nREDIS_HOST=redis\nREDIS_PORT=6379\nREDIS_DB=0\n',
    };
    expect(await reported(redisUrlHidesAddress, files)).toEqual([]);
  });

  it('names everything that is hidden, in the file and in the environment', async () => {
    const config = 'litellm_settings:\n  cache: true\n  cache_params: { type: redis, host: a, port: 1 }\n';
    const files = { 'config.yaml': config, '.env': 'REDIS_URL=redis://:pX4nWk9VqT2rLc7MhB5sJz8YdG3fUa6E@b:6379\nREDIS_PORT=2\n' };
    expect(await reported(redisUrlHidesAddress, files, { litellmVersion: '1.80.0' })).toEqual([
      '.env:1:1: high: REDIS_URL hides cache_params.host, cache_params.port, REDIS_PORT, which say something else',
    ]);
  });
});
