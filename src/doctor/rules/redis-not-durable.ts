import { option, redisServers } from '../facts/redis-server.ts';
import { isTrue, section } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

export const redisNotDurable: Rule = {
  id: 'redis-not-durable',
  severity: 'medium',
  needs: ['compose'],
  title: 'spend records are buffered in a Redis that forgets them',
  check(setup) {
    const general = section(setup.litellm?.tree, 'general_settings') ?? {};
    if (!isTrue(general.use_redis_transaction_buffer)) return [];
    return redisServers(setup).flatMap((server): Finding[] => {
      const saves = option(server, 'appendonly') === 'yes' || server.more;
      const kept = server.service.volumes.some(({ target }) => /^\/(data|bitnami)/.test(target));
      if (saves && kept) return [];
      return [
        {
          place: server.service.place(['image']),
          message: `service ${server.service.name} ${saves ? 'has no volume' : 'writes no append-only file'}, and holds the spend records of LiteLLM`,
          consequence: 'A restart loses the spend that is not yet in the database, and all rate limits begin anew.',
          fix: 'add --appendonly yes and a volume at /data',
        },
      ];
    });
  },
};
