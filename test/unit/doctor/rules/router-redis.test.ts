import { describe, expect, it } from 'vitest';
import { routerRedis } from '../../../../src/doctor/rules/router-redis.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('router-redis');

describe('router-redis', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(routerRedis, bad)).toEqual(['config.yaml:13:3: medium: the router uses database 0, the cache database 1']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(routerRedis, good)).toEqual([]);
  });

  it('knows the releases whose router does not read redis_db', async () => {
    const config =
      'router_settings:\n  redis_host: redis\n  redis_port: 6379\n  redis_password: os.environ/REDIS_PASSWORD\n  redis_db: 1\nlitellm_settings:\n  cache: true\n  cache_params: { type: redis, host: redis, db: 1 }\n';
    expect(
      await reported(
        routerRedis,
        { 'config.yaml': config, '.env': 'REDIS_PASSWORD=pX4nWk9VqT2rLc7MhB5sJz8YdG3fUa6E\n' },
        { litellmVersion: '1.80.0' },
      ),
    ).toEqual([
      'config.yaml:5:3: medium: the router uses database 0, the cache database 1: this release does not read router_settings.redis_db',
    ]);
    expect(
      await reported(
        routerRedis,
        { 'config.yaml': config, '.env': 'REDIS_PASSWORD=pX4nWk9VqT2rLc7MhB5sJz8YdG3fUa6E\n' },
        { litellmVersion: '1.104.2' },
      ),
    ).toEqual([]);
  });

  it('wants a Redis for the router where several replicas run', async () => {
    const config = 'litellm_settings:\n  cache: true\n  cache_params: { type: redis, host: redis }\n';
    const compose = 'services:\n  litellm:\n    image: ghcr.io/berriai/litellm:v1.104.2\n    deploy: { replicas: 2 }\n';
    expect(await reported(routerRedis, { 'config.yaml': config, 'compose.yaml': compose })).toEqual([
      'config.yaml:3:3: medium: router_settings names no Redis, with 2 replicas',
    ]);
  });
});
