import { destination } from '../facts/stated-addresses.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

export const tlsDiffers: Rule = {
  id: 'tls-differs',
  severity: 'medium',
  needs: ['litellm'],
  title: 'one client of LiteLLM uses TLS for a Redis and another does not',
  check(setup) {
    const cache = destination(setup, 'cache');
    return (['router', 'coordination'] as const).flatMap((client): Finding[] => {
      const other = destination(setup, client);
      if (cache === undefined || other === undefined || cache.host !== other.host || cache.port !== other.port || cache.tls === other.tls)
        return [];
      const plain = cache.tls ? other : cache;
      return [
        {
          place: plain.place,
          message: `${plain.from} is used without TLS, the same server is used with TLS by the ${cache.tls ? 'cache' : client}`,
          consequence: 'One of both cannot connect: the server speaks either TLS or plain text on a port.',
          fix:
            client === 'router'
              ? 'set ssl in cache_params and in router_settings.cache_kwargs alike'
              : 'set ssl in cache_params and in coordination_redis alike',
        },
      ];
    });
  },
};
