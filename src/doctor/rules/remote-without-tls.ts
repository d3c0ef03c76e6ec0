import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { CLIENT, type Setup } from '../setup.ts';
import { distance } from '../subject/address.ts';
import { destination } from '../subject/claims.ts';
import { openPorts, serverOf } from '../subject/redis-server.ts';

export const remoteWithoutTls: Rule = {
  id: 'remote-without-tls',
  severity: 'high',
  needs: ['litellm', 'environment'],
  title: 'prompts, answers and the password cross the network without TLS',
  check(setup) {
    const seen = new Set<string>();
    return CLIENT.flatMap((client): Finding[] => {
      const to = destination(setup, client);
      if (to === undefined || to.tls || seen.has(`${to.host}:${to.port}`)) return [];
      seen.add(`${to.host}:${to.port}`);
      const severity = weight(setup, to.host);
      if (severity === undefined) return [];
      return [
        {
          place: to.place,
          message:
            severity === 'low'
              ? `${to.host}:${to.port} is used without TLS, and its port is open to other machines`
              : `${to.host}:${to.port} is another machine and is used without TLS`,
          consequence: 'Every prompt, every answer and the password itself can be read and changed on the way.',
          fix: severity === 'low' ? 'publish the port on 127.0.0.1 only, or use TLS' : 'use rediss:// in the url, or ssl: true beside host',
          severity,
        },
      ];
    });
  },
};

function weight(setup: Setup, host: string): 'high' | 'medium' | 'low' | undefined {
  const where = distance(host, setup);
  if (where === 'remote') return 'high';
  if (where === 'private') return 'medium';
  const server = serverOf(setup, host);
  return server !== undefined && openPorts(server).length > 0 && !server.options.has('tls-port') ? 'low' : undefined;
}
