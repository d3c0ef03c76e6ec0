import { byKeyOrId, cacheField, MAX_TOKENS, type Prober, prompt } from './prober.ts';

/** Streamed chat completions. A replay repeats the chunks' id; only newer releases send the key as well. */
export const chatStream: Prober = {
  route: 'chat_stream',
  api: 'chat',
  path: '/v1/chat/completions',
  operation: 'chat',
  body: (model, nonce, cache) => ({
    model,
    messages: [{ role: 'user', content: prompt(nonce) }],
    max_tokens: MAX_TOKENS,
    temperature: 0,
    stream: true,
    ...cacheField(cache),
  }),
  // Releases that do not send the key with a stream are not without their sign.
  cache: (first, duplicate) => ({ ...byKeyOrId(first, duplicate), labelled: true }),
};
