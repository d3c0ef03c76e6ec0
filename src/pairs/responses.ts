import { cacheField, MAX_TOKENS, type Prober, prompt } from './prober.ts';

/** The Responses API, cached since 1.81.0. Ids are encrypted anew for every answer, so the key alone tells. */
export const responses: Prober = {
  route: 'responses',
  api: 'responses',
  path: '/v1/responses',
  operation: 'generate_content',
  results: 'output',
  body: (model, nonce, cache) => ({ model, input: prompt(nonce), max_output_tokens: MAX_TOKENS, temperature: 0, ...cacheField(cache) }),
  cache: (first, duplicate) => ({
    first: first.cacheKey === undefined ? 'miss' : 'hit',
    duplicate: duplicate.cacheKey === undefined ? 'miss' : 'hit',
    labelled: true,
  }),
};
