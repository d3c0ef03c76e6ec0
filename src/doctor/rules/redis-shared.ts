import { distance, redisUrl } from '../facts/address.ts';
import { cacheParams } from '../facts/cache-settings.ts';
import { destination } from '../facts/stated-addresses.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

export const redisShared: Rule = {
  id: 'redis-shared',
  severity: 'medium',
  needs: ['compose'],
  title: 'another application uses the same database of the same Redis',
  check(setup) {
    const to = destination(setup, 'cache');
    if (to === undefined || distance(to.host, setup) === 'remote') return [];
    const namespace = cacheParams(setup)?.namespace;
    return setup.services
      .filter(({ role }) => role !== 'litellm')
      .flatMap(({ name, variables }): Finding[] => {
        const other = variables.find(({ value }) => {
          const url = value === undefined ? undefined : redisUrl(value.reveal());
          return url !== undefined && /^(rediss?|valkeys?)$/.test(url.scheme) && url.host === to.host && (url.db ?? '0') === to.db;
        });
        if (other === undefined) return [];
        return [
          {
            place: other.place,
            message: `service ${name} uses database ${to.db} of ${to.host}, which holds the cache of LiteLLM`,
            consequence: `Each can evict or flush the keys of the other: /cache/flushall of LiteLLM sends FLUSHALL to the whole server. The hit ratio of Redis mixes both.${namespace === undefined ? ' Without a namespace their key names can meet.' : ''}`,
            fix: `give LiteLLM a Redis of its own, or at least another database and namespace: "litellm:NAME"`,
            related: [{ place: to.place, message: 'the cache of LiteLLM' }],
            severity: namespace === undefined ? undefined : 'low',
          },
        ];
      });
  },
};
