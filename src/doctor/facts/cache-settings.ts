import type { Section } from '../../source/section.ts';
import { CACHE_ARGUMENTS } from '../resolver/cache-arguments.ts';
import { environmentValue } from '../resolver/python-value.ts';
import type { Setup } from '../setup.ts';
import { known, reference, section } from './value.ts';

/** `litellm_settings.cache_params`; undefined where it is missing or empty. */
export function cacheParams(setup: Setup): Section | undefined {
  const params = section(setup.litellm?.tree, 'litellm_settings', 'cache_params');
  return params === undefined || Object.keys(params).length === 0 ? undefined : params;
}

/** Whether `litellm_settings.cache` switches response caching on: the boolean, or a variable that says true; no other text does. */
export function cacheIsOn(setup: Setup): boolean {
  const value = section(setup.litellm?.tree, 'litellm_settings')?.cache;
  const name = reference(value);
  const text = name === undefined ? undefined : setup.environment.get(name)?.value?.reveal();
  return value === true || (text !== undefined && environmentValue(text) === true);
}

/**
 * The kind of cache that LiteLLM makes: the configured type; `redis` for parameters that are missing or
 * empty; `local` for parameters without a type, which is the default of its cache class. Undefined where
 * caching is off or the type is not known.
 */
export function cacheType(setup: Setup): string | undefined {
  if (!cacheIsOn(setup)) return undefined;
  const params = cacheParams(setup);
  if (params === undefined) return 'redis';
  return 'type' in params ? known(setup, params.type) : 'local';
}

/** Whether responses are cached in plain Redis, not semantically. */
export function cachesInRedis(setup: Setup): boolean {
  return cacheType(setup) === 'redis';
}

/** Keys of `cache_params` that LiteLLM hands on to redis-py, which does not know them either. */
export function unknownKeys(setup: Setup): readonly string[] {
  return cachesInRedis(setup) ? Object.keys(cacheParams(setup) ?? {}).filter((key) => !CACHE_ARGUMENTS.includes(key)) : [];
}

/** The path of a parameter of the cache, for its place. */
export function paramPath(name: string): readonly string[] {
  return ['litellm_settings', 'cache_params', name];
}

/** Whether a section of the configuration names a Redis of its own. */
export function namesRedis(part: Section | undefined, prefix: '' | 'redis_'): boolean {
  return part !== undefined && (part[`${prefix}host`] != null || part[`${prefix}url`] != null || part.startup_nodes != null);
}

/** Whether rate limits and spend have a Redis: a block of their own, the response cache, or the router's. */
export function coordinates(setup: Setup): boolean {
  return (
    cachesInRedis(setup) ||
    namesRedis(section(setup.litellm?.tree, 'general_settings', 'coordination_redis'), '') ||
    namesRedis(section(setup.litellm?.tree, 'router_settings'), 'redis_')
  );
}
