import { byKeyOrId, cacheField, MAX_TOKENS, type Prober, prompt } from './prober.ts';

/**
 * Text completions: the writer of this API skips the worker's memory, so that the duplicate is a read of
 * Redis (LiteLLM since 1.75.5, `caching_handler.py`).
 */
export const completions: Prober = {
  route: 'completions',
  api: 'completions',
  path: '/v1/completions',
  operation: 'text_completion',
  results: 'choices',
  body: (model, nonce, cache) => ({ model, prompt: prompt(nonce), max_tokens: MAX_TOKENS, temperature: 0, ...cacheField(cache) }),
  cache: byKeyOrId,
};
