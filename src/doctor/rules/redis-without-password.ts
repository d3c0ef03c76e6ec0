import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import type { Setup } from '../setup.ts';
import { distance } from '../subject/address.ts';
import { cacheParams } from '../subject/cache-settings.ts';
import { destination, setting } from '../subject/claims.ts';
import { clusterPorts } from '../subject/cluster-ports.ts';
import { environmentIsKnown } from '../subject/gateway.ts';
import { allServers, asksForPassword, openPorts, redisServers } from '../subject/redis-server.ts';

export const redisWithoutPassword: Rule = {
  id: 'redis-without-password',
  severity: 'high',
  needs: ['compose', 'kubernetes', 'environment', 'litellm', 'live'],
  title: 'Redis lets everybody in',
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

/** A client that goes to another machine without any way to log in. */
function remote(setup: Setup): Finding[] {
  const to = destination(setup, 'cache');
  if (to === undefined || !['remote', 'private'].includes(distance(to.host, setup))) return [];
  if (cacheParams(setup)?.password !== undefined) return [];
  if (setting(setup, 'cache', 'url') === undefined && !environmentIsKnown(setup)) return [];
  const url = setting(setup, 'cache', 'url');
  if (url !== undefined && /@/.test(url.value?.reveal() ?? '@')) return [];
  const ways = ['password', 'gcp_service_account', 'azure_redis_ad_token', 'aws_iam_auth', 'credential_provider', 'ssl_certfile'];
  if (ways.some((name) => setting(setup, 'cache', name) !== undefined)) return [];
  if (setup.variables.some(({ name }) => /^REDIS_(PASSWORD|GCP_SERVICE_ACCOUNT|AZURE_AD_TOKEN)$/.test(name)) && url === undefined)
    return [];
  return [open(to.place, `the cache connects to ${to.host} without a password`)];
}
