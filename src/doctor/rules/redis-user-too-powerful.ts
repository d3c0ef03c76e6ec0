import { GATEWAY_ACL } from '../facts/gateway-acl.ts';
import { allServers } from '../facts/redis-server.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

const DANGEROUS = ['+@all', 'allcommands', '+@dangerous', '+@admin', '+flushall', '+flushdb', '+config', '+keys'];

export const redisUserTooPowerful: Rule = {
  id: 'redis-user-too-powerful',
  severity: 'high',
  needs: ['compose', 'kubernetes'],
  title: 'the Redis user of LiteLLM may empty or reconfigure the server',
  check(setup) {
    return allServers(setup).flatMap((server): Finding[] =>
      (server.options.get('user') ?? []).flatMap((text): Finding[] => {
        const [user = '', ...words] = text.replaceAll(/['"]/g, '').split(/\s+/);
        const all = words.some((word) => word === '+@all' || word === 'allcommands');
        const taken = words.includes('-@dangerous') || (words.includes('-flushall') && words.includes('-flushdb'));
        const given = words.filter(
          (word) => DANGEROUS.includes(word) && !(word === '+@all' && taken) && !(word === 'allcommands' && taken),
        );
        if (given.length === 0 || !words.includes('on') || (user === 'default' && !all)) return [];
        return [
          {
            place: server.place,
            message: `user ${/^[\w-]{1,32}$/.test(user) ? user : 'of the command'} has ${given.join(', ')}`,
            consequence:
              '/cache/flushall of LiteLLM sends FLUSHALL: one request of an administrator of the gateway empties every database of the server. CONFIG GET shows the password.',
            fix: `give it ${GATEWAY_ACL}`,
          },
        ];
      }),
    );
  },
};
