import type { CacheMarkers } from '../litellm/cache-markers.ts';
import { byKeyOrId, cacheField, MAX_TOKENS, type PairMarks, type Prober, prompt } from './prober.ts';

/** The id of every answer of a mock model to this API (LiteLLM 1.80 to 1.110). */
const MOCK_ID = 'msg_013Zva2CMHLNnXjNJJKqJ2EF';

/**
 * Anthropic's Messages API, asked without a stream: the writer of such an answer skips the worker's memory (LiteLLM since 1.98,
 * `caching_handler.py`), that of a stream does not. A hit carries its key since 1.106.
 */
export const messages: Prober = {
  route: 'messages',
  api: 'messages',
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
  cache: (first, duplicate) => (duplicate.id === MOCK_ID ? byKeyOrOverhead(first, duplicate) : byKeyOrId(first, duplicate)),
};

/**
 * The reading of a mock model: its id tells nothing. What LiteLLM adds to the time of the provider is measured for a hit and not
 * for a mock answer; where the first answer has it, too, the answers do not tell.
 */
function byKeyOrOverhead(first: CacheMarkers, duplicate: CacheMarkers): PairMarks {
  const marks = byKeyOrId(first, { ...duplicate, id: undefined });
  if (marks.labelled || !duplicate.overhead) return marks;
  return { ...marks, duplicate: first.overhead ? 'unknown' : 'hit' };
}
