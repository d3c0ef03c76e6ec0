import { coordinates } from '../facts/cache-settings.ts';
import { environmentIsKnown } from '../facts/gateway.ts';
import { isTrue, section } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

export const transactionBuffer: Rule = {
  id: 'transaction-buffer',
  severity: 'high',
  needs: ['litellm'],
  title: 'spend is to be buffered in Redis, and no Redis is configured',
  check(setup): readonly Finding[] {
    const { litellm } = setup;
    const general = section(litellm?.tree, 'general_settings') ?? {};
    if (litellm === undefined || !isTrue(general.use_redis_transaction_buffer) || coordinates(setup) || !environmentIsKnown(setup))
      return [];
    if (
      ['REDIS_URL', 'REDIS_HOST', 'REDIS_CLUSTER_NODES', 'REDIS_SENTINEL_NODES'].some((name) => setup.environment.get(name) !== undefined)
    )
      return [];
    return [
      {
        place: litellm.place(['general_settings', 'use_redis_transaction_buffer']),
        message: 'use_redis_transaction_buffer without a Redis',
        consequence: 'Releases before 1.82.3 lose the spend records without a word; later ones do not start.',
        fix: 'add general_settings.coordination_redis with host, port and password',
      },
    ];
  },
};
