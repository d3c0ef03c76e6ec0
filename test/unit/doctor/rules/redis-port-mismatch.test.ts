import { describe, expect, it } from 'vitest';
import { redisPortMismatch } from '../../../../src/doctor/rules/redis-port-mismatch.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('redis-port-mismatch');

describe('redis-port-mismatch', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(redisPortMismatch, bad)).toEqual(['.envrc:1:8: high: REDIS_PORT says port 6378, cache_params.port says 6379']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(redisPortMismatch, good)).toEqual([]);
  });

  const cache = (port: number, more = '') =>
    `litellm_settings:\n  cache: true\n  cache_params: { type: redis, host: redis, port: ${port} }\n${more}`;

  it('takes the word of the server that the compose file starts', async () => {
    const compose = 'services:\n  redis:\n    image: redis:8\n    command: redis-server --port 6380\n';
    expect(await reported(redisPortMismatch, { 'config.yaml': cache(6379), 'compose.yaml': compose })).toEqual([
      'config.yaml:3:45: high: cache_params.port says port 6379, the port of service redis says 6380',
    ]);
  });

  it('takes the side of the majority', async () => {
    const more = 'router_settings: { redis_host: redis, redis_port: 6379 }\n';
    expect(await reported(redisPortMismatch, { 'config.yaml': cache(6378, more), '.env': 'REDIS_PORT=6379\n' })).toEqual([
      'config.yaml:3:45: high: cache_params.port says port 6378, REDIS_PORT says 6379',
    ]);
  });

  it('accepts a published port beside that of the container', async () => {
    const compose = 'services:\n  redis:\n    image: redis:8\n    ports: ["127.0.0.1:6390:6379"]\n';
    const config = 'litellm_settings:\n  cache: true\n  cache_params: { type: redis, host: localhost, port: 6390 }\n';
    expect(await reported(redisPortMismatch, { 'config.yaml': config, 'compose.yaml': compose })).toEqual([]);
  });

  it('does not compare different hosts', async () => {
    expect(await reported(redisPortMismatch, { 'config.yaml': cache(6379), '.env': 'REDIS_HOST=other\nREDIS_PORT=6380\n' })).toEqual([]);
  });
});
