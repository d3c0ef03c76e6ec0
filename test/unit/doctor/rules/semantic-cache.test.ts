import { describe, expect, it } from 'vitest';
import { semanticCache } from '../../../../src/doctor/rules/semantic-cache.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('semantic-cache');

describe('semantic-cache', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(semanticCache, bad)).toEqual(['config.yaml:8:5: high: similarity_threshold is 0.7']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(semanticCache, good)).toEqual([]);
  });

  it('wants a search module and an embedding model that is listed', async () => {
    const config =
      'model_list:\n  - model_name: chat\n    litellm_params: { model: openai/gpt-4o }\nlitellm_settings:\n  cache: true\n  cache_params:\n    type: redis-semantic\n    host: redis\n    redis_semantic_cache_embedding_model: embed\n';
    const compose = (image: string) => ({ 'compose.yaml': `services:\n  redis:\n    image: ${image}\n` });
    expect(await reported(semanticCache, { 'config.yaml': config, ...compose('redis:7.4') })).toEqual([
      'compose.yaml:3:5: high: service redis has no search module',
      'config.yaml:9:5: medium: the embedding model "embed" is not in model_list',
    ]);
    const listed = config.replace('model_name: chat', 'model_name: embed');
    for (const image of ['redis:8', 'redis/redis-stack-server:7.4.0-v3'])
      expect(await reported(semanticCache, { 'config.yaml': listed, ...compose(image) })).toEqual([]);
  });
});
