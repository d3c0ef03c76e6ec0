import { distance, hostFault } from '../facts/address.ts';
import { aliased } from '../facts/aliases.ts';
import { allEndpoints, type Form } from '../facts/endpoints.ts';
import { openPorts, serverOf } from '../facts/redis-server.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import type { Client, Setup } from '../setup.ts';

export const remoteWithoutTls: Rule = {
  id: 'remote-without-tls',
  severity: 'high',
  needs: ['litellm', 'environment'],
  title: 'prompts, answers and the password cross the network without TLS',
  check(setup) {
    const seen = new Set<string>();
    return allEndpoints(setup).flatMap(({ client, form, host, port, tls, place }): Finding[] => {
      if (hostFault(host) !== undefined || tls || seen.has(`${host}:${port}`)) return [];
      seen.add(`${host}:${port}`);
      const severity = weight(setup, host);
      if (severity === undefined) return [];
      return [
        {
          place,
          message:
            severity === 'low'
              ? `${host}:${port} is used without TLS, and its port is open to other machines`
              : `${host}:${port}${leads(setup, host)} is another machine and is used without TLS`,
          consequence: 'Every prompt, every answer and the password itself can be read and changed on the way.',
          fix: severity === 'low' ? 'publish the port on 127.0.0.1 only, or use TLS' : fixOf(client, form),
          severity,
        },
      ];
    });
  },
};

/** What the name means, where the evidence has another one for it. */
function leads(setup: Setup, host: string): string {
  const name = aliased(setup, host);
  return name === host.toLowerCase().replace(/\.$/, '') ? '' : ` (${name})`;
}

function fixOf(client: Client, form: Form): string {
  if (client === 'semantic') return 'give it redis_url: rediss://:PASSWORD@HOST:PORT';
  if (form === 'sentinel') return 'set ssl: true beside sentinel_nodes, with LiteLLM 1.85.0 or newer: older releases drop it';
  return form === 'cluster' ? 'set ssl: true beside the nodes' : 'use rediss:// in the url, or ssl: true beside host';
}

function weight(setup: Setup, host: string): 'high' | 'medium' | 'low' | undefined {
  const where = distance(host, setup);
  if (where === 'remote') return 'high';
  if (where === 'private') return 'medium';
  const server = serverOf(setup, host);
  return server !== undefined && openPorts(server).length > 0 && !server.options.has('tls-port') ? 'low' : undefined;
}
