import { byKeyOrId, cacheField, MAX_TOKENS, type Prober, prompt } from './prober.ts';

/** Chat completions: what most users send. A duplicate may be answered from the worker's memory. */
export const chat: Prober = {
  route: 'chat',
  api: 'chat',
  path: '/v1/chat/completions',
  operation: 'chat',
  results: 'choices',
  body: (model, nonce, cache) => ({
    model,
    messages: [{ role: 'user', content: prompt(nonce) }],
    max_tokens: MAX_TOKENS,
    temperature: 0,
    ...cacheField(cache),
  }),
  cache: byKeyOrId,
};
