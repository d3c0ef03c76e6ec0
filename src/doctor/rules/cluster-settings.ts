import { allEndpoints, CLIENT_NAME, formOf } from '../facts/endpoints.ts';
import { option, type RedisServer, serverOf } from '../facts/redis-server.ts';
import { setting } from '../facts/stated-addresses.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { CLIENT, type Client, type Setup } from '../setup.ts';

export const clusterSettings: Rule = {
  id: 'cluster-settings',
  severity: 'high',
  needs: ['litellm', 'environment'],
  title: 'a Redis Cluster is used as a single server, or with settings that a cluster does not have',
  check(setup) {
    return [
      ...single(setup),
      ...CLIENT.flatMap((client) => alone(setup, client)),
      ...notJson(setup),
      ...CLIENT.flatMap((client) => database(setup, client)),
    ];
  },
};

/** A name proves nothing: `redis.team.svc.cluster.local` is a single server. What proves it is below. */
function single(setup: Setup): Finding[] {
  const nodes = allEndpoints(setup).filter(({ form }) => form === 'cluster');
  const singles = allEndpoints(setup).filter(({ form }) => form === 'host' || form === 'url');
  return singles.flatMap(({ client, host, port, place }): Finding[] => {
    const node = nodes.find((one) => one.host === host && one.port === port);
    const server = serverOf(setup, host);
    const proof =
      node !== undefined
        ? `${CLIENT_NAME[node.client]} uses it as a node of a cluster`
        : server !== undefined && option(server, 'cluster-enabled') === 'yes'
          ? `service ${server.service.name} is started with cluster-enabled yes`
          : isConfigurationEndpoint(host)
            ? 'it is the configuration endpoint of a cluster of AWS'
            : client === 'cache' && setup.live?.redis?.clustered === true
              ? 'the running server says so'
              : undefined;
    if (proof === undefined) return [];
    return [
      {
        place,
        message: `${host} is the address of a cluster, and ${client === 'cache' ? 'no nodes are configured' : `${CLIENT_NAME[client]} names no nodes`}`,
        consequence: `${proof.slice(0, 1).toUpperCase()}${proof.slice(1)}. A client for a single server follows no redirection: MOVED and CROSSSLOT errors on most keys, rate limits break.`,
        fix: FIX[client],
        ...(node === undefined ? {} : { related: [{ place: node.place, message: 'the nodes of the cluster' }] }),
      },
    ];
  });
}

/** Nodes that are no nodes: servers which are not started as a part of a cluster. */
function alone(setup: Setup, client: Client): Finding[] {
  const nodes = allEndpoints(setup).filter((one) => one.client === client && one.form === 'cluster');
  const servers = nodes.map(({ host }) => serverOf(setup, host));
  const [first] = nodes;
  const [server] = servers;
  if (first === undefined || server === undefined || !servers.every((one) => one !== undefined && isAlone(one))) return [];
  return [
    {
      place: first.place,
      message: `${CLIENT_NAME[client]} takes ${first.host} for a node of a cluster, and service ${server.service.name} is a single server`,
      consequence: 'The client of a cluster refuses it (Cluster mode is not enabled on this node): nothing is cached or counted in Redis.',
      fix: 'name it by host and port instead of nodes, or start the server with cluster-enabled yes',
      related: [{ place: server.place, message: `service ${server.service.name}` }],
    },
  ];
}

/** Whether nothing says that a server is part of a cluster; images for clusters say so by themselves. */
function isAlone(server: RedisServer): boolean {
  const given = option(server, 'cluster-enabled') ?? option(server, 'cluster-mode');
  const isOther = /cluster|dragonfly|kvrocks|garnet|bitnami/.test(server.image ?? '');
  return given === undefined ? !server.more && !isOther : given === 'no';
}

const FIX: Readonly<Record<Client, string>> = {
  cache: 'set redis_startup_nodes below cache_params, or REDIS_CLUSTER_NODES=[{"host": "HOST", "port": 6379}]',
  router:
    'set startup_nodes below router_settings.cache_kwargs, or leave the redis_ keys of router_settings out: the router then uses the Redis of the cache',
  coordination: 'set startup_nodes below general_settings.coordination_redis instead of its host or url',
  semantic: 'use a single server: a semantic cache has no client for a cluster',
};

/** `clustercfg.NAME.ID.REGION.cache.amazonaws.com` and its other forms: AWS gives the label, and no name of a user holds a dot. */
function isConfigurationEndpoint(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  return /\.(cache|memorydb\.[a-z0-9-]+)\.amazonaws\.com(\.cn)?$/.test(name) && name.split('.').includes('clustercfg');
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

function database(setup: Setup, client: Client): Finding[] {
  if (formOf(setup, client) !== 'cluster') return [];
  const db = setting(setup, client, 'db');
  const value = db?.value?.reveal();
  if (db === undefined || value === undefined || Number(value) === 0) return [];
  return [
    {
      place: db.place,
      message: `${db.from} selects database ${value}, a cluster has only database 0`,
      consequence: 'SELECT is refused in cluster mode.',
      fix: 'remove it, and separate by namespace',
    },
  ];
}
