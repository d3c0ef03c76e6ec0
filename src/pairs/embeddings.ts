import type { CacheMarkers } from '../litellm/cache-markers.ts';
import type { CacheMark } from '../model/cache.ts';
import { cacheField, type Prober, prompt } from './prober.ts';

/**
 * Embeddings: a hit carries neither key nor id. What tells it is that the address and the time of the
 * provider's answer are missing; when the first answer had neither, the answers do not tell.
 */
export const embeddings: Prober = {
  route: 'embeddings',
  api: 'embeddings',
  path: '/v1/embeddings',
  operation: 'embeddings',
  results: 'data',
  body: (model, nonce, cache) => ({ model, input: prompt(nonce), ...cacheField(cache) }),
  cache: (first, duplicate) => {
    const readable = fromModel(first);
    return { first: mark(first, readable), duplicate: mark(duplicate, readable), labelled: true };
  },
};

function mark(marks: CacheMarkers, readable: boolean): CacheMark {
  if (marks.cacheKey !== undefined) return 'hit';
  if (!readable) return 'unknown';
  return fromModel(marks) ? 'miss' : 'hit';
}

function fromModel(marks: CacheMarkers): boolean {
  return marks.apiBase || marks.timed || marks.fromProvider;
}
