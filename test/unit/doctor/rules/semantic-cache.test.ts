import { describe, expect, it } from 'vitest';
import { clientFails } from '../../../../src/doctor/rules/client-fails.ts';
import { semanticCache } from '../../../../src/doctor/rules/semantic-cache.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported, setupOf } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('semantic-cache');

describe('semantic-cache', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(semanticCache, bad)).toEqual([
      'config.yaml:8:5: high: a redis-semantic cache does not take username',
      'config.yaml:9:5: high: a redis-semantic cache does not take ssl',
      'config.yaml:11:5: high: similarity_threshold is 0.7',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(semanticCache, good)).toEqual([]);
  });

  const config = (params: string) => ({
    'config.yaml': `litellm_settings: { cache: true, cache_params: { similarity_threshold: 0.9, ${params} } }\n`,
  });

  it('wants a search module and an embedding model that is listed', async () => {
    const yaml =
      'model_list:\n  - model_name: chat\n    litellm_params: { model: openai/gpt-4o }\nlitellm_settings:\n  cache: true\n  cache_params:\n    type: redis-semantic\n    host: redis\n    redis_semantic_cache_embedding_model: embed\n';
    const compose = (image: string) => ({ 'compose.yaml': `services:\n  redis:\n    image: ${image}\n` });
    expect(await reported(semanticCache, { 'config.yaml': yaml, ...compose('redis:7.4') })).toEqual([
      'compose.yaml:3:5: high: service redis has no search module',
      'config.yaml:9:5: medium: the embedding model "embed" is not in model_list',
    ]);
    const listed = yaml.replace('model_name: chat', 'model_name: embed');
    for (const image of ['redis:8', 'redis/redis-stack-server:7.4.0-v3'])
      expect(await reported(semanticCache, { 'config.yaml': listed, ...compose(image) })).toEqual([]);
  });

  it('knows when the index is made', async () => {
    const files = {
      ...config('type: redis-semantic, host: redis, port: 6379, password: p'),
      'compose.yaml': 'services:\n  redis:\n    image: redis:7.4\n',
    };
    const consequence = async (litellmVersion: string) => semanticCache.check(await setupOf(files, { litellmVersion }))[0]?.consequence;
    expect(await consequence('1.80.9')).toContain('does not start');
    expect(await consequence('1.104.2')).toContain('starts and looks healthy');
  });

  it.each([
    ['type: valkey-semantic, host: h, port: 1, ssl: true', []],
    ['type: valkey-semantic, host: h, port: 1, username: u', ['a valkey-semantic cache does not take username']],
    ['type: redis-semantic, redis_url: "redis://h", db: 0, ssl: false', []],
    ['type: redis-semantic, url: "redis://h"', ['a redis-semantic cache does not take url']],
    ['type: redis-semantic, redis_url: "redis://h", max_connections: 9', ['a redis-semantic cache does not take max_connections']],
    [
      'type: redis-semantic, host: h, port: 1, password: "a/b"',
      ['the password in cache_params.password has a character that breaks the url of a redis-semantic cache'],
    ],
    ['type: valkey-semantic, host: h, port: 1, password: "a/b"', []],
    ['type: qdrant-semantic, qdrant_api_base: "http://q", qdrant_collection_name: c, ssl: true', []],
  ])('judges %s', async (params, messages) => {
    const found = await reported(semanticCache, config(params), { litellmVersion: '1.104.2' });
    const needs = 'a valkey-semantic cache needs a redis-py before 8';
    const texts = found.map((line) => line.replace(/^\S+: \w+: /, ''));
    expect(texts.includes(needs)).toBe(params.startsWith('type: valkey'));
    expect(texts.filter((text) => text !== needs)).toEqual(messages);
  });

  it.each([
    ['type: redis-semantic, host: h, port: 1', 'A=1\n', 'the redis-semantic cache needs password or REDIS_PASSWORD'],
    ['type: redis-semantic, host: h, port: 1', 'REDIS_PASSWORD=\n', undefined],
    ['type: redis-semantic, url: "redis://:p@h"', 'A=1\n', 'the redis-semantic cache needs host or REDIS_HOST'],
    ['type: redis-semantic, redis_url: "redis://h"', 'A=1\n', undefined],
    ['type: valkey-semantic, host: h, port: 1', 'A=1\n', undefined],
    ['type: valkey-semantic, host: h', 'A=1\n', 'the valkey-semantic cache needs port, VALKEY_PORT or REDIS_PORT'],
    [
      'type: valkey-semantic, host: h, port: 1, redis_startup_nodes: [{ host: h, port: 1 }]',
      'A=1\n',
      'a valkey-semantic cache has no client for a cluster',
    ],
    [
      'type: qdrant-semantic, qdrant_collection_name: c',
      'A=1\n',
      'the qdrant-semantic cache needs qdrant_api_base, QDRANT_URL or QDRANT_API_BASE',
    ],
    ['type: qdrant-semantic, qdrant_api_base: "http://q"', 'A=1\n', 'the qdrant-semantic cache needs qdrant_collection_name'],
  ])('whose client %s with %j is made or fails', async (params, env, failure) => {
    const found = await reported(clientFails, { ...config(params), '.env': env }, { litellmVersion: '1.104.2' });
    expect(found.map((line) => line.replace(/^.*cannot be made: /, ''))).toEqual(failure === undefined ? [] : [failure]);
  });

  it('is missing in releases before it came', async () => {
    const [finding] = await reported(
      clientFails,
      { ...config('type: valkey-semantic, host: h, port: 1'), '.env': 'A=1\n' },
      { litellmVersion: '1.80.9' },
    );
    expect(finding).toContain('the client of the cache cannot be made: type is no kind of cache of this release');
  });
});
