import { CACHE_TYPE, CALL_TYPE, type CacheType, type CallType } from '../model/cache.ts';
import { amount, at, parseJson, text } from './json.ts';

/**
 * What `GET /cache/ping` tells of the cache's settings; only what follows from closed sets, numbers and a
 * clean name is kept, because the body can hold the password of Redis. A setting that is not there is
 * undefined; `namespace` is null when the gateway says that it has none.
 */
export interface CacheSettings {
  /** The gateway says that it has no cache at all. */
  off: boolean;
  cacheType: CacheType | undefined;
  namespace: string | null | undefined;
  flushSize: number | undefined;
  defaultOff: boolean | undefined;
  /** The calls that are cached, in LiteLLM's words (`acompletion`). */
  callTypes: readonly CallType[] | undefined;
}

const NAMESPACE = /^[0-9A-Za-z_.:{}/-]{1,128}$/;

/** Reads the body of `/cache/ping`, of a success or of a failure: the shapes of 1.80 to 1.106. */
export function readCachePing(body: string): CacheSettings {
  const outer = parseJson(body);
  // A failure wraps its report in the text of an error message; parameters are JSON texts in JSON.
  const message = text(at(outer, 'error', 'message'));
  const inner = message === undefined ? outer : parseJson(message);
  const params = parseJson(text(at(inner, 'litellm_cache_params')) ?? '');
  const mode = text(at(params, 'mode', '_value_')) ?? text(at(params, 'mode'));
  return {
    off: text(at(inner, 'message'))?.includes('Cache not initialized') ?? false,
    cacheType: cacheType(at(params, 'type') ?? at(inner, 'cache_type')),
    namespace: readNamespace(params),
    flushSize: number(at(params, 'redis_flush_size')),
    defaultOff: mode === undefined ? undefined : mode === 'default_off',
    callTypes: readCallTypes(at(params, 'supported_call_types')),
  };
}

/** The cache type that a gateway names; `other` for a text that is not in the closed set. */
export function cacheType(value: unknown): CacheType | undefined {
  if (typeof value !== 'string') return undefined;
  return CACHE_TYPE.find((type) => type === value) ?? 'other';
}

function readNamespace(params: unknown): string | null | undefined {
  if (at(params, 'type') === undefined) return undefined;
  const namespace = at(params, 'namespace');
  if (namespace === undefined || namespace === null || namespace === 'None') return null;
  return typeof namespace === 'string' && NAMESPACE.test(namespace) ? namespace : undefined;
}

function readCallTypes(value: unknown): CallType[] | undefined {
  return Array.isArray(value) ? CALL_TYPE.filter((type) => value.includes(type)) : undefined;
}

function number(value: unknown): number | undefined {
  return amount(typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value);
}
