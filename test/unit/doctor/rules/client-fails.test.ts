import { describe, expect, it } from 'vitest';
import { clientFails } from '../../../../src/doctor/rules/client-fails.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('client-fails');

describe('client-fails', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(clientFails, bad)).toEqual([
      'config.yaml:2:3: critical: the client of the cache cannot be made: neither a host nor a url of Redis is given',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(clientFails, good)).toEqual([]);
  });

  const url = (text: string) => ({ 'config.yaml': `litellm_settings:\n  cache: true\n  cache_params: { type: redis, url: "${text}" }\n` });

  it('reports a url that redis-py refuses', async () => {
    expect(await reported(clientFails, url('redis:6379'))).toEqual([
      'config.yaml:3:32: critical: the client of the cache cannot be made: cache_params.url must begin with redis://, rediss:// or unix://',
    ]);
    expect(await reported(clientFails, url('redis://cache:port/0'))).toEqual([
      'config.yaml:3:32: critical: the client of the cache cannot be made: cache_params.url has a port that is no number',
    ]);
  });

  it.each(['redis://:pX4nWk9VqT2rLc7MhB5sJz8YdG3fUa6E@cache', 'rediss://user:a:b@cache:6380/1', 'redis://[::1]:6379', 'redis://[::1]'])(
    'accepts %s',
    async (text) => {
      expect(await reported(clientFails, url(text))).toEqual([]);
    },
  );

  it('does not judge what may stand in an environment that was not given', async () => {
    const config = 'litellm_settings:\n  cache: true\n  cache_params: { type: redis, host: os.environ/REDIS_HOST }\n';
    expect(await reported(clientFails, { 'config.yaml': config })).toEqual([]);
    expect(await reported(clientFails, { 'config.yaml': config, '.env': 'LITELLM_LOG=INFO\n' })).toEqual([
      'config.yaml:3:32: critical: the client of the cache cannot be made: neither a host nor a url of Redis is given',
    ]);
  });
});
