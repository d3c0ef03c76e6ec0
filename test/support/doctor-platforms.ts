import {
  type Case,
  compose,
  config,
  deployment,
  ENV,
  NO_PASSWORD,
  OTHER,
  PASSWORD,
  pods,
  redisPods,
  referring,
  WITH_PASSWORD,
} from './doctor-setups.ts';

/** A project whose Redis is another image, with its options. */
function server(image: string, more: string, password = PASSWORD): Case['files'] {
  return {
    'compose.yaml': compose().replace(/ {2}redis:\n {4}image:[\s\S]*$/, `  redis:\n    image: ${image}\n    ${more}\n`),
    'config.yaml': config(),
    '.env': `REDIS_PASSWORD=${password}\n`,
  };
}

const LIMITS = '--maxmemory 384mb --maxmemory-policy allkeys-lru';
const ONE = 'service litellm';

/** Servers that take their password in a way of their own. */
const SERVERS: readonly Case[] = [
  ...[
    ['the image of Bitnami', 'bitnami/redis:7.4', `environment: [REDIS_PASSWORD=${OTHER}]`],
    ['a mirror of Bitnami Valkey', 'registry.corp/mirror/bitnamilegacy/valkey:8.1', `environment: { VALKEY_PASSWORD: ${OTHER} }`],
    ['Redis Stack', 'redis/redis-stack-server:7.4.0-v1', `environment: { REDIS_ARGS: "--requirepass ${OTHER}" }`],
    ['Valkey with flags', 'valkey/valkey:8.1', `environment: { VALKEY_EXTRA_FLAGS: "--requirepass ${OTHER}" }`],
    ['Dragonfly by its command', 'docker.dragonflydb.io/dragonflydb/dragonfly:v1.25.0', `command: ["--requirepass=${OTHER}"]`],
    ['Dragonfly by its environment', 'docker.dragonflydb.io/dragonflydb/dragonfly:v1.25.0', `environment: { DFLY_requirepass: ${OTHER} }`],
    ['KeyDB with its own configuration', 'eqalpha/keydb', `command: keydb-server /etc/keydb/keydb.conf --requirepass ${OTHER} ${LIMITS}`],
    ['a shell', 'redis:8.2', `command: sh -c 'exec redis-server --requirepass "$$PASS"'\n    environment: { PASS: ${OTHER} }`],
    ['a list', 'redis:8.2', `command: [redis-server, --requirepass, ${OTHER}]`],
    ['an entrypoint', 'redis:8.2', `entrypoint: [redis-server]\n    command: [--requirepass, ${OTHER}]`],
    ['a user of its ACL', 'redis:8.2', `command: ["redis-server", "--user", "default on >${OTHER} ~* &* +@all"]`],
    ['an ACL in words', 'redis:8.2', `command: redis-server --user default on '>${OTHER}' '~*' '+@all'`],
    ['an image of Red Hat', 'registry.access.redhat.com/rhel9/redis-7', `command: redis-server --requirepass ${OTHER}`],
  ].map(
    ([name, image = '', more = '']): Case => ({
      name: `${name} with another password than LiteLLM has`,
      files: server(image, more),
      found: { 'redis-login-refused': 'critical' },
      says: ['with another password than that of Redis of redis'],
      not: ['evidence-missing'],
    }),
  ),
  ...[
    ['the image of Bitnami', 'bitnami/redis:7.4', 'environment: [ALLOW_EMPTY_PASSWORD=yes]'],
    ['the official image, which reads no REDIS_PASSWORD', 'redis:8.2', 'environment: { REDIS_PASSWORD: "@{REDIS_PASSWORD}" }'],
    ['Dragonfly', 'docker.dragonflydb.io/dragonflydb/dragonfly:v1.25.0', 'command: ["--cache_mode=true"]'],
    ['KeyDB with its own configuration', 'eqalpha/keydb', 'command: keydb-server /etc/keydb/keydb.conf'],
  ].map(
    ([name, image = '', more = '']): Case => ({
      name: `${name} without a password`,
      files: server(image, more),
      found: { 'redis-login-refused': 'critical' },
      says: ['Redis of redis has none'],
      not: ['evidence-missing'],
    }),
  ),
  ...[
    ['Bitnami', 'bitnami/redis:7.4', `environment: [REDIS_PASSWORD=${PASSWORD}, "REDIS_EXTRA_FLAGS=${LIMITS}"]`],
    [
      'Dragonfly as a cache',
      'docker.dragonflydb.io/dragonflydb/dragonfly:v1.25.0',
      `command: ["--requirepass=${PASSWORD}", "--cache_mode=true"]`,
    ],
    ['a shell', 'redis:8.2', `command: sh -c 'exec redis-server --requirepass "$$PASS" ${LIMITS}'\n    environment: { PASS: ${PASSWORD} }`],
  ].map(
    ([name, image = '', more = '']): Case => ({ name: `${name} with the password of LiteLLM`, files: server(image, more), clean: true }),
  ),
  {
    name: 'Dragonfly that is no cache',
    files: server('docker.dragonflydb.io/dragonflydb/dragonfly:v1.25.0', `command: ["--requirepass=${PASSWORD}", "--maxmemory=2gb"]`),
    found: { 'eviction-policy': 'high' },
    not: ['no-memory-limit', 'redis-too-old'],
  },
  ...[
    ['bind 127.0.0.1 -::1', `requirepass ${PASSWORD}\nbind 127.0.0.1 -::1\nprotected-mode yes\n`, 'on its own loopback only'],
    ['protected-mode yes', 'protected-mode yes\nappendonly no\n', 'has protected-mode yes and no password'],
  ].map(
    ([name, text, says = '']): Case => ({
      name: `a redis.conf with ${name}, as it is delivered`,
      files: {
        ...server('redis:8.2', 'command: redis-server /etc/redis/redis.conf\n    volumes: ["./redis.conf:/etc/redis/redis.conf:ro"]'),
        'redis.conf': `${text}maxmemory 384mb\nmaxmemory-policy allkeys-lru\n`,
      },
      found: { 'redis-not-reachable': 'high' },
      says: [says],
    }),
  ),
  {
    name: 'a redis.conf that binds to every address',
    files: {
      ...server('redis:8.2', 'command: redis-server /etc/redis/redis.conf\n    volumes: ["./redis.conf:/etc/redis/redis.conf:ro"]'),
      'redis.conf': `bind * -::*\nrequirepass ${PASSWORD}\nmaxmemory 384mb\nmaxmemory-policy allkeys-lru\n`,
    },
    clean: true,
  },
  {
    name: 'a Sentinel by its own name',
    files: {
      'compose.yaml': compose({
        rest: '  sentinel:\n    image: redis:8.2\n    command: redis-sentinel /etc/sentinel.conf\n    volumes: ["./sentinel.conf:/etc/sentinel.conf"]\n',
      }),
      'sentinel.conf': 'sentinel monitor main redis 6379 1\n',
      'config.yaml': config('sentinel', 26379),
      ...ENV,
    },
    found: { 'sentinel-settings': 'high' },
  },
];

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

const TOPOLOGIES: readonly Case[] = [
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

/** Compose as people write it. */
const COMPOSE: readonly Case[] = [
  {
    name: 'a file of Compose 1',
    files: {
      'docker-compose.yml': `litellm:\n  image: ghcr.io/berriai/litellm:v1.104.2\n  links: [redis]\nredis:\n  image: redis:7.4\n`,
      'config.yaml': config(),
      ...ENV,
    },
    found: { 'evidence-missing': 'high' },
    says: ['is outside of services'],
  },
  {
    name: 'a configuration inside of the compose file',
    files: {
      'compose.yaml': compose({
        gateway: 'restart: always',
        start: 'command: ["--config", "/etc/litellm.yaml"]\n    configs: [{ source: gateway, target: /etc/litellm.yaml }]',
        rest: `configs:\n  gateway:\n    content: |\n${config('redis', 6379, NO_PASSWORD).replaceAll(/^(?=.)/gm, '      ')}`,
      }),
      ...ENV,
    },
    found: { 'redis-login-refused': 'critical' },
    settings: ['service litellm host=redis'],
  },
  {
    name: 'a password file, which LiteLLM does not read',
    files: {
      'compose.yaml': compose({
        gateway: 'environment: { REDIS_PASSWORD_FILE: /run/secrets/redis }\n    secrets: [redis]',
        rest: 'secrets: { redis: { file: ./redis.txt } }\n',
      }),
      'config.yaml': config('redis', 6379, NO_PASSWORD),
      'redis.txt': PASSWORD,
      ...ENV,
    },
    found: { 'redis-login-refused': 'critical' },
  },
  {
    name: 'quotes in a list of variables',
    files: {
      'compose.yaml': compose({ gateway: `environment:\n      - REDIS_HOST="redis"\n      - REDIS_PASSWORD="${PASSWORD}"` }),
      'config.yaml': config('os.environ/REDIS_HOST'),
      ...ENV,
    },
    found: { 'host-malformed': 'high', 'password-malformed': 'medium' },
  },
  {
    name: 'a variable that is set to nothing',
    files: {
      'compose.yaml': compose({ gateway: 'environment: { REDIS_HOST: "", REDIS_PASSWORD: "@{REDIS_PASSWORD:?}" }' }),
      'config.yaml': config('os.environ/REDIS_HOST'),
      ...ENV,
    },
    found: { 'host-malformed': 'high' },
    says: ['it is empty'],
  },
  {
    name: 'a password with a line break',
    files: {
      'compose.yaml': compose({ gateway: `environment: { REDIS_PASSWORD: "${PASSWORD}\\n" }` }),
      'config.yaml': config(),
      ...ENV,
    },
    found: { 'password-malformed': 'high', 'redis-login-refused': 'critical' },
  },
  ...['["redis:203.0.113.5"]', '["redis=203.0.113.5"]', '{ redis: 203.0.113.5 }', '["redis:[2001:db8::5]"]'].map(
    (hosts): Case => ({
      name: `another machine by extra_hosts: ${hosts}`,
      files: {
        'compose.yaml': `services:\n  litellm:\n    image: ghcr.io/berriai/litellm:v1.104.2\n    command: ["--config", "/app/config.yaml"]\n    volumes: ["./config.yaml:/app/config.yaml:ro"]\n    environment: { REDIS_PASSWORD: "${PASSWORD}" }\n    extra_hosts: ${hosts}\n`,
        'config.yaml': config(),
      },
      found: { 'remote-without-tls': 'high' },
      says: ['is another machine'],
    }),
  ),
  {
    name: 'the machine itself by extra_hosts',
    files: {
      'compose.yaml': compose({ gateway: `environment: { REDIS_PASSWORD: "${PASSWORD}" }\n    extra_hosts: ["cache:host-gateway"]` }),
      'config.yaml': config('cache'),
      ...ENV,
    },
    not: ['remote-without-tls', 'redis-not-reachable'],
  },
  {
    name: 'an image of its own, told by its port and its key, with the configuration inside',
    files: {
      'compose.yaml': `services:\n  gateway:\n    image: registry.corp/ai/gateway:12\n    ports: ["4000:4000"]\n    environment: { LITELLM_MASTER_KEY: "sk-${PASSWORD}", REDIS_HOST: redis }\n`,
    },
    found: { 'config-not-found': 'high' },
    instances: ['service gateway'],
    says: ['is in its image'],
  },
  {
    name: 'an exporter and a page with the key of LiteLLM',
    files: {
      'compose.yaml': compose({
        rest: `  exporter:\n    image: corp/litellm-cache-exporter:1\n    environment: { LITELLM_MASTER_KEY: "sk-${OTHER}", REDIS_PASSWORD: "${OTHER}" }\n  page:\n    image: corp/page:1\n    environment: { LITELLM_MASTER_KEY: "sk-${OTHER}" }\n`,
      }),
      'config.yaml': config(),
      ...ENV,
    },
    instances: [ONE],
    clean: true,
  },
  ...[
    'gunicorn litellm.proxy.proxy_server:app -k uvicorn.workers.UvicornWorker',
    'uvicorn litellm.proxy.proxy_server:app --port 4000',
    'python -m uvicorn litellm.proxy.proxy_server:app',
    'python3 -m litellm.proxy.proxy_cli',
    'python -m litellm',
    'sh -c "pip install litellm && exec litellm"',
    'ddtrace-run litellm',
    'opentelemetry-instrument litellm',
    'sh -c "./wait-for.sh redis:6379 -- litellm"',
  ].map(
    (command): Case => ({
      name: `LiteLLM by ${command}`,
      files: {
        'compose.yaml': compose({
          image: 'image: python:3.12',
          start: `command: ${command}\n    volumes: ["./config.yaml:/srv/gateway.yaml:ro"]`,
          gateway: 'environment: { CONFIG_FILE_PATH: /srv/gateway.yaml, REDIS_PASSWORD: "@{REDIS_PASSWORD:?}" }',
        }),
        'config.yaml': config(),
        ...ENV,
      },
      instances: [ONE],
      settings: ['service litellm host=redis'],
      clean: true,
    }),
  ),
  ...[
    ['services:\n  redis:\n    ports: !reset []\n', '!reset of the ports'],
    ['services:\n  redis:\n    ports: !override ["127.0.0.1:6380:6379"]\n', '!override of the ports'],
  ].map(
    ([override = '', name]): Case => ({
      name: `${name}, which an override takes back`,
      files: {
        'compose.yaml': compose({ redis: 'ports: ["6379:6379"]' }),
        'compose.override.yaml': override,
        'config.yaml': config(),
        ...ENV,
      },
      not: ['redis-port-open'],
      clean: true,
    }),
  ),
  ...[
    '{ REDIS_PASSWORD: "@{REDIS_PASSWORD:?}", REDIS_URL: "redis://other:6379" }',
    '["REDIS_PASSWORD=@{REDIS_PASSWORD:?}", "REDIS_URL=redis://other:6379"]',
  ].map(
    (environment): Case => ({
      name: `!reset of a variable in ${environment.slice(0, 1)}`,
      files: {
        'compose.yaml': compose({ gateway: `environment: ${environment}` }),
        'compose.override.yaml': 'services:\n  litellm:\n    environment: { REDIS_URL: !reset null }\n',
        'config.yaml': config(),
        ...ENV,
      },
      options: { litellmVersion: '1.80.9' },
      settings: ['service litellm host=redis'],
    }),
  ),
  {
    name: 'two containers with one configuration, of which one has no password',
    files: {
      'compose.yaml': compose({
        rest: '  second:\n    image: ghcr.io/berriai/litellm:v1.104.2\n    command: ["--config", "/app/config.yaml"]\n    volumes: ["./config.yaml:/app/config.yaml:ro"]\n',
      }),
      'config.yaml': config(),
      ...ENV,
    },
    instances: [ONE, 'service second'],
    found: { 'redis-login-refused': 'critical', 'variable-undefined': 'high' },
    says: ['Redis of redis asks for one (LiteLLM of service second)', 'which container second does not have'],
  },
  {
    name: 'two containers with one configuration and two wrong passwords',
    files: {
      'compose.yaml': compose({
        gateway: `environment: { REDIS_PASSWORD: ${OTHER} }`,
        rest: `  second:\n    image: ghcr.io/berriai/litellm:v1.104.2\n    command: ["--config", "/app/config.yaml"]\n    volumes: ["./config.yaml:/app/config.yaml:ro"]\n    environment: { REDIS_PASSWORD: ${OTHER.toLowerCase()} }\n`,
      }),
      'config.yaml': config(),
      ...ENV,
    },
    found: { 'redis-login-refused': 'critical' },
    says: ['than that of Redis of redis (config.yaml'],
  },
  {
    name: 'settings in the database',
    files: {
      'compose.yaml': compose({ gateway: 'environment: { REDIS_PASSWORD: "@{REDIS_PASSWORD:?}", STORE_MODEL_IN_DB: "True" }' }),
      'config.yaml': config(),
      ...ENV,
    },
    found: { 'evidence-missing': 'low' },
    clean: true,
  },
];

const NAMED = 'metadata: { name: redis, namespace: ai }';
const SERVICE = 'apiVersion: v1\nkind: Service\n';
/** A Redis beside LiteLLM in its pod. */
const BESIDE = `        - name: cache\n          image: redis:8.2\n          args: ["--requirepass", "${OTHER}"]\n`;

/** A Deployment whose password is written in it. */
function withPassword(host = 'redis', more: Parameters<typeof deployment>[2] = {}): string {
  return deployment(host, 6379, more).replace(/valueFrom: \{ secretKeyRef:.*$/m, `value: "${PASSWORD}"`);
}

/** Kubernetes as charts and operators make it. */
const KUBERNETES: readonly Case[] = [
  {
    name: 'a Service of type ExternalName that leads to a managed Redis',
    files: {
      'k/a.yaml': `${withPassword()}---\n${SERVICE}${NAMED}\nspec: { type: ExternalName, externalName: my.abc123.0001.use1.cache.amazonaws.com }\n`,
    },
    options: pods,
    found: { 'remote-without-tls': 'high' },
    says: ['redis:6379 (my.abc123.0001.use1.cache.amazonaws.com)'],
  },
  {
    name: 'one that leads to another namespace',
    files: {
      'k/a.yaml': `${withPassword()}---\n${SERVICE}${NAMED}\nspec: { type: ExternalName, externalName: redis.cache.svc.cluster.local }\n`,
      'k/b.yaml': redisPods(`["--requirepass", "${OTHER}"]`, { namespace: 'cache' }),
    },
    options: pods,
    found: { 'redis-login-refused': 'critical' },
    not: ['remote-without-tls', 'redis-not-reachable'],
  },
  {
    name: 'an address by hostAliases',
    files: {
      'k/a.yaml': withPassword().replace(
        '      containers:',
        '      hostAliases: [{ ip: 203.0.113.7, hostnames: [redis] }]\n      containers:',
      ),
    },
    options: pods,
    found: { 'remote-without-tls': 'high' },
  },
  {
    name: 'Redis in the pod of LiteLLM',
    files: { 'k/a.yaml': withPassword('localhost').replace('      volumes:', `${BESIDE}      volumes:`) },
    options: pods,
    found: { 'redis-login-refused': 'critical' },
    says: ['Redis of container cache of litellm'],
  },
  {
    name: 'the same as an init container that stays',
    files: {
      'k/a.yaml': withPassword('localhost').replace(
        '      containers:',
        `      initContainers:\n${BESIDE.replace('image:', 'restartPolicy: Always\n          image:')}      containers:`,
      ),
    },
    options: pods,
    found: { 'redis-login-refused': 'critical' },
    says: ['Redis of container cache of litellm'],
  },
  {
    name: 'an init container that ends',
    files: { 'k/a.yaml': withPassword().replace('      containers:', `      initContainers:\n${BESIDE}      containers:`) },
    options: pods,
    not: ['redis-login-refused', 'redis-not-reachable'],
  },
  {
    name: 'the chart of Bitnami, and LiteLLM without its password',
    files: {
      'k/a.yaml': deployment('redis')
        .replace(/ {12}- name: REDIS_PASSWORD\n.*\n/, '            - { name: A, value: b }\n')
        .replace('os.environ/REDIS_PASSWORD', 'null'),
      'k/b.yaml': redisPods('["-c", "/opt/bitnami/scripts/start-scripts/start-master.sh"]').replace(
        'image: redis:8.2',
        'image: docker.io/bitnami/redis:8.2\n          command: [/bin/bash]',
      ),
    },
    options: pods,
    found: { 'redis-login-refused': 'critical' },
    says: ['logs in without a password'],
  },
  {
    name: 'a key that the Secret does not have',
    files: {
      'k/a.yaml': deployment(),
      'k/s.yaml': `apiVersion: v1\nkind: Secret\n${NAMED}\nstringData: { redis-password: "${PASSWORD}" }\n`,
    },
    options: pods,
    found: { 'evidence-missing': 'high' },
    says: ['key password of Secret redis, which does not have it'],
  },
  ...[
    `apiVersion: v1\nkind: Secret\n${NAMED}\ndata: { password: "c2VjcmV0" }\n`,
    `apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\n${NAMED}\nspec: { encryptedData: { password: "AgB" } }\n`,
    `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\n${NAMED}\nspec: { dataFrom: [{ extract: { key: redis } }] }\n`,
  ].map(
    (secret): Case => ({
      name: `the key of a ${/kind: (\w+)/.exec(secret)?.[1]}`,
      files: { 'k/a.yaml': deployment(), 'k/b.yaml': redisPods(WITH_PASSWORD), 'k/s.yaml': secret },
      options: pods,
      clean: true,
    }),
  ),
  ...(['1.80.9', '1.92.2'] as const).map(
    (litellmVersion): Case => ({
      name: `the port that Kubernetes makes of a Service called redis, on ${litellmVersion}`,
      files: { 'k/a.yaml': deployment().replace('        port: 6379\n', ''), 'k/b.yaml': redisPods(WITH_PASSWORD) },
      options: { ...pods, litellmVersion },
      found: { 'argument-malformed': 'high' },
      not: ['redis-not-reachable', 'redis-port-mismatch'],
      says: ['the address that Kubernetes gives for a Service'],
    }),
  ),
  ...[
    ['a port of the configuration hides it', deployment(), redisPods(WITH_PASSWORD)],
    [
      'the pod does not want it',
      deployment().replace('        port: 6379\n', '').replace('      containers:', '      enableServiceLinks: false\n      containers:'),
      redisPods(WITH_PASSWORD),
    ],
    [
      'the Service has no address',
      deployment().replace('        port: 6379\n', ''),
      redisPods(WITH_PASSWORD).replace('type: ClusterIP', 'clusterIP: None'),
    ],
  ].map(
    ([name, a = '', b = '']): Case => ({
      name: `a Service called redis, and ${name}`,
      files: { 'k/a.yaml': a, 'k/b.yaml': b },
      options: { ...pods, litellmVersion: '1.80.9' },
      not: ['argument-malformed', 'redis-not-reachable', 'redis-port-mismatch'],
    }),
  ),
  ...[
    ['DeploymentConfig', 'apps.openshift.io/v1'],
    ['Service', 'serving.knative.dev/v1'],
    ['Rollout', 'argoproj.io/v1alpha1'],
    ['StatefulSet', 'apps/v1'],
    ['CloneSet', 'apps.kruise.io/v1alpha1'],
  ].map(
    ([kind, version]): Case => ({
      name: `LiteLLM in a ${kind} of ${version}`,
      files: {
        'k/a.yaml': deployment().replace('apiVersion: apps/v1\nkind: Deployment', `apiVersion: ${version}\nkind: ${kind}`),
        'k/b.yaml': redisPods('[]'),
      },
      options: pods,
      instances: [`${kind} ai/litellm`],
      found: { 'redis-login-refused': 'critical' },
    }),
  ),
  ...[
    `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: { name: gateway }\nspec: { chart: { spec: { chart: litellm-helm } } }\n`,
    `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: { name: gateway }\nspec: { source: { chart: litellm-helm } }\n`,
    `apiVersion: redis.redis.opstreelabs.in/v1beta2\nkind: Redis\nmetadata: { name: redis }\nspec: {}\n`,
    `apiVersion: databases.spotahome.com/v1\nkind: RedisFailover\nmetadata: { name: redis }\nspec: {}\n`,
    `apiVersion: dragonflydb.io/v1alpha1\nkind: Dragonfly\nmetadata: { name: redis }\nspec: {}\n`,
  ].map(
    (object): Case => ({
      name: `a ${/kind: (\w+)/.exec(object)?.[1]}, from which the cluster makes pods`,
      files: { 'k/a.yaml': deployment(), 'k/o.yaml': object },
      options: pods,
      found: { 'evidence-missing': 'high' },
      says: ['is made into pods in the cluster'],
    }),
  ),
  {
    name: 'objects that only look at Redis and LiteLLM',
    files: {
      'k/a.yaml': deployment(),
      'k/b.yaml': redisPods(WITH_PASSWORD),
      'k/o.yaml': [
        'monitoring.coreos.com/v1/ServiceMonitor',
        'monitoring.coreos.com/v1/PrometheusRule',
        'networking.k8s.io/v1/NetworkPolicy',
        'networking.istio.io/v1/VirtualService',
        'cert-manager.io/v1/Certificate',
        'argoproj.io/v1alpha1/AppProject',
        'policy/v1/PodDisruptionBudget',
      ]
        .map(
          (of) =>
            `apiVersion: ${of.slice(0, of.lastIndexOf('/'))}\nkind: ${of.slice(of.lastIndexOf('/') + 1)}\nmetadata: { name: litellm-redis }\nspec: {}\n`,
        )
        .join('---\n'),
    },
    options: pods,
    clean: true,
  },
  {
    name: 'the configuration in a Secret, which is not read',
    files: { 'k/a.yaml': deployment().replace('configMap: { name: litellm-config }', 'secret: { secretName: litellm-config }') },
    options: pods,
    found: { 'config-not-found': 'high' },
  },
];

const UNIT = (more: string) => `[Unit]\nDescription=LiteLLM\n[Service]\n${more}`;

/** LiteLLM without containers, or by docker run. */
const STARTED: readonly Case[] = [
  {
    name: 'a unit of systemd with a url, and a file of variables beside it',
    files: {
      'litellm.service': UNIT(
        'Environment="REDIS_URL=redis://other:6379" LOG=debug\nEnvironmentFile=-/etc/litellm/more.env\nEnvironmentFile=/etc/litellm/litellm.env\nExecStart=/opt/litellm/bin/litellm --config /etc/litellm/config.yaml \\\n  --port 4000\n',
      ),
      'litellm.env': `REDIS_PASSWORD="${PASSWORD}"\n`,
      'config.yaml': config(),
    },
    options: { litellmVersion: '1.80.9' },
    instances: ['litellm.service'],
    found: { 'redis-url-without-password': 'critical', 'redis-url-hides-address': 'high' },
    says: ['(litellm.service:4:1)'],
  },
  {
    name: 'a unit that was named beside the configuration',
    files: {
      'etc/gateway.service': UNIT(
        `Environment=REDIS_HOST=other\nEnvironment=CONFIG_FILE_PATH=/etc/litellm/config.yaml\nExecStart=/usr/bin/python3 -m uvicorn litellm.proxy.proxy_server:app\n`,
      ),
      'config.yaml': config('os.environ/REDIS_HOST'),
    },
    options: { litellmConfig: 'config.yaml', envFiles: ['etc/gateway.service'], litellmVersion: '1.104.2' },
    instances: ['etc/gateway.service'],
    settings: ['etc/gateway.service host=other'],
  },
  {
    name: 'a unit whose files are not here',
    files: {
      'litellm.service': UNIT('EnvironmentFile=/etc/nowhere/litellm.env\nExecStart=/usr/bin/litellm --config /etc/nowhere/config.yaml\n'),
    },
    found: { 'evidence-missing': 'high', 'config-not-found': 'high' },
  },
  {
    name: 'a unit that runs docker',
    files: {
      'litellm.service': UNIT(
        'ExecStartPre=-/usr/bin/docker rm -f litellm\nExecStart=/usr/bin/docker run --rm --name litellm -e REDIS_URL=redis://other:6379 -v ./config.yaml:/app/config.yaml ghcr.io/berriai/litellm:v1.80.9 --config /app/config.yaml\n',
      ),
      'config.yaml': config(),
    },
    instances: ['docker run in litellm.service'],
    found: { 'redis-url-hides-address': 'high' },
  },
  {
    name: 'a script with docker run',
    files: {
      'run.sh': `#!/bin/bash\nset -e\nexport REDIS_PASSWORD=${PASSWORD}\ndocker rm -f litellm || true\ndocker run -dit --name litellm \\\n  -p 4000:4000 --restart=always \\\n  -e REDIS_URL="redis://other:6379" -e REDIS_PASSWORD \\\n  -v "$(pwd)/conf/gateway.yaml:/app/config.yaml:ro" \\\n  ghcr.io/berriai/litellm:v1.80.9 \\\n  --config /app/config.yaml --detailed_debug\n`,
      'conf/gateway.yaml': config(),
    },
    instances: ['docker run in run.sh'],
    found: { 'redis-url-without-password': 'critical' },
  },
  {
    name: 'a script that starts both with docker run',
    files: {
      'up.sh': `docker network create net\ndocker run -d --name redis --network net redis:8.2 redis-server --requirepass ${PASSWORD}\nsudo docker run -d --network net --env-file .env --mount type=bind,src=./config.yaml,dst=/app/config.yaml ghcr.io/berriai/litellm:v1.104.2 --config=/app/config.yaml\n`,
      'config.yaml': config(),
      ...ENV,
    },
    instances: ['docker run in up.sh'],
    settings: ['docker run in up.sh host=redis'],
    found: { 'evidence-missing': 'high' },
    says: ['starts Redis with docker run'],
  },
  {
    name: 'a configuration of docker run that is not here',
    files: { 'run.sh': 'docker run -v /srv/nowhere.yaml:/app/config.yaml ghcr.io/berriai/litellm:v1.104.2 --config /app/config.yaml\n' },
    found: { 'config-not-found': 'high' },
  },
  {
    name: 'a Procfile',
    files: {
      Procfile: 'web: REDIS_URL=redis://other litellm --config config.yaml --port $PORT\nworker: python worker.py\n',
      'config.yaml': config(),
      ...ENV,
    },
    options: { litellmVersion: '1.80.9' },
    instances: ['Procfile'],
    found: { 'redis-url-without-password': 'critical' },
  },
  {
    name: 'a script that starts LiteLLM itself',
    files: { 'start.sh': `#!/bin/sh\nexport REDIS_HOST=other\nexec litellm --config=gateway.yaml\n`, 'gateway.yaml': config(), ...ENV },
    instances: ['start.sh'],
    settings: ['start.sh host=redis'],
    found: { 'environment-differs': 'high' },
  },
  {
    name: 'scripts that start something else',
    files: {
      'install.sh': 'pip install litellm\necho litellm\n',
      'exporter.sh': 'docker run -e LITELLM_URL=http://litellm:4000 corp/litellm-exporter:1\n',
      'up.sh': 'docker compose up -d litellm\n',
      'config.yaml': config(),
      ...ENV,
    },
    instances: [],
    settings: ['LiteLLM host=redis'],
    clean: true,
  },
  {
    name: 'a script beside a compose project, which is what counts',
    files: { 'compose.yaml': compose(), 'old.sh': 'litellm --config other.yaml\n', 'config.yaml': config(), ...ENV },
    instances: [ONE],
    clean: true,
  },
];

/** Setups by the platform that they run on. */
export const PLATFORM_SETUPS: readonly Case[] = referring([...SERVERS, ...TOPOLOGIES, ...COMPOSE, ...KUBERNETES, ...STARTED]);
