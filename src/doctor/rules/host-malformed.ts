import { hostFault } from '../facts/address.ts';
import { valued } from '../facts/edit.ts';
import { allEndpoints, CLIENT_NAME } from '../facts/endpoints.ts';
import { setting } from '../facts/stated-addresses.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { CLIENT, type Setup } from '../setup.ts';

export const hostMalformed: Rule = {
  id: 'host-malformed',
  severity: 'high',
  needs: ['litellm', 'environment'],
  title: 'a host of Redis is empty, or holds a port, a scheme, a path, a user, quotes or white space',
  check(setup) {
    const seen = new Set<string>();
    const alone = CLIENT.flatMap((client) => {
      const host = setting(setup, client, 'host');
      const isUsed = setting(setup, client, 'url') === undefined;
      return host?.value === undefined || !isUsed ? [] : [{ client, host: host.value.reveal(), place: host.place, from: host.from }];
    });
    const nodes = allEndpoints(setup).filter(({ form }) => form === 'cluster' || form === 'sentinel');
    return [...alone, ...nodes].flatMap(({ client, host, place, from }): Finding[] => {
      const fault = hostFault(host);
      const key = `${from} ${place.source} ${place.line}`;
      if (fault === undefined || seen.has(key)) return [];
      seen.add(key);
      return [
        {
          place,
          message: `${from} is no host: it ${fault}`,
          consequence: `${CLIENT_NAME[client]} looks the whole text up as a name, finds none, and nothing is cached or counted in Redis. LiteLLM starts all the same.`,
          fix: 'write the name or address of the host alone; the port, the user and the password have settings of their own, or use a url',
          edits: alone.some((own) => own.place === place) ? edits(setup, client, host, place) : undefined,
        },
      ];
    });
  },
};

/** The host alone, where the port that is cut off is also that which applies. */
function edits(setup: Setup, client: (typeof CLIENT)[number], text: string, place: Finding['place']) {
  const [, host, port] = /^\s*["']?([a-z0-9._-]+)(?::(\d+))?["']?\s*$/i.exec(text) ?? [];
  const used = setting(setup, client, 'port')?.value?.reveal() ?? '6379';
  return host === undefined || (port !== undefined && port !== used) ? undefined : valued(setup, place, host);
}
