import { redisServers } from '../facts/redis-server.ts';
import { section } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

export const redisWithoutHealthcheck: Rule = {
  id: 'redis-without-healthcheck',
  severity: 'low',
  needs: ['compose'],
  title: 'LiteLLM may start before Redis answers',
  check(setup) {
    const gateway = setup.gateway?.service;
    if (gateway === undefined) return [];
    return redisServers(setup).flatMap(({ service }): Finding[] => {
      const waits = section(gateway.tree, 'depends_on', service.name)?.condition === 'service_healthy';
      const checked = section(service.tree, 'healthcheck') !== undefined;
      if (waits && checked) return [];
      return [
        {
          place: checked ? gateway.place(['depends_on']) : service.place(['image']),
          message: checked
            ? `service ${gateway.name} does not wait until ${service.name} is healthy`
            : `service ${service.name} has no healthcheck`,
          consequence:
            'After a restart of the host LiteLLM can come first, find no Redis and open its circuit breaker, or not start at all.',
          fix: 'add a healthcheck with redis-cli ping, and depends_on with condition: service_healthy',
        },
      ];
    });
  },
};
