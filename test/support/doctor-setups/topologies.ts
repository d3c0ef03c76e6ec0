import { type Case, compose, config, OTHER, PASSWORD } from './case.ts';

/** Clusters, Sentinels and replicas: what LiteLLM is told, and what the servers are. */
function nodes(more: string, start: string, rest = '', password = PASSWORD): Case['files'] {
  return {
    'compose.yaml': compose({ server: `--requirepass ${PASSWORD} ${start}`, rest }),
    'config.yaml': config().replace('    host: redis\n    port: 6379\n', more),
    '.env': `REDIS_PASSWORD=${password}\n`,
  };
}
const CLUSTER = '    redis_startup_nodes: [{ host: redis, port: 6379 }]\n';
const SENTINEL = (host: string, port: number) => `    service_name: main\n    sentinel_nodes: [["${host}", ${port}]]\n`;
const WATCHER = '  watcher:\n    image: redis:8.2\n    command: ["redis-server", "/s.conf", "--sentinel"]\n';

export const TOPOLOGIES: readonly Case[] = [
  { name: 'a cluster and its nodes', files: nodes(CLUSTER, '--cluster-enabled yes'), clean: true },
  {
    name: 'a cluster with another password',
    files: nodes(CLUSTER, '--cluster-enabled yes', '', OTHER),
    found: { 'redis-login-refused': 'critical' },
    not: ['cluster-settings'],
  },
  { name: 'nodes that are a single server', files: nodes(CLUSTER, ''), found: { 'cluster-settings': 'high' } },
  {
    name: 'nodes of which none has a name',
    files: nodes(CLUSTER.replace('redis, port', 'cache-1, port'), '--cluster-enabled yes'),
    found: { 'redis-not-reachable': 'high' },
  },
  {
    name: 'nodes of which one has a name',
    files: nodes('    redis_startup_nodes: [{ host: cache-1, port: 6379 }, { host: redis, port: 6379 }]\n', '--cluster-enabled yes'),
    not: ['redis-not-reachable'],
  },
  { name: 'a Sentinel by its nodes', files: nodes(SENTINEL('watcher', 26379), '', WATCHER), clean: true },
  { name: 'a data server as a Sentinel', files: nodes(SENTINEL('redis', 6379), ''), found: { 'sentinel-settings': 'high' } },
  { name: 'Sentinels without a name', files: nodes(SENTINEL('sentinel', 26379), ''), found: { 'redis-not-reachable': 'high' } },
  ...['--replicaof main 6379', '--slaveof main 6379'].map(
    (start): Case => ({
      name: `a replica by ${start}`,
      files: nodes('    host: redis\n    port: 6379\n', start),
      found: { 'redis-not-reachable': 'high' },
      says: ['is a replica, which refuses writes'],
    }),
  ),
  { name: 'a replica that takes writes', files: nodes('    host: redis\n', '--replicaof main 6379 --replica-read-only no'), clean: true },
  ...['tasks.redis', 'redis.default', 'redis.project_default'].map(
    (host): Case => ({
      name: `the name ${host}, which Docker resolves`,
      files: nodes(`    host: ${host}\n    port: 6379\n`, ''),
      not: ['remote-without-tls', 'redis-not-reachable'],
      clean: true,
    }),
  ),
  {
    name: 'a socket, which is no host',
    files: nodes(`    url: unix:///run/redis/redis.sock?password=${PASSWORD}\n`, ''),
    not: ['published-port-inside', 'redis-not-reachable', 'remote-without-tls'],
  },
];
