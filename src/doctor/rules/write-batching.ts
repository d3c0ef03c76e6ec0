import { cacheParams, cachesInRedis, paramPath } from '../facts/cache-settings.ts';
import { removed } from '../facts/edit.ts';
import { section, texts } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

export const writeBatching: Rule = {
  id: 'write-batching',
  severity: 'medium',
  needs: ['litellm'],
  title: 'answers are written to Redis in batches, late or never',
  check(setup): readonly Finding[] {
    const { litellm } = setup;
    const params = cacheParams(setup);
    if (litellm === undefined || params === undefined || !cachesInRedis(setup)) return [];
    const findings: Finding[] = [];
    if (params.redis_flush_size !== undefined && params.redis_flush_size !== null) {
      const place = litellm.place(paramPath('redis_flush_size'));
      findings.push({
        place,
        message: 'redis_flush_size is set',
        consequence:
          'Each worker keeps answers until that many have come together: a duplicate misses until then, a restart loses them, and the configured ttl is replaced by 60 s.',
        fix: 'remove it',
        edits: removed(setup, place),
      });
    }
    const settings = section(litellm.tree, 'litellm_settings') ?? {};
    const list = ['callbacks', 'success_callback'].find((key) => texts(settings[key]).includes('batch_redis_requests'));
    if (list !== undefined && params.namespace !== undefined) {
      findings.push({
        place: litellm.place(['litellm_settings', list]),
        message: 'batch_redis_requests together with a namespace',
        consequence: 'It looks for keys without the namespace, so nothing ever hits.',
        fix: 'remove batch_redis_requests',
      });
    }
    return findings;
  },
};
