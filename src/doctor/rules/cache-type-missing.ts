import { cacheIsOn, cacheParams } from '../facts/cache-settings.ts';
import { inserted, removed, replaced } from '../facts/edit.ts';
import { CACHE_ARGUMENTS } from '../resolver/cache-arguments.ts';
import type { Rule } from '../rule.ts';
import { MEANT } from './cache-params-unknown-key.ts';

export const cacheTypeMissing: Rule = {
  id: 'cache-type-missing',
  severity: 'critical',
  needs: ['litellm'],
  title: 'cache_params without a type makes an in-memory cache',
  check(setup) {
    const params = cacheParams(setup);
    const { litellm } = setup;
    if (litellm === undefined || !cacheIsOn(setup) || params === undefined || 'type' in params) return [];
    // With a type these would stop LiteLLM at its start.
    const foreign = Object.keys(params).filter((key) => !CACHE_ARGUMENTS.includes(key));
    const [first = 'type'] = Object.keys(params);
    const place = litellm.place(['litellm_settings', 'cache_params', first]);
    return [
      {
        place: litellm.place(['litellm_settings', 'cache_params']),
        message: 'cache_params is not empty and has no type',
        consequence:
          'LiteLLM makes a cache in the memory of each worker, even where REDIS_HOST is set: nothing is shared and nothing survives a restart. Only missing or empty cache_params fall back to Redis.',
        fix: [
          'add type: redis',
          ...foreign.map((key) => (MEANT[key] === undefined ? `remove ${key}` : `write ${MEANT[key]} for ${key}`)),
        ].join(', '),
        edits: [
          ...inserted(setup, place, ['type: redis']),
          ...foreign.flatMap((key) => {
            const own = litellm.place(['litellm_settings', 'cache_params', key]);
            return MEANT[key] === undefined ? removed(setup, own) : replaced(setup, own, `${key}:`, `${MEANT[key]}:`);
          }),
        ],
      },
    ];
  },
};
