import { clusterPorts } from '../facts/cluster-ports.ts';
import { replaced } from '../facts/edit.ts';
import { allServers, asksForPassword, openPorts, option, redisServers } from '../facts/redis-server.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import type { Setup } from '../setup.ts';

export const redisPortOpen: Rule = {
  id: 'redis-port-open',
  severity: 'high',
  needs: ['compose', 'kubernetes'],
  title: 'the port of Redis is open to other machines',
  check(setup) {
    const composed = redisServers(setup).flatMap((server): Finding[] => {
      if (server.options.has('tls-port') && option(server, 'port') === '0') return [];
      const open = asksForPassword(server) === false;
      return openPorts(server).map(({ published, target, place }): Finding => {
        const short = `${published}:${target}`;
        return {
          place,
          message: `port ${published} of service ${server.service.name} is published on all addresses, without TLS${open ? ' and without a password' : ''}`,
          consequence: open
            ? 'Everyone who reaches this machine can read every prompt and every answer, and empty the cache; published ports go around the firewall of the host.'
            : 'Everyone who reaches this machine can try passwords as fast as Redis answers; published ports go around the firewall of the host.',
          fix: `publish it on the loopback only: "127.0.0.1:${short}", or not at all where only containers use it`,
          severity: open ? 'critical' : undefined,
          edits: replaced(setup, place, short, `127.0.0.1:${short}`),
        };
      });
    });
    return [...composed, ...inPods(setup)];
  },
};

function inPods(setup: Setup): Finding[] {
  return allServers(setup).flatMap((server) => {
    const open = asksForPassword(server) === false;
    if (server.options.has('tls-port') && option(server, 'port') === '0' && !open) return [];
    return clusterPorts(setup, server).map(
      ({ name, port, limited, place }): Finding => ({
        place,
        message: `${name} opens port ${port} of Redis of ${server.name} to ${limited ? 'machines outside of the cluster' : 'every machine'}, without TLS${open ? ' and without a password' : ''}`,
        consequence: open
          ? 'Anyone who reaches it can read every prompt and every answer, and empty the cache.'
          : 'Anyone who reaches it can try passwords as fast as Redis answers, and read the traffic.',
        fix: 'use a Service of type ClusterIP: LiteLLM of the same cluster needs no other',
        related: [{ place: server.place, message: `Redis of ${server.name}` }],
        severity: limited ? (open ? 'high' : 'medium') : open ? 'critical' : undefined,
      }),
    );
  });
}
