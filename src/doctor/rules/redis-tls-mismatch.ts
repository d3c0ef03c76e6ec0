import { reach } from '../facts/reach.ts';
import { option, serverPort } from '../facts/redis-server.ts';
import { destination } from '../facts/stated-addresses.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { CLIENT } from '../setup.ts';

export const redisTlsMismatch: Rule = {
  id: 'redis-tls-mismatch',
  severity: 'high',
  needs: ['compose', 'kubernetes'],
  title: 'LiteLLM speaks TLS to a plain port of Redis, or plain text to its TLS port',
  check(setup) {
    const seen = new Set<string>();
    return CLIENT.flatMap((client): Finding[] => {
      const to = destination(setup, client);
      const found = to === undefined ? undefined : reach(setup, to.host);
      if (to === undefined || found?.kind !== 'server' || seen.has(`${to.host}:${to.port}:${to.tls}`)) return [];
      seen.add(`${to.host}:${to.port}:${to.tls}`);
      const { server, through } = found;
      if (server.more && !server.options.has('tls-port')) return [];
      const way = through?.headless === false ? through.ports.find(({ port }) => port === to.port)?.target : undefined;
      const target = server.container?.ports.find(({ name }) => name === way)?.port ?? way ?? to.port;
      const published = server.service?.ports.find((port) => port.published === to.port && setup.gateway === undefined)?.target;
      const port = published ?? target;
      const secure = option(server, 'tls-port');
      const isSecure = secure !== undefined && secure !== '0' && port === secure;
      const isPlain = !isSecure && port === serverPort(server) && port !== '0';
      if (!(to.tls ? isPlain : isSecure)) return [];
      const other = to.tls ? secure : serverPort(server);
      return [
        {
          place: to.place,
          message: to.tls
            ? `${to.from} is used with TLS, and port ${port} of Redis of ${server.name} speaks plain text`
            : `${to.from} is used without TLS, and port ${port} of Redis of ${server.name} speaks TLS only`,
          consequence: 'No connection comes about: no answer is shared, and every worker pays for each prompt again.',
          fix: to.tls
            ? other === undefined || other === '0'
              ? 'use redis:// or leave ssl out, or give Redis a tls-port'
              : `use port ${other}, which speaks TLS`
            : 'use rediss:// in the url, or ssl: true beside host',
          related: [{ place: server.place, message: `Redis of ${server.name}` }],
        },
      ];
    });
  },
};
