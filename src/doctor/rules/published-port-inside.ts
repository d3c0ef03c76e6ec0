import { distance } from '../facts/address.ts';
import { reach } from '../facts/reach.ts';
import { option, redisServers, serverPort } from '../facts/redis-server.ts';
import { destination } from '../facts/stated-addresses.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { CLIENT } from '../setup.ts';

export const publishedPortInside: Rule = {
  id: 'published-port-inside',
  severity: 'high',
  needs: ['compose'],
  title: 'LiteLLM in a container looks for Redis at localhost or at a published port',
  check(setup) {
    const servers = redisServers(setup);
    const service = setup.gateway?.service;
    if (service === undefined || servers.length === 0) return [];
    const seen = new Set<string>();
    return CLIENT.flatMap((client): Finding[] => {
      const to = destination(setup, client);
      if (to === undefined || seen.has(`${to.host}:${to.port}`)) return [];
      seen.add(`${to.host}:${to.port}`);
      const found = reach(setup, to.host);
      const [first] = servers;
      if (distance(to.host, setup) === 'loopback' && found.kind === 'itself' && first !== undefined) {
        return [
          {
            place: to.place,
            message: `${to.host} is the container of LiteLLM itself, Redis is service ${first.service.name}`,
            consequence: 'Connection refused: each container has a loopback of its own.',
            fix: `use ${first.service.name}:${serverPort(first)}`,
            related: [{ place: first.place, message: `service ${first.service.name}` }],
          },
        ];
      }
      const server = found.kind === 'server' ? servers.find((one) => one.service === found.server.service) : undefined;
      if (
        server === undefined ||
        service.tree.network_mode === 'host' ||
        [serverPort(server), option(server, 'tls-port')].includes(to.port)
      )
        return [];
      if (!server.service.ports.some(({ published }) => published === to.port)) return [];
      return [
        {
          place: to.place,
          message: `${to.host}:${to.port} is the published port, containers reach ${to.host} at ${serverPort(server)}`,
          consequence: 'Connection refused: a published port exists on the host only.',
          fix: `use ${to.host}:${serverPort(server)}`,
          related: server.service.ports.slice(0, 1).map(({ place }) => ({ place, message: 'published here' })),
        },
      ];
    });
  },
};
