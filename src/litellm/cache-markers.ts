import { amount, at, parseJson, text } from './json.ts';
import type { Exchange } from './request.ts';
import type { StreamMarkers } from './stream.ts';

/**
 * What an answer says of itself. `id` and `created` are repeated by a cache hit, `cacheKey` is only sent
 * with one (`x-litellm-cache-key`), `fromProvider` (`llm_provider-*` headers) tells that a provider was
 * asked. `apiBase` (`x-litellm-model-api-base`) and `timed` (`x-litellm-response-duration-ms`) are missing on
 * a hit of some routes, and `overhead` (`x-litellm-overhead-duration-ms`) on an answer of a mock model. `costUsd` is what the gateway reports, which on a hit is the price of the stored
 * answer.
 */
export interface CacheMarkers {
  id?: string | undefined;
  created?: number | undefined;
  cacheKey?: string | undefined;
  apiBase: boolean;
  timed: boolean;
  overhead?: boolean | undefined;
  fromProvider: boolean;
  costUsd?: number | undefined;
  version?: string | undefined;
  inputTokens?: number | undefined;
  outputTokens?: number | undefined;
}

/** Releases of LiteLLM: `1.80.9`, `1.84.0rc1`, `1.77.2-stable.patch.2`, `1.80.9.post1`. Any other text could be a secret that a gateway gives back. */
const VERSION =
  /^v?\d{1,3}\.\d{1,4}(?:\.\d{1,4}){0,2}(?:[.-]?(?:a|b|rc|dev|post|alpha|beta|stable|nightly|patch|hotfix)[.-]?\d{0,3}){0,2}$/;
const CACHE_KEY = /^[\x21-\x7e]{1,512}$/;

/** The marks of an answer with a JSON body; undefined when the body has no list of results in this field. */
export function readCacheMarkers(results: string, answer: Exchange): CacheMarkers | undefined {
  const body = parseJson(answer.body);
  if (!Array.isArray(at(body, results))) return undefined;
  const usage = at(body, 'usage');
  return {
    id: idOf(text(at(body, 'id'))),
    created: amount(at(body, 'created')),
    inputTokens: amount(at(usage, 'prompt_tokens')) ?? amount(at(usage, 'input_tokens')),
    outputTokens: amount(at(usage, 'completion_tokens')) ?? amount(at(usage, 'output_tokens')),
    ...headerMarkers(answer.headers),
  };
}

/** The marks of a streamed answer; undefined when it was not a complete stream of chunks. */
export function readStreamMarkers(answer: Exchange, stream: StreamMarkers): CacheMarkers | undefined {
  if (!stream.complete || stream.id === undefined) return undefined;
  return { id: idOf(stream.id), ...headerMarkers(answer.headers) };
}

/** A version that is safe as a label: what a gateway calls its version can be any text, which is then left out. */
export function sanitizeVersion(value: unknown): string | undefined {
  return typeof value === 'string' && VERSION.test(value) ? value : undefined;
}

/** What the gateway says that an answer cost, in US dollars; of a hit that is the price of the stored answer. Undefined where it does not tell. */
export function reportedCost(headers: Exchange['headers']): number | undefined {
  const cost = headers['x-litellm-response-cost'];
  return cost === undefined || cost.trim() === '' ? undefined : amount(Number(cost));
}

function headerMarkers(headers: Exchange['headers']): Omit<CacheMarkers, 'id' | 'created' | 'inputTokens' | 'outputTokens'> {
  const key = headers['x-litellm-cache-key'];
  return {
    cacheKey: key !== undefined && CACHE_KEY.test(key) ? key : undefined,
    apiBase: headers['x-litellm-model-api-base'] !== undefined,
    timed: headers['x-litellm-response-duration-ms'] !== undefined,
    ...(headers['x-litellm-overhead-duration-ms'] === undefined ? {} : { overhead: true }),
    fromProvider: Object.keys(headers).some((name) => name.startsWith('llm_provider-')),
    costUsd: reportedCost(headers),
    version: sanitizeVersion(headers['x-litellm-version']),
  };
}

/** An id; where something blanks them all, equal ones say nothing. */
function idOf(id: string | undefined): string | undefined {
  return id === undefined || id.trim() === '' ? undefined : id;
}
