import { describe, expect, it } from 'vitest';
import { startProvider } from '../gauntlet/provider.ts';
import { startQdrant } from '../gauntlet/qdrant.ts';
import { startGateway } from '../support/gateway.ts';
import { forThisFile } from '../support/lifetime.ts';
import { modelsOfOrigin, startOrigin } from '../support/origin.ts';
import { gatewayConfig, watchGateway } from '../support/watched-gateway.ts';

/** How alike prompts have to be, and what that makes of two that mean the opposite: they have nearly the same letters. */
const CASES = [
  [0.8, 'wrong'],
  [0.99999, 'same'],
] as const;
const SHAPES = ['text', 'semantic_opposite'] as const;

describe('a semantic cache that takes prompts for one another from a similarity of', () => {
  it.each(CASES)('%d gives the opposite of a prompt an answer that is %s', async (similarity_threshold, result) => {
    const [qdrant, provider, origin] = await Promise.all([forThisFile(startQdrant()), forThisFile(startProvider()), startOrigin()]);
    const { model_list } = await modelsOfOrigin(origin);
    const embedding = { model: 'openai/embedding', api_key: 'none', api_base: provider.url, max_retries: 0 };
    const gateway = await startGateway({
      redis: { port: 1 },
      config: {
        model_list: [...(Array.isArray(model_list) ? model_list : []), { model_name: 'embedding', litellm_params: embedding }],
        litellm_settings: {
          cache_params: {
            type: 'qdrant-semantic',
            host: null,
            port: null,
            qdrant_api_base: qdrant.url,
            qdrant_collection_name: 'answers',
            qdrant_semantic_cache_embedding_model: 'embedding',
            similarity_threshold,
          },
        },
      },
    });
    const config = gatewayConfig(gateway.url, {
      api_key: gateway.apiKey,
      routes: ['chat'],
      origin: true,
      fidelity: { interval: 600_000, shapes: [...SHAPES], accept: [] },
    });
    const probed = watchGateway(config, undefined, undefined, undefined, undefined, undefined, origin.keys);
    for (const _ of SHAPES) await probed.tick();
    const status = await probed.tick();
    expect(status.cacheType).toBe('qdrant-semantic');
    expect(status.fidelity?.shapes).toMatchObject([
      { shape: 'text', result: 'same' },
      { shape: 'semantic_opposite', result },
    ]);
    expect(probed.value('llm.cache.fidelity', { shape: 'semantic_opposite', result })).toBe(1);
    await probed.watch.close();
  });
});
