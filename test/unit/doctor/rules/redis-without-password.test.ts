import { describe, expect, it } from 'vitest';
import { redisWithoutPassword } from '../../../../src/doctor/rules/redis-without-password.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported, said, setupOf } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('redis-without-password');

describe('redis-without-password', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(redisWithoutPassword, bad)).toEqual(['compose.yaml:3:5: medium: service redis asks for no password']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(redisWithoutPassword, good)).toEqual([]);
  });

  it('reports a cache on another machine', async () => {
    expect(
      await reported(redisWithoutPassword, {
        '.env': 'LITELLM_LOG=INFO\n',
        'config.yaml': 'litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    host: cache.example.org\n    ssl: true\n',
      }),
    ).toEqual(['config.yaml:5:5: high: the cache connects to cache.example.org without a password']);
    const certificate =
      'litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    host: cache.example.org\n    ssl: true\n    ssl_certfile: /run/secrets/client.pem\n';
    expect(await reported(redisWithoutPassword, { '.env': 'LITELLM_LOG=INFO\n', 'config.yaml': certificate })).toEqual([]);
  });

  it('believes the running server', async () => {
    const setup = {
      ...(await setupOf({ '.env': 'REDIS_PASSWORD=pX4nWk9VqT2rLc7MhB5sJz8YdG3fUa6E\n' })),
      live: { redis: { answersWithoutPassword: true } },
    };
    expect(said(redisWithoutPassword, setup)).toEqual(['the running Redis: high: the running Redis answers without a password']);
  });

  it.each([
    'image: bitnami/redis:7.4\n    environment: { REDIS_PASSWORD: pX4nWk9VqT2rLc7MhB5sJz8YdG3fUa6E }',
    'image: redis:8\n    command: ["redis-server", "--requirepass", "pX4nWk9VqT2rLc7MhB5sJz8YdG3fUa6E"]',
    'image: redis:8\n    command: sh -c "redis-server --requirepass pX4nWk9VqT2rLc7MhB5sJz8YdG3fUa6E"',
    'image: redis/redis-stack-server:7.4.0-v3\n    environment: { REDIS_ARGS: "--requirepass pX4nWk9VqT2rLc7MhB5sJz8YdG3fUa6E" }',
  ])('sees the password of %s', async (service) => {
    expect(await reported(redisWithoutPassword, { 'compose.yaml': `services:\n  redis:\n    ${service}\n` })).toEqual([]);
  });
});
