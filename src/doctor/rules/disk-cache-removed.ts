import { RELEASES } from '../../litellm/releases.ts';
import { cacheIsOn, cacheParams, paramPath } from '../facts/cache-settings.ts';
import { isOlderThan } from '../facts/release.ts';
import { known } from '../facts/value.ts';
import type { Rule } from '../rule.ts';

export const diskCacheRemoved: Rule = {
  id: 'disk-cache-removed',
  severity: 'critical',
  needs: ['litellm'],
  title: 'type: disk, which LiteLLM does not have any more',
  check(setup) {
    const { litellm } = setup;
    const params = cacheParams(setup);
    if (litellm === undefined || params === undefined || !cacheIsOn(setup)) return [];
    const old = isOlderThan(setup, RELEASES.no_disk_cache);
    if (known(setup, params.type) === 'disk')
      return [
        {
          place: litellm.place(paramPath('type')),
          message:
            old === false ? `LiteLLM ${setup.release?.version} has no cache on disk` : 'the cache on disk is gone from LiteLLM 1.109.0 on',
          consequence:
            old === false
              ? 'LiteLLM stops at its start: Unsupported cache type disk.'
              : 'An update of LiteLLM stops at its start: Unsupported cache type disk.',
          fix: 'set type: redis with host, port and password: os.environ/REDIS_PASSWORD, or type: local',
          severity: old === false ? undefined : old === undefined ? 'medium' : 'low',
        },
      ];
    if (old !== false || params.disk_cache_dir === undefined || params.disk_cache_dir === null) return [];
    return [
      {
        place: litellm.place(paramPath('disk_cache_dir')),
        message: 'disk_cache_dir is not read any more',
        consequence: 'LiteLLM writes a warning and ignores it.',
        fix: 'remove it',
        severity: 'low',
      },
    ];
  },
};
