import { RELEASES } from '../../litellm/releases.ts';
import { cachesInRedis } from '../facts/cache-settings.ts';
import { isOlderThan } from '../facts/release.ts';
import type { Rule } from '../rule.ts';

/** Arguments of redis-py that are no text; releases before this one hand them the text of the variable. */
const NOT_TEXT = ['HEALTH_CHECK_INTERVAL', 'SOCKET_CONNECT_TIMEOUT', 'RETRY_ON_TIMEOUT', 'SOCKET_KEEPALIVE', 'DECODE_RESPONSES'];

export const variableStaysText: Rule = {
  id: 'variable-stays-text',
  severity: 'low',
  needs: ['environment', 'compose', 'kubernetes'],
  title: 'a REDIS_* variable for a number reaches redis-py as text',
  check(setup) {
    if (!cachesInRedis(setup) || isOlderThan(setup, RELEASES.arguments_typed) !== true) return [];
    return NOT_TEXT.flatMap((name) => {
      const variable = setup.environment.get(`REDIS_${name}`);
      if (variable === undefined) return [];
      return [
        {
          place: variable.place,
          message: `${variable.name} reaches the Redis client as text`,
          consequence:
            'Releases before 1.101 do not turn it into a number, so the client fails when it calculates with it, or takes "False" for true.',
          fix: `remove it and write ${name.toLowerCase()} below litellm_settings.cache_params`,
        },
      ];
    });
  },
};
