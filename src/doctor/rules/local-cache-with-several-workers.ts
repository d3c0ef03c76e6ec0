import { cacheParams, cacheType, coordinates, paramPath } from '../facts/cache-settings.ts';
import { processes, workers } from '../facts/gateway.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

export const localCacheWithSeveralWorkers: Rule = {
  id: 'local-cache-with-several-workers',
  severity: 'high',
  needs: ['compose', 'kubernetes'],
  title: 'several workers have a cache of their own each',
  check(setup): readonly Finding[] {
    const { litellm } = setup;
    const most = processes(setup);
    const type = cacheType(setup);
    if (litellm === undefined || most === undefined || most.count < 2 || type === undefined) return [];
    const own = type === 'local' || type === 'disk';
    const semantic = type.endsWith('-semantic') && !coordinates(setup);
    const hasRedis = ['REDIS_URL', 'REDIS_HOST'].some((name) => setup.environment.get(name) !== undefined);
    if (!own && (!semantic || hasRedis)) return [];
    const each = workers(most.gateway);
    const count =
      each === most.count ? `${each} workers` : `${most.gateway.replicas} replicas with ${each} worker${each === 1 ? '' : 's'} each`;
    return [
      {
        place: litellm.place(cacheParams(setup) === undefined ? ['litellm_settings', 'cache'] : paramPath('type')),
        message: own ? `type ${type} with ${count} of LiteLLM` : `type ${type} without a Redis for limits, with ${count} of LiteLLM`,
        consequence: own
          ? `Each has a cache of its own: of ${most.count} equal requests ${most.count} can be paid for. Rate limits and budgets are counted ${most.count} times over as well.`
          : `Rate limits and budgets are counted by each on its own, ${most.count} times over.`,
        fix: own ? 'set type: redis with host, port and password: os.environ/REDIS_PASSWORD' : 'add general_settings.coordination_redis',
        related: [{ place: most.gateway.place, message: count }],
      },
    ];
  },
};
