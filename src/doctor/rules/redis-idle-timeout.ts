import { replaced } from '../facts/edit.ts';
import { option, redisServers } from '../facts/redis-server.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

export const redisIdleTimeout: Rule = {
  id: 'redis-idle-timeout',
  severity: 'medium',
  needs: ['compose'],
  title: 'Redis closes the connections that LiteLLM keeps',
  check(setup) {
    return redisServers(setup).flatMap((server): Finding[] => {
      const seconds = Number(option(server, 'timeout') ?? 0);
      if (!(seconds >= 1 && seconds <= 600)) return [];
      return [
        {
          place: server.place,
          message: `service ${server.service.name} closes connections that were idle for ${seconds} s`,
          consequence: 'After a quiet time the first requests fail with "Connection closed by server" and miss.',
          fix: 'remove --timeout; --tcp-keepalive 60 finds dead connections',
          edits: replaced(setup, server.place, `--timeout ${seconds}`, '--timeout 0'),
        },
      ];
    });
  },
};
