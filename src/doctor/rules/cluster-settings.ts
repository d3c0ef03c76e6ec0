import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { CLIENT, type Setup } from '../setup.ts';
import { cachesInRedis } from '../subject/cache-settings.ts';
import { destination, setting } from '../subject/claims.ts';
import { scalar, section } from '../subject/value.ts';

export const clusterSettings: Rule = {
  id: 'cluster-settings',
  severity: 'high',
  needs: ['litellm', 'environment'],
  title: 'a Redis Cluster is used as a single server, or with settings that a cluster does not have',
  check(setup) {
    return cachesInRedis(setup) ? [...single(setup), ...notJson(setup), ...database(setup)] : [];
  },
};

function single(setup: Setup): Finding[] {
  return CLIENT.flatMap((client): Finding[] => {
    const to = destination(setup, client);
    if (to === undefined || hasNodes(setup)) return [];
    const named = /(^|\.)clustercfg\.|\.cluster\.|-cluster\b/.test(to.host);
    if (!named && !(client === 'cache' && setup.live?.redis?.clustered === true)) return [];
    return [
      {
        place: to.place,
        message: `${to.host} is the address of a cluster, and no nodes are configured`,
        consequence: 'A client for a single server follows no redirection: MOVED and CROSSSLOT errors on most keys, rate limits break.',
        fix: 'set redis_startup_nodes below cache_params, or REDIS_CLUSTER_NODES=[{"host": "HOST", "port": 6379}]',
      },
    ];
  });
}

function notJson(setup: Setup): Finding[] {
  const variable = setup.environment.get('REDIS_CLUSTER_NODES');
  const text = variable?.value?.reveal();
  if (variable === undefined || text === undefined || /^\s*\[\s*\{\s*".*\}\s*\]\s*$/s.test(text)) return [];
  return [
    {
      place: variable.place,
      message: 'REDIS_CLUSTER_NODES is not a JSON list of nodes',
      consequence: 'LiteLLM fails where it makes the client and does not start.',
      fix: 'write [{"host": "HOST", "port": 6379}], with double quotes',
    },
  ];
}

function database(setup: Setup): Finding[] {
  if (!hasNodes(setup)) return [];
  const db = setting(setup, 'cache', 'db');
  const value = db?.value?.reveal();
  if (db === undefined || value === undefined || value === '0') return [];
  return [
    {
      place: db.place,
      message: `${db.from} selects database ${value}, a cluster has only database 0`,
      consequence: 'SELECT is refused in cluster mode.',
      fix: 'remove it, and separate by namespace',
    },
  ];
}

function hasNodes(setup: Setup): boolean {
  const params = section(setup.litellm?.tree, 'litellm_settings', 'cache_params') ?? {};
  const given = params.redis_startup_nodes ?? params.startup_nodes ?? scalar(setup.environment.get('REDIS_CLUSTER_NODES')?.name);
  return given !== undefined && given !== null;
}
