import { byKeyOrId, cacheField, MAX_TOKENS, type Prober, prompt } from './prober.ts';

/**
 * Anthropic's Messages API, asked without a stream: the writer of such an answer skips the worker's memory (LiteLLM since 1.98,
 * `caching_handler.py`), that of a stream does not.
 */
export const messages: Prober = {
  route: 'messages',
  path: '/v1/messages',
  operation: 'chat',
  results: 'content',
  body: (model, nonce, cache) => ({
    model,
    messages: [{ role: 'user', content: prompt(nonce) }],
    max_tokens: MAX_TOKENS,
    temperature: 0,
    ...cacheField(cache),
  }),
  cache: (first, duplicate) => byKeyOrId(first, duplicate),
};
