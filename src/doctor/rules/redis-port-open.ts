import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { replaced } from '../subject/edit.ts';
import { asksForPassword, openPorts, option, redisServers } from '../subject/redis-server.ts';

export const redisPortOpen: Rule = {
  id: 'redis-port-open',
  severity: 'high',
  needs: ['compose'],
  title: 'the port of Redis is open to other machines',
  check(setup) {
    return redisServers(setup).flatMap((server): Finding[] => {
      if (server.options.has('tls-port') && option(server, 'port') === '0') return [];
      const open = asksForPassword(server) === false;
      return openPorts(server).map(({ published, target, place }): Finding => {
        const short = published === target ? `${published}:${target}` : `${published}:${target}`;
        return {
          place,
          message: `port ${published} of service ${server.service.name} is published on all addresses, without TLS${open ? ' and without a password' : ''}`,
          consequence: open
            ? 'Everybody who reaches this machine can read every prompt and every answer, and empty the cache; published ports go around the firewall of the host.'
            : 'Everybody who reaches this machine can try passwords as fast as Redis answers; published ports go around the firewall of the host.',
          fix: `publish it on the loopback only: "127.0.0.1:${short}", or not at all where only containers use it`,
          severity: open ? 'critical' : undefined,
          edits: replaced(setup, place, short, `127.0.0.1:${short}`),
        };
      });
    });
  },
};
