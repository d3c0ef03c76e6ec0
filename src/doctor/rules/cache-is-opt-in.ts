import { cacheIsOn, cacheParams, paramPath } from '../facts/cache-settings.ts';
import { known } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

export const cacheIsOptIn: Rule = {
  id: 'cache-is-opt-in',
  severity: 'info',
  needs: ['litellm'],
  title: 'only requests that ask for the cache are cached',
  check(setup): readonly Finding[] {
    const { litellm } = setup;
    const mode = known(setup, cacheParams(setup)?.mode);
    if (litellm === undefined || !cacheIsOn(setup) || mode !== 'default_off') return [];
    return [
      {
        place: litellm.place(paramPath('mode')),
        message: 'mode is default_off',
        consequence:
          'A request is cached only when its body holds "cache": {"use-cache": true}; caching: true and headers do nothing. For all other requests the cache looks broken.',
        fix: 'nothing, if that is meant; else mode: default_on',
      },
    ];
  },
};
