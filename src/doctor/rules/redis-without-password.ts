import { distance, hostFault } from '../facts/address.ts';
import { clusterPorts } from '../facts/cluster-ports.ts';
import { CLIENT_NAME, endpoints, logsIn } from '../facts/endpoints.ts';
import { environmentIsKnown } from '../facts/gateway.ts';
import { allServers, asksForPassword, openPorts, redisServers } from '../facts/redis-server.ts';
import { redisSettings } from '../facts/redis-settings.ts';
import { reference } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { CLIENT, type Setup } from '../setup.ts';

export const redisWithoutPassword: Rule = {
  id: 'redis-without-password',
  severity: 'high',
  needs: ['compose', 'kubernetes', 'environment', 'litellm', 'live'],
  title: 'Redis accepts every client without a password',
  check(setup) {
    if (setup.live?.redis?.answersWithoutPassword === true)
      return [open({ source: 'the running Redis' }, 'the running Redis answers without a password')];
    const served = redisServers(setup)
      .filter((server) => asksForPassword(server) === false && openPorts(server).length === 0)
      .map(
        (server): Finding => ({
          ...open(server.imagePlace, `service ${server.name} asks for no password`),
          severity: 'medium',
        }),
      );
    return [...served, ...inPods(setup), ...remote(setup)];
  },
};

function open(place: Finding['place'], message: string): Finding {
  return {
    place,
    message,
    consequence: 'Whatever reaches the port reads every prompt and every answer, changes answers, and empties the cache.',
    fix: 'add an ACL user for LiteLLM and switch the default user off; at least --requirepass with 32 random characters',
  };
}

/** Servers of manifests that only the cluster reaches; redis-port-open reports the others. */
function inPods(setup: Setup): Finding[] {
  return allServers(setup)
    .filter((server) => server.workload !== undefined && asksForPassword(server) === false && clusterPorts(setup, server).length === 0)
    .map((server) => ({ ...open(server.imagePlace, `Redis of ${server.name} asks for no password`), severity: 'medium' }));
}

/** A client that goes to another machine without any way to log in, whatever the form of its address. */
function remote(setup: Setup): Finding[] {
  const seen = new Set<string>();
  return CLIENT.flatMap((client): Finding[] => {
    const far = endpoints(setup, client).find(
      ({ host }) => hostFault(host) === undefined && ['remote', 'private'].includes(distance(host, setup)),
    );
    if (far === undefined || logsIn(setup, client) !== false || seen.has(`${far.host}:${far.port}`)) return [];
    // Without the environment a password may be there; a url has none beside it.
    if (far.form !== 'url' && !environmentIsKnown(setup)) return [];
    const referred = redisSettings(setup).some(
      ({ key, value }) => key.endsWith('password') && !key.startsWith('sentinel') && reference(value) !== undefined,
    );
    if (referred && !environmentIsKnown(setup)) return [];
    seen.add(`${far.host}:${far.port}`);
    return [open(far.place, `${CLIENT_NAME[client]} connects to ${far.host} without a password`)];
  });
}
