import type { CacheMarkers } from '../litellm/cache-markers.ts';
import type { CacheMark, Operation, Route } from '../model/cache.ts';
import type { AskedApi } from '../origin/asked.ts';

/**
 * The `cache` object of a request body, without which a request is one as users send it. `ttl` is
 * seconds. `no-cache` makes a gateway skip the look-up and still store.
 */
export interface CacheControls {
  ttl?: number;
  namespace?: string;
  'use-cache'?: true;
  'no-cache'?: true;
}

/** What the marks of both answers of a pair say. `labelled` is false for a hit without the sign that its route has. */
export interface PairMarks {
  first: CacheMark;
  duplicate: CacheMark;
  labelled: boolean;
}

/** How one API is probed; what is beside that to be known of it is in `ROUTES`. */
export interface Prober {
  route: Route;
  /** How the origin names the API. */
  api: AskedApi;
  path: string;
  operation: Operation;
  /** The field of an answer that holds the list of results: without it, it is no answer of this API. Absent where answers are streamed. */
  results?: string;
  /** Always the same keys in the same order: LiteLLM's cache key depends on it. */
  body(model: string, nonce: string, cache: CacheControls | undefined): Record<string, unknown>;
  cache(first: CacheMarkers, duplicate: CacheMarkers): PairMarks;
}

/** Enough for a word; a probe is not about the answer. */
export const MAX_TOKENS = 16;

/** The text that is sent; the nonce makes it new to every cache. */
export function prompt(nonce: string): string {
  return `Answer with the word ok. ${nonce}`;
}

/** The `cache` entry of a body, none without controls. */
export function cacheField(cache: CacheControls | undefined): { cache?: CacheControls } {
  return cache === undefined ? {} : { cache };
}

/**
 * The reading of an API whose hits carry `x-litellm-cache-key` and repeat the `id`: either proves a hit.
 * A provider that was asked (`llm_provider-*` headers) disproves an equal id alone, which a provider with
 * constant ids would give, too.
 */
export function byKeyOrId(first: CacheMarkers, duplicate: CacheMarkers): PairMarks {
  const labelled = duplicate.cacheKey !== undefined;
  const repeated = duplicate.id !== undefined && duplicate.id === first.id && duplicate.created === first.created;
  return {
    first: first.cacheKey === undefined ? 'miss' : 'hit',
    duplicate: labelled || (repeated && !duplicate.fromProvider) ? 'hit' : 'miss',
    labelled,
  };
}
