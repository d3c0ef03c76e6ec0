import { RELEASES } from '../../litellm/releases.ts';
import { cacheParams, cachesInRedis, paramPath } from '../facts/cache-settings.ts';
import { appended } from '../facts/edit.ts';
import { processes } from '../facts/gateway.ts';
import { option, redisServers } from '../facts/redis-server.ts';
import { isOlderThan } from '../facts/release.ts';
import { setting } from '../facts/stated-addresses.ts';
import { quantity } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import type { Setup } from '../setup.ts';

/** Redis accepts this many clients unless told otherwise. */
const DEFAULT_MAXCLIENTS = 10_000;
/** redis-py's blocking pool holds this many connections unless told otherwise. */
const DEFAULT_POOL = 50;

export const noPoolLimit: Rule = {
  id: 'no-pool-limit',
  severity: 'medium',
  needs: ['litellm'],
  title: 'the connections of the cache have no limit, none that is used, or one that Redis cannot serve',
  check(setup) {
    const params = cacheParams(setup);
    if (setup.litellm === undefined || params === undefined || !cachesInRedis(setup)) return [];
    return 'max_connections' in params ? limited(setup) : unlimited(setup);
  },
};

function unlimited(setup: Setup): Finding[] {
  const { litellm } = setup;
  if (litellm === undefined) return [];
  return [
    {
      place: litellm.place(['litellm_settings', 'cache_params']),
      message: 'cache_params sets no max_connections',
      consequence: `The asynchronous client of every worker takes up to ${DEFAULT_POOL} connections and then lets requests wait up to 5 s for one; the other clients have no limit at all.`,
      fix: 'add max_connections: 100, and see that workers times replicas times this stays below maxclients of Redis',
      edits: appended(setup, litellm.place(paramPath('type')), ['max_connections: 100']),
    },
  ];
}

function limited(setup: Setup): Finding[] {
  const { litellm } = setup;
  const limit = setting(setup, 'cache', 'max_connections');
  const url = setting(setup, 'cache', 'url');
  const dropped = url !== undefined && limit === undefined;
  if (litellm !== undefined && (dropped || (limit !== undefined && isOlderThan(setup, RELEASES.host_keeps_pool_size) === true))) {
    return [
      {
        place: litellm.place(paramPath('max_connections')),
        message: `LiteLLM ${setup.release?.version} does not use max_connections${dropped ? ' with a url' : ''}`,
        consequence: 'The connections of a busy worker grow to the default of redis-py, 50, or without limit.',
        fix: 'update LiteLLM to 1.81.14 or newer, which also mends four leaks of the pool',
        ...(dropped ? { related: [{ place: url.place, message: `${url.from} is the url` }] } : {}),
      },
    ];
  }
  const most = processes(setup);
  const each = quantity(limit?.value?.reveal());
  const clients =
    setup.live?.redis?.maxclients ?? Number(redisServers(setup).map((server) => option(server, 'maxclients'))[0] ?? DEFAULT_MAXCLIENTS);
  if (limit === undefined || most === undefined || each === undefined || each * most.count <= 0.8 * clients) return [];
  return [
    {
      place: limit.place,
      message: `max_connections ${each} in ${most.count} processes is more than four fifths of the ${clients} clients that Redis accepts`,
      consequence: 'Under load Redis refuses new connections, those of the exporter and of the person who looks for the reason included.',
      fix: `set max_connections to ${Math.max(1, Math.floor((0.5 * clients) / most.count))} or raise maxclients`,
    },
  ];
}
