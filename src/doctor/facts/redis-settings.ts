import type { Place } from '../place.ts';
import type { Setup } from '../setup.ts';
import { section } from './value.ts';

/** A setting of the configuration file that concerns Redis. */
export interface RedisSetting {
  /** `cache_params.host`. */
  name: string;
  key: string;
  value: unknown;
  place: Place;
}

/** Every setting of the cache, the router's Redis and the coordination Redis, in the order of the sections. */
export function redisSettings(setup: Setup): readonly RedisSetting[] {
  const { litellm } = setup;
  if (litellm === undefined) return [];
  const inSection = (...path: string[]): RedisSetting[] =>
    Object.entries(section(litellm.tree, ...path) ?? {}).map(([key, value]) => ({
      name: `${path.at(-1)}.${key}`,
      key,
      value,
      place: litellm.place([...path, key]),
    }));
  return [
    ...inSection('litellm_settings', 'cache_params'),
    ...inSection('router_settings').filter(({ key }) => key.startsWith('redis_')),
    ...inSection('router_settings', 'cache_kwargs'),
    ...inSection('general_settings', 'coordination_redis'),
  ];
}
