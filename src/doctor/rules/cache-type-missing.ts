import type { Rule } from '../rule.ts';
import { cacheIsOn, cacheParams } from '../subject/cache-settings.ts';
import { inserted } from '../subject/edit.ts';

export const cacheTypeMissing: Rule = {
  id: 'cache-type-missing',
  severity: 'critical',
  needs: ['litellm'],
  title: 'cache_params without a type makes an in-memory cache',
  check(setup) {
    const params = cacheParams(setup);
    if (setup.litellm === undefined || !cacheIsOn(setup) || params === undefined || 'type' in params) return [];
    const [first = 'type'] = Object.keys(params);
    const place = setup.litellm.place(['litellm_settings', 'cache_params', first]);
    return [
      {
        place: setup.litellm.place(['litellm_settings', 'cache_params']),
        message: 'cache_params is not empty and has no type',
        consequence:
          'LiteLLM makes a cache in the memory of each worker, even where REDIS_HOST is set: nothing is shared and nothing survives a restart. Only missing or empty cache_params fall back to Redis.',
        fix: 'add type: redis',
        edits: inserted(setup, place, ['type: redis']),
      },
    ];
  },
};
