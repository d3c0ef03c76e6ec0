import type { Severity } from '../../src/doctor/finding.ts';
import type { DoctorOptions } from '../../src/doctor/options.ts';
import type { Files } from './doctor-page.ts';

/** Files as people have them, and what somebody who knows LiteLLM, Redis, Compose and Kubernetes says about them. */
export interface Case {
  name: string;
  files: Files;
  /** The options of the command; none lets the doctor look in the directory. */
  options?: Partial<DoctorOptions>;
  /** Rules that must report something, and how bad. */
  found?: Readonly<Record<string, Severity>>;
  /** Rules that must not. */
  not?: readonly string[];
  /** Whether nothing high or critical is to be found. */
  clean?: boolean;
  /** The containers of LiteLLM. */
  instances?: readonly string[];
  /** Settings of the cache that they have. */
  settings?: readonly string[];
  /** Parts of messages. */
  says?: readonly string[];
}

export const PASSWORD = 'pX4nWk9VqT2rLc7MhB5sJz8YdG3fUa6E';
export const OTHER = 'qB4nT8xWc2Lr7VzKd9Mh5JpYs3GfUa6E';

/** A configuration of LiteLLM that uses Redis by host and port. */
export function config(host = 'redis', port: number | string = 6379, more = '    password: os.environ/REDIS_PASSWORD\n'): string {
  return `model_list: []\nlitellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    host: ${host}\n    port: ${port}\n${more}    ttl: 600\n    max_connections: 50\n    socket_timeout: 2\n`;
}

export const NO_PASSWORD = '    namespace: litellm\n';

interface Parts {
  image?: string;
  start?: string;
  gateway?: string;
  server?: string;
  redis?: string;
  rest?: string;
}

/** A compose project of LiteLLM and Redis in which nothing is wrong, with parts to replace. */
export function compose({
  image = 'image: ghcr.io/berriai/litellm:v1.104.2',
  start = 'command: ["--config", "/app/config.yaml"]\n    volumes: ["./config.yaml:/app/config.yaml:ro"]',
  gateway = 'environment: { REDIS_PASSWORD: "@{REDIS_PASSWORD:?}" }',
  server = '--requirepass @{REDIS_PASSWORD:?}',
  redis = '',
  rest = '',
}: Parts = {}): string {
  return `services:
  litellm:
    ${image}
    ${start}
    ${gateway}
    depends_on: { redis: { condition: service_healthy } }
  redis:
    image: redis:8.2
    command: redis-server ${server} --maxmemory 384mb --maxmemory-policy allkeys-lru
    healthcheck: { test: ["CMD", "redis-cli", "ping"] }
    ${redis}
${rest}`;
}

export const ENV = { '.env': `REDIS_PASSWORD=${PASSWORD}\n` };

/** A Deployment of LiteLLM with its configuration in a ConfigMap. */
export function deployment(host = 'redis', port = 6379, { namespace = 'ai', name = 'litellm', volume = true, env = '' } = {}): string {
  return `apiVersion: v1
kind: ConfigMap
metadata: { name: ${name}-config, namespace: ${namespace} }
data:
  config.yaml: |
${config(host, port)
  .split('\n')
  .map((line) => `    ${line}`.trimEnd())
  .join('\n')}
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - name: litellm
          image: ghcr.io/berriai/litellm:v1.104.2
          args: ["--config", "/etc/litellm/config.yaml"]
          env:
            - name: REDIS_PASSWORD
              valueFrom: { secretKeyRef: { name: redis, key: password } }
${env}          volumeMounts: [{ name: config, mountPath: /etc/litellm }]
${volume ? `      volumes: [{ name: config, configMap: { name: ${name}-config } }]\n` : `      volumes: [{ name: config, configMap: { name: elsewhere } }]\n`}`;
}

/** A Redis of Kubernetes with its Service. */
export function redisPods(
  command: string,
  { namespace = 'ai', type = 'ClusterIP', port = 6379, target = '6379', selector = 'redis', more = '' } = {},
): string {
  return `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: redis, namespace: ${namespace} }
spec:
  template:
    metadata: { labels: { app: redis } }
    spec:
      containers:
        - name: redis
          image: redis:8.2
          args: ${command}
          ports: [{ name: redis, containerPort: 6379 }]
          env:
            - name: REDIS_PASSWORD
              valueFrom: { secretKeyRef: { name: redis, key: password } }
---
apiVersion: v1
kind: Service
metadata: { name: redis, namespace: ${namespace}${more} }
spec:
  type: ${type}
  selector: { app: ${selector} }
  ports: [{ port: ${port}, targetPort: ${target} }]
`;
}

export const WITH_PASSWORD = '["--requirepass", "$(REDIS_PASSWORD)"]';
export const pods = { kubernetes: ['k'] };

/** Who LiteLLM is. */
const IDENTITY: readonly Case[] = [
  {
    name: 'nothing is wrong with this project',
    files: { 'compose.yaml': compose(), 'config.yaml': config(), ...ENV },
    clean: true,
    instances: ['service litellm'],
  },
  {
    name: 'a service that is built from the image of LiteLLM',
    files: {
      'compose.yaml': compose({ image: 'build: .', start: 'container_name: gateway' }),
      Dockerfile:
        'FROM ghcr.io/berriai/litellm:v1.104.2\nCOPY config.yaml /app/config.yaml\nENV REDIS_DB=3\nCMD ["--config", "/app/config.yaml"]\n',
      'config.yaml': config('redis', 6379, '    password: os.environ/REDIS_PASSWORD\n    db: os.environ/REDIS_DB\n'),
      ...ENV,
    },
    instances: ['service litellm'],
    settings: ['service litellm db=3'],
    clean: true,
  },
  {
    name: 'a service that is built with pip, in a folder of its own, by a target',
    files: {
      'compose.yaml': compose({ image: 'build: { context: gateway, target: run }', start: 'restart: always', server: '' }),
      'gateway/Dockerfile':
        'ARG BASE=python:3.12\nFROM @{BASE} AS run\nWORKDIR /srv\nRUN pip install \\\n  "litellm[proxy]"\nCOPY config.yaml .\nENTRYPOINT ["litellm", "--config=config.yaml"]\nFROM scratch\n',
      'gateway/config.yaml': config(),
      ...ENV,
    },
    instances: ['service litellm'],
    found: { 'redis-login-refused': 'critical' },
    not: ['litellm-unrecognised', 'config-not-found'],
  },
  {
    name: 'an exporter, a database and a page that are called after LiteLLM are not it',
    files: {
      'compose.yaml': compose({
        server: '',
        rest: `  exporter:
    image: registry.example.com/exporter-litellm:2.3.1
    environment: { REDIS_HOST: elsewhere, REDIS_PASSWORD: ${OTHER}, LITELLM_MASTER_KEY: sk-${OTHER} }
  litellm-db:
    image: postgres:17
    environment: { POSTGRES_PASSWORD: ${OTHER}2 }
  litellm-ui:
    image: example/litellm-ui:1
    ports: ["127.0.0.1:3000:3000"]
`,
      }),
      'config.yaml': config(),
      ...ENV,
    },
    instances: ['service litellm'],
    settings: ['service litellm host=redis'],
    found: { 'redis-login-refused': 'critical' },
  },
  {
    name: 'a job in the image of LiteLLM, and clients of Redis in the image of Redis, serve nothing',
    files: {
      'compose.yaml': compose({
        rest: `  migrate:
    image: ghcr.io/berriai/litellm:v1.80.0
    entrypoint: ["python", "litellm/proxy/prisma_migration.py"]
  flush:
    image: redis:8.2
    command: redis-cli -h redis flushdb
  watch:
    image: redis:8.2
    entrypoint: sh -c "until redis-cli -h redis ping; do sleep 1; done"
`,
      }),
      'config.yaml': config(),
      ...ENV,
    },
    instances: ['service litellm'],
    clean: true,
    not: ['known-bad-release', 'redis-without-password'],
  },
  ...[
    ['a mirror', 'image: harbor.example.com/dockerhub/berriai/litellm-database:v1.104.2', undefined],
    ['a shell', 'image: python:3.12', `command: sh -c "pip install litellm[proxy] && exec litellm --config /app/config.yaml"`],
    [
      'uvicorn',
      'image: example/llm:1',
      'command: ["uvicorn", "litellm.proxy.proxy_server:app", "--port", "4000"]\n    environment: { CONFIG_FILE_PATH: /app/config.yaml }\n    x-note: 1',
    ],
    ['a launcher', 'image: example/llm:1', 'entrypoint: ["tini", "--", "ddtrace-run"]\n    command: ["litellm", "-c", "/app/config.yaml"]'],
    ['its configuration', 'image: example/llm:1', 'command: ["--config", "/app/config.yaml"]'],
    ['its port and a flag', 'image: example/llm:1', 'command: ["--config", "/app/config.yaml", "--port", "4000"]\n    expose: ["4000"]'],
  ].map(
    ([by, image = '', start = 'command: ["--config", "/app/config.yaml"]']): Case => ({
      name: `LiteLLM is known by ${by}`,
      files: {
        'compose.yaml': compose({
          image,
          start: `${start}\n    volumes: ["./config.yaml:/app/config.yaml:ro"]`,
          gateway: 'env_file: [gateway.env]',
          server: '',
        }),
        'gateway.env': `REDIS_PASSWORD=${PASSWORD}\n`,
        'config.yaml': config(),
      },
      instances: ['service litellm'],
      found: { 'redis-login-refused': 'critical' },
      not: ['litellm-unrecognised', 'config-not-found'],
    }),
  ),
  {
    name: 'two gateways with settings of their own, each with its findings',
    files: {
      'compose.yaml': `services:
  blue:
    image: ghcr.io/berriai/litellm:v1.104.2
    command: ["--config", "/app/config.yaml"]
    volumes: ["./blue.yaml:/app/config.yaml:ro"]
    environment: { REDIS_PASSWORD: "${PASSWORD}" }
  green:
    image: ghcr.io/berriai/litellm:v1.80.9
    command: ["--config", "/app/config.yaml"]
    volumes: ["./green.yaml:/app/config.yaml:ro"]
    environment: { REDIS_PASSWORD: "${PASSWORD}" }
  redis:
    image: redis:8.2
    command: redis-server --requirepass ${PASSWORD} --maxmemory 384mb --maxmemory-policy allkeys-lru
`,
      'blue.yaml': config(),
      'green.yaml': config('cache', 6379),
    },
    instances: ['service blue', 'service green'],
    settings: ['service blue host=redis', 'service green host=cache'],
    found: { 'redis-not-reachable': 'high' },
    not: ['config-not-found', 'redis-login-refused'],
    says: ['is called cache (green.yaml:6:5)'],
  },
  {
    name: 'a container that may be LiteLLM or not',
    files: { 'compose.yaml': 'services:\n  gateway:\n    image: example/gateway:1\n    command: ["--config", "/etc/gateway.yaml"]\n' },
    instances: [],
    found: { 'litellm-unrecognised': 'high' },
  },
  {
    name: 'another program with --config, and another one on port 4000',
    files: {
      'compose.yaml': compose({
        rest: '  prometheus:\n    image: prom/prometheus:v3\n    command: ["--config.file=/etc/prometheus/p.yml"]\n  collector:\n    image: otel/opentelemetry-collector:1\n    command: ["--config=/etc/otel.yaml"]\n    volumes: ["./otel.yaml:/etc/otel.yaml"]\n  docs:\n    image: example/docs:1\n    ports: ["127.0.0.1:4000:4000"]\n',
      }),
      'otel.yaml': 'receivers: {}\n',
      'config.yaml': config(),
      ...ENV,
    },
    instances: ['service litellm'],
    clean: true,
  },
];

/** What could not be found. */
const GAPS: readonly Case[] = [
  ...[
    ['a folder is mounted', 'command: ["--config", "/app/conf/config.yaml"]\n    volumes: ["./conf:/app/conf"]'],
    ['--config=FILE', 'command: ["--config=/app/conf/config.yaml"]\n    volumes: ["./conf/config.yaml:/app/conf/config.yaml:ro"]'],
    ['-c FILE', 'command: -c /app/conf/config.yaml\n    volumes: [{ type: bind, source: ./conf, target: /app/conf, read_only: true }]'],
    [
      'CONFIG_FILE_PATH',
      'command: --port 4000\n    environment: { CONFIG_FILE_PATH: /app/conf/config.yaml, REDIS_PASSWORD: x }\n    volumes: ["./conf:/app/conf/"]\n    x-a: 1',
    ],
    ['a config of Compose', 'command: ["--config", "/etc/litellm.yaml"]\n    configs: [{ source: llm, target: /etc/litellm.yaml }]'],
    ['a folder of work', 'working_dir: /srv/conf\n    command: ["--config", "config.yaml"]\n    volumes: ["./conf:/srv/conf"]'],
  ].flatMap(([how = '', start = '']): Case[] => {
    const files = {
      'compose.yaml': compose({
        start,
        gateway: 'labels: { a: b }',
        server: `--requirepass ${PASSWORD}`,
        rest: 'configs: { llm: { file: ./conf/config.yaml } }\n',
      }),
    };
    return [
      {
        name: `the configuration is not here: ${how}`,
        files,
        found: { 'config-not-found': 'high' },
        says: ['config.yaml'],
        not: ['redis-login-refused'],
      },
      {
        name: `the configuration is here: ${how}`,
        files: { ...files, 'conf/config.yaml': config('redis', 6379, NO_PASSWORD) },
        found: { 'redis-login-refused': 'critical' },
        not: ['config-not-found'],
      },
    ];
  }),
  {
    name: 'a configuration that lies beside the compose file is not the one that is mounted',
    files: {
      'compose.yaml': compose({
        start: 'command: ["--config", "/app/config.yaml"]\n    volumes: ["./litellm/proxy.yaml:/app/config.yaml"]',
        gateway: 'restart: always',
      }),
      'config.yaml': 'exporter: {}\n',
      'litellm/proxy.yaml': config('redis', 6379, NO_PASSWORD),
      ...ENV,
    },
    found: { 'redis-login-refused': 'critical' },
    not: ['config-not-found'],
  },
  {
    name: 'the image holds the configuration',
    files: { 'compose.yaml': compose({ start: 'command: ["--config", "/app/config.yaml"]' }), ...ENV },
    found: { 'config-not-found': 'high' },
  },
  {
    name: 'the configuration lies in a bucket',
    files: {
      'compose.yaml': compose({
        start: 'restart: always',
        gateway: 'environment: { LITELLM_CONFIG_BUCKET_NAME: b, REDIS_PASSWORD: "@{REDIS_PASSWORD:?}" }',
      }),
      ...ENV,
    },
    found: { 'config-not-found': 'high' },
  },
  {
    name: 'a configuration that was named means one that is in the image',
    files: { 'compose.yaml': compose({ start: 'command: ["--config", "/app/config.yaml"]' }), 'other/llm.yaml': config(), ...ENV },
    options: { compose: ['compose.yaml'], litellmConfig: 'other/llm.yaml' },
    clean: true,
  },
  {
    name: 'env_file, include and extends that are not here',
    files: {
      'compose.yaml': `include: [db/compose.yaml]\n${compose({ gateway: 'env_file: [gone.env]', redis: 'extends: { file: base.yaml, service: redis }' })}`,
      'config.yaml': config(),
      ...ENV,
    },
    found: { 'evidence-missing': 'high' },
    says: ['includes db/compose.yaml', 'extends a service of base.yaml', 'gone.env does not exist'],
  },
  {
    name: 'include and extends that are here',
    files: {
      'compose.yaml':
        'include:\n  - path: cache/compose.yaml\nservices:\n  litellm:\n    extends: { file: base/llm.yaml, service: llm }\n    environment: { REDIS_HOST: redis }\n    depends_on: { redis: { condition: service_healthy } }\n',
      'base/llm.yaml':
        'services:\n  llm:\n    image: ghcr.io/berriai/litellm:v1.104.2\n    command: ["--config", "/app/config.yaml"]\n    volumes: ["./config.yaml:/app/config.yaml"]\n',
      'base/config.yaml': config('os.environ/REDIS_HOST', 6379, NO_PASSWORD),
      'cache/compose.yaml':
        'services:\n  redis:\n    image: redis:8.2\n    command: redis-server --requirepass @{PW:?} --maxmemory 1gb --maxmemory-policy allkeys-lru\n    healthcheck: { test: [CMD, redis-cli, ping] }\n',
      'cache/.env': `PW=${PASSWORD}\n`,
    },
    instances: ['service litellm'],
    found: { 'redis-login-refused': 'critical' },
    not: ['evidence-missing', 'config-not-found'],
  },
  {
    name: 'a template of a chart',
    files: { 'k/d.yaml': 'kind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\n' },
    options: pods,
    found: { 'evidence-missing': 'high' },
  },
  {
    name: 'a template of a chart that is YAML all the same',
    files: {
      'k/d.yaml':
        'kind: Deployment\nmetadata: { name: "{{ .Release.Name }}" }\nspec: { template: { spec: { containers: [{ name: litellm, image: "{{ .Values.image }}" }] } } }\n',
    },
    options: pods,
    found: { 'evidence-missing': 'high' },
  },
  {
    name: 'values of a chart',
    files: { 'k/values.yaml': 'image: { repository: ghcr.io/berriai/litellm }\nproxy_config: {}\n' },
    options: pods,
    found: { 'evidence-missing': 'high' },
  },
  {
    name: 'kustomize changes the manifests',
    files: {
      'k/kustomization.yaml': 'resources: [d.yaml]\nconfigMapGenerator: [{ name: litellm-config, files: [config.yaml] }]\n',
      'k/d.yaml': `${deployment()}---\n${redisPods(WITH_PASSWORD)}`,
    },
    options: pods,
    found: { 'evidence-missing': 'high' },
    says: ['configMapGenerator'],
  },
  {
    name: 'alerts in a ConfigMap, and a kustomization that only lists, are no gaps',
    files: {
      'k/kustomization.yaml': 'resources: [d.yaml, a.yaml]\nnamespace: ai\n',
      'k/a.yaml':
        'kind: ConfigMap\nmetadata: { name: alerts, namespace: ai }\ndata:\n  a.yml: |\n    summary: "{{ $labels.instance }} is down"\n',
      'k/d.yaml': `${deployment()}---\n${redisPods(WITH_PASSWORD)}`,
    },
    options: pods,
    clean: true,
    instances: ['Deployment ai/litellm'],
  },
  {
    name: 'a ConfigMap that is not given',
    files: { 'k/d.yaml': deployment('redis', 6379, { volume: false }) },
    options: pods,
    found: { 'config-not-found': 'high' },
    says: ['ConfigMap elsewhere'],
  },
  {
    name: 'an environment from a Secret that is not given',
    files: {
      'k/d.yaml': deployment('redis', 6379).replace(
        '          env:\n',
        '          envFrom: [{ secretRef: { name: gone } }]\n          env:\n',
      ),
    },
    options: pods,
    found: { 'evidence-missing': 'high' },
    says: ['Secret gone'],
  },
  {
    name: 'a redis.conf that is not here',
    files: {
      'compose.yaml': compose({
        server: '/usr/local/etc/redis/redis.conf',
        redis: 'volumes: ["./redis.conf:/usr/local/etc/redis/redis.conf"]',
      }),
      'config.yaml': config(),
      ...ENV,
    },
    found: { 'evidence-missing': 'high' },
    not: ['redis-without-password', 'redis-login-refused'],
  },
];

/** Both sides of a connection. */
const SIDES: readonly Case[] = [
  {
    name: 'Redis asks for a password, LiteLLM has none',
    files: { 'compose.yaml': compose({ gateway: 'restart: always' }), 'config.yaml': config('redis', 6379, NO_PASSWORD), ...ENV },
    found: { 'redis-login-refused': 'critical' },
  },
  {
    name: 'LiteLLM has a password, Redis asks for none',
    files: { 'compose.yaml': compose({ server: '' }), 'config.yaml': config(), ...ENV },
    found: { 'redis-login-refused': 'critical' },
  },
  {
    name: 'the passwords differ',
    files: { 'compose.yaml': compose({ server: `--requirepass ${OTHER}` }), 'config.yaml': config(), ...ENV },
    found: { 'redis-login-refused': 'critical' },
    says: ['another password'],
  },
  {
    name: 'requirepass is in redis.conf',
    files: {
      'compose.yaml': compose({
        gateway: 'restart: always',
        server: '/etc/redis.conf',
        redis: 'volumes: ["./conf/redis.conf:/etc/redis.conf:ro"]',
      }),
      'conf/redis.conf': `# ours\nrequirepass "${PASSWORD}"\nmaxmemory 1gb\n`,
      'config.yaml': config('redis', 6379, NO_PASSWORD),
    },
    found: { 'redis-login-refused': 'critical' },
    not: ['evidence-missing', 'redis-without-password'],
  },
  {
    name: 'requirepass in redis.conf is the one that LiteLLM has',
    files: {
      'compose.yaml': compose({ server: '/etc/redis.conf', redis: 'volumes: ["./conf/redis.conf:/etc/redis.conf:ro"]' }),
      'conf/redis.conf': `requirepass ${PASSWORD}\n`,
      'config.yaml': config(),
      ...ENV,
    },
    clean: true,
  },
  {
    name: 'the default user is off',
    files: {
      'compose.yaml': compose({ server: `--user default off --user litellm on >${PASSWORD} ~litellm:* +@read +@write` }),
      'config.yaml': config(),
      ...ENV,
    },
    found: { 'redis-login-refused': 'critical' },
    says: ['user default, which is off'],
  },
  ...[
    ['a password', `user default off\nuser litellm on >${PASSWORD} ~* +@all -@dangerous\n`, true],
    ['a digest', 'user default off\nuser litellm on #90b66bad69dea86abac2ee6e8f6ba4d7a8cd8a5fd0fa7ae6ebbb9ed8d0ca7a4f ~* +get\n', false],
    ['another user', `user default off\nuser cache on >${PASSWORD} ~* +get\n`, false],
    ['a user that is off', `user default off\nuser litellm off >${PASSWORD} ~* +get\n`, false],
  ].map(
    ([how, acl, right]): Case => ({
      name: `an ACL file with ${String(how)}`,
      files: {
        'compose.yaml': compose({
          server: '--aclfile /run/secrets/acl',
          redis: 'secrets: [acl]',
          rest: 'secrets: { acl: { file: ./users.acl } }\n',
        }),
        'users.acl': String(acl),
        'config.yaml': config('redis', 6379, '    username: litellm\n    password: os.environ/REDIS_PASSWORD\n'),
        ...ENV,
      },
      ...(right === true ? { clean: true } : { found: { 'redis-login-refused': 'critical' } }),
    }),
  ),
  {
    name: 'a password that is not known is not compared',
    files: {
      'compose.yaml': compose({ server: '--requirepass @{REDIS_PASSWORD}', gateway: 'environment: [REDIS_PASSWORD]' }),
      'config.yaml': config(),
    },
    not: ['redis-login-refused', 'password-cut', 'password-shared'],
  },
  {
    name: 'a variable that is in env_file only',
    files: {
      'compose.yaml': compose({ gateway: 'env_file: [gateway.env]', server: '--requirepass "@{REDIS_PASSWORD:-}"' }),
      'gateway.env': `REDIS_PASSWORD=${PASSWORD}\n`,
      'config.yaml': config(),
    },
    found: { 'variable-only-in-env-file': 'high', 'redis-login-refused': 'critical' },
  },
  {
    name: 'a variable that is in env_file and in .env',
    files: { 'compose.yaml': compose({ gateway: 'env_file: [.env]' }), 'config.yaml': config(), ...ENV },
    clean: true,
  },
  {
    name: 'a dollar sign in a password of .env, of env_file and of the compose file',
    files: {
      'compose.yaml': compose({ gateway: 'env_file: [gateway.env]', server: '--requirepass Long$words9VqT2rLc7MhB5sJz' }),
      '.env': 'REDIS_PASSWORD=Long$words9VqT2rLc7MhB5sJz\n',
      'gateway.env': 'REDIS_PASSWORD="Long$words9VqT2rLc7MhB5sJz"\n',
      'config.yaml': config(),
    },
    found: { 'password-cut': 'high' },
    says: ['(.env:1:1)', '(gateway.env:1:1)', 'command holds'],
  },
  {
    name: 'a dollar sign that is written twice or in single quotes, and references that are meant',
    files: {
      'compose.yaml': compose({
        gateway:
          'environment: { REDIS_PASSWORD: $REDIS_PASSWORD, OTHER_PASSWORD: "Long$$words9VqT2rLc7MhB5sJz", CACHE_URL: "redis://:$REDIS_PASSWORD@redis:6379" }',
      }),
      '.env': `REDIS_PASSWORD='${PASSWORD}$x'\n`,
      'config.yaml': config(),
    },
    not: ['password-cut'],
  },
  {
    name: 'the password of LiteLLM for Redis has another name',
    files: {
      'compose.yaml': compose({
        gateway: 'environment: { LITELLM_REDIS_PASSWORD: "@{LITELLM_REDIS_PASSWORD:?}" }',
        server: '--requirepass @{LITELLM_REDIS_PASSWORD}',
      }),
      '.env': `LITELLM_REDIS_PASSWORD=${PASSWORD}\n`,
      'config.yaml': config('redis', 6379, '    password: os.environ/LITELLM_REDIS_PASSWORD\n'),
    },
    clean: true,
  },
  {
    name: 'a name that does not tell of Redis at all',
    files: {
      'compose.yaml': compose({ gateway: 'environment: { CACHE_SECRET: "@{STORE_TOKEN:?}" }', server: '--requirepass @{STORE_TOKEN}' }),
      '.env': `STORE_TOKEN=${PASSWORD}\n`,
      'config.yaml': config('redis', 6379, '    password: os.environ/CACHE_SECRET\n'),
    },
    clean: true,
  },
  {
    name: 'one secret for Redis and the master key, by reference',
    files: {
      'compose.yaml': compose({ gateway: 'environment: { SHARED: "@{SHARED}" }', server: '--requirepass @{SHARED}' }),
      '.env': `SHARED=${PASSWORD}\n`,
      'config.yaml': `general_settings:\n  master_key: os.environ/SHARED\n${config('redis', 6379, '    password: os.environ/SHARED\n')}`,
    },
    found: { 'password-shared': 'critical' },
  },
  {
    name: 'the password of Redis is the master key, through a variable',
    files: {
      'compose.yaml': compose({
        gateway: 'environment: { LITELLM_MASTER_KEY: "@{LITELLM_MASTER_KEY}", REDIS_PASSWORD: "@{LITELLM_MASTER_KEY}" }',
        server: '--requirepass @{LITELLM_MASTER_KEY}',
      }),
      '.env': `LITELLM_MASTER_KEY=sk-${PASSWORD}\n`,
      'config.yaml': config(),
    },
    found: { 'password-shared': 'critical' },
  },
];

/** Passwords that a shell reads when the containers start. */
const COMPUTED: readonly Case[] = [
  {
    name: 'a shell reads the password on both sides',
    files: {
      'compose.yaml': compose({
        start: `entrypoint: ["sh", "-c", "export REDIS_PASSWORD=$$(cat /run/secrets/p); exec litellm --config /app/config.yaml"]\n    volumes: ["./config.yaml:/app/config.yaml"]`,
        gateway: 'secrets: [p]',
        rest: 'secrets: { p: { file: ./p.txt } }\n',
      }),
      'config.yaml': config(),
      ...ENV,
    },
    instances: ['service litellm'],
    clean: true,
  },
  {
    name: 'a script that is mounted reads the password',
    files: {
      'compose.yaml': compose({
        start:
          'entrypoint: [sh, /start.sh, --config, /app/config.yaml]\n    volumes: ["./config.yaml:/app/config.yaml", "./start.sh:/start.sh:ro"]',
        gateway: 'secrets: [p]',
        rest: 'secrets: { p: { file: ./p.txt } }\n',
      }),
      'start.sh': '#!/bin/sh\nset -eu\nREDIS_PASSWORD=$(cat /run/secrets/p)\nexport REDIS_PASSWORD\nexec litellm "$@"\n',
      'config.yaml': config(),
      ...ENV,
    },
    instances: ['service litellm'],
    clean: true,
  },
  {
    name: 'a script that is not run sets the variables',
    files: {
      'compose.yaml': compose({
        start: `entrypoint: ["sh", "-c", ". /run/secrets/env && exec litellm --config /app/config.yaml"]\n    volumes: ["./config.yaml:/app/config.yaml"]`,
        gateway: 'restart: always',
      }),
      'config.yaml': config('redis', 6379, NO_PASSWORD),
      ...ENV,
    },
    found: { 'evidence-missing': 'high' },
    not: ['redis-login-refused'],
  },
];

/** Where an address leads. */
const REACH: readonly Case[] = [
  ...[
    ['container_name', 'container_name: cache'],
    ['an alias', 'networks: { default: { aliases: [cache] } }'],
    ['hostname', 'hostname: cache'],
  ].map(
    ([how, line = '']): Case => ({
      name: `Redis by its ${how}`,
      files: { 'compose.yaml': compose({ redis: line }), 'config.yaml': config('cache'), ...ENV },
      clean: true,
    }),
  ),
  {
    name: 'the published port at the name of the container',
    files: {
      'compose.yaml': compose({ redis: 'container_name: cache\n    ports: ["127.0.0.1:6380:6379"]' }),
      'config.yaml': config('cache', 6380),
      ...ENV,
    },
    found: { 'published-port-inside': 'high' },
  },
  {
    name: 'a name that nothing has',
    files: { 'compose.yaml': compose(), 'config.yaml': config('redis-cache'), ...ENV },
    found: { 'redis-not-reachable': 'high' },
  },
  {
    name: 'networks that do not meet',
    files: {
      'compose.yaml': compose({
        gateway: 'networks: [front]\n    environment: { REDIS_PASSWORD: "@{REDIS_PASSWORD:?}" }',
        redis: 'networks: [back]',
        rest: 'networks: { front: {}, back: {} }\n',
      }),
      'config.yaml': config(),
      ...ENV,
    },
    found: { 'redis-not-reachable': 'high' },
  },
  {
    name: 'networks that meet, an external one, and a name from elsewhere',
    files: {
      'compose.yaml': compose({
        gateway: 'networks: [front, back]\n    environment: { REDIS_PASSWORD: "@{REDIS_PASSWORD:?}" }',
        redis: 'networks: [back]',
        rest: 'networks: { front: { external: true }, back: {} }\n',
      }),
      'config.yaml': config(),
      ...ENV,
    },
    clean: true,
  },
  {
    name: 'extra_hosts',
    files: {
      'compose.yaml': compose({ gateway: 'extra_hosts: ["cache:10.0.0.5"]\n    environment: { REDIS_PASSWORD: "@{REDIS_PASSWORD:?}" }' }),
      'config.yaml': config('cache'),
      ...ENV,
    },
    not: ['redis-not-reachable'],
  },
  {
    name: 'one network of two containers',
    files: {
      'compose.yaml': compose({ gateway: 'network_mode: "service:redis"\n    environment: { REDIS_PASSWORD: "@{REDIS_PASSWORD:?}" }' }),
      'config.yaml': config('localhost'),
      ...ENV,
    },
    clean: true,
  },
  {
    name: 'a database that Redis does not have',
    files: {
      'compose.yaml': compose(),
      'config.yaml': config('redis', 6379, '    password: os.environ/REDIS_PASSWORD\n    db: 16\n'),
      ...ENV,
    },
    found: { 'redis-not-reachable': 'high' },
  },
  {
    name: 'a database that it has',
    files: {
      'compose.yaml': compose({ server: '--databases 32 --requirepass @{REDIS_PASSWORD:?}' }),
      'config.yaml': config('redis', 6379, '    password: os.environ/REDIS_PASSWORD\n    db: 16\n'),
      ...ENV,
    },
    clean: true,
  },
  {
    name: 'plain text at the port of TLS',
    files: {
      'compose.yaml': compose({ server: '--port 0 --tls-port 6380 --requirepass @{REDIS_PASSWORD:?}' }),
      'config.yaml': config('redis', 6380),
      ...ENV,
    },
    found: { 'redis-tls-mismatch': 'high' },
  },
  {
    name: 'TLS at its port',
    files: {
      'compose.yaml': compose({ server: '--port 0 --tls-port 6380 --requirepass @{REDIS_PASSWORD:?}' }),
      'config.yaml': config('redis', 6380, '    password: os.environ/REDIS_PASSWORD\n    ssl: true\n'),
      ...ENV,
    },
    clean: true,
  },
  {
    name: 'TLS at a plain port',
    files: {
      'compose.yaml': compose(),
      'config.yaml': config('redis', 6379, '    password: os.environ/REDIS_PASSWORD\n    ssl: true\n'),
      ...ENV,
    },
    found: { 'redis-tls-mismatch': 'high' },
  },
  {
    name: 'redis:6-alpine is not 6.0',
    files: { 'compose.yaml': compose().replace('redis:8.2', 'redis:6-alpine'), 'config.yaml': config(), ...ENV },
    found: { 'redis-too-old': 'medium' },
    says: ['Redis 6 is older than 7.0'],
  },
  {
    name: 'an override in another folder, whose paths begin at the first file',
    files: {
      'compose.yaml': compose({ gateway: 'restart: always' }),
      'deploy/compose.prod.yaml': 'services:\n  litellm:\n    env_file: [prod.env]\n    volumes: ["./prod.yaml:/app/config.yaml:ro"]\n',
      'prod.env': `REDIS_PASSWORD=${PASSWORD}\n`,
      'prod.yaml': config('redis', 6379, '    password: os.environ/REDIS_PASSWORD\n    db: 2\n'),
      'config.yaml': config('redis', 6379, NO_PASSWORD),
      ...ENV,
    },
    options: { compose: ['compose.yaml', 'deploy/compose.prod.yaml'] },
    settings: ['service litellm db=2'],
    clean: true,
  },
  {
    name: 'anchors, extension fields and profiles',
    files: {
      'compose.yaml': `x-base: &base\n  image: ghcr.io/berriai/litellm:v1.104.2\n  environment: &env { REDIS_PASSWORD: "${PASSWORD}" }\n  command: ["--config", "/app/config.yaml"]\n  volumes: ["./config.yaml:/app/config.yaml"]\nservices:\n  one: { <<: *base, profiles: [a] }\n  two:\n    <<: *base\n    profiles: [b]\n    environment: { <<: *env, REDIS_PASSWORD: "${OTHER}" }\n  redis:\n    image: valkey/valkey:8.1\n    command: ["valkey-server", "--requirepass", "${PASSWORD}", "--maxmemory", "1gb", "--maxmemory-policy", "allkeys-lru"]\n`,
      'config.yaml': config(),
    },
    instances: ['service one', 'service two'],
    found: { 'redis-login-refused': 'critical' },
  },
];

/** Kubernetes. */
const CLUSTER: readonly Case[] = [
  {
    name: 'nothing is wrong in this cluster',
    files: { 'k/a.yaml': deployment(), 'k/b.yaml': redisPods(WITH_PASSWORD) },
    options: pods,
    clean: true,
    instances: ['Deployment ai/litellm'],
    settings: ['Deployment ai/litellm host=redis'],
  },
  ...['LoadBalancer', 'NodePort'].map(
    (type): Case => ({
      name: `Redis without a password behind a ${type}`,
      files: { 'k/b.yaml': redisPods('[]', { type }) },
      options: pods,
      found: { 'redis-port-open': 'critical' },
    }),
  ),
  {
    name: 'Redis with a password behind a LoadBalancer',
    files: { 'k/b.yaml': redisPods(WITH_PASSWORD, { type: 'LoadBalancer' }) },
    options: pods,
    found: { 'redis-port-open': 'high' },
  },
  {
    name: 'an internal load balancer',
    files: {
      'k/b.yaml': redisPods(WITH_PASSWORD, {
        type: 'LoadBalancer',
        more: ', annotations: { "networking.gke.io/load-balancer-type": "Internal" }',
      }),
    },
    options: pods,
    found: { 'redis-port-open': 'medium' },
    clean: true,
  },
  {
    name: 'Redis without a password inside of the cluster',
    files: { 'k/a.yaml': deployment(), 'k/b.yaml': redisPods('[]') },
    options: pods,
    found: { 'redis-without-password': 'medium', 'redis-login-refused': 'critical' },
    not: ['redis-port-open'],
  },
  {
    name: 'a Service in another namespace',
    files: { 'k/a.yaml': deployment(), 'k/b.yaml': redisPods(WITH_PASSWORD, { namespace: 'cache' }) },
    options: pods,
    found: { 'redis-not-reachable': 'high' },
    says: ['namespace cache'],
  },
  ...['redis.cache', 'redis.cache.svc', 'redis.cache.svc.cluster.local'].map(
    (host): Case => ({
      name: `a Service by ${host}`,
      files: { 'k/a.yaml': deployment(host), 'k/b.yaml': redisPods(WITH_PASSWORD, { namespace: 'cache' }) },
      options: pods,
      not: ['redis-not-reachable'],
    }),
  ),
  {
    name: 'the port of the container in place of that of the Service',
    files: { 'k/a.yaml': deployment(), 'k/b.yaml': redisPods(WITH_PASSWORD, { port: 7000 }) },
    options: pods,
    found: { 'redis-not-reachable': 'high' },
    says: ['has no port 6379'],
  },
  {
    name: 'a targetPort where nothing listens',
    files: { 'k/a.yaml': deployment(), 'k/b.yaml': redisPods(WITH_PASSWORD, { target: '6380' }) },
    options: pods,
    found: { 'redis-not-reachable': 'high' },
  },
  {
    name: 'a targetPort by its name',
    files: { 'k/a.yaml': deployment(), 'k/b.yaml': redisPods(WITH_PASSWORD, { target: 'redis' }) },
    options: pods,
    clean: true,
  },
  {
    name: 'a selector that fits no pod',
    files: { 'k/a.yaml': deployment(), 'k/b.yaml': redisPods(WITH_PASSWORD, { selector: 'cache' }) },
    options: pods,
    found: { 'redis-not-reachable': 'high' },
  },
  {
    name: 'a Redis that is not among the manifests',
    files: { 'k/a.yaml': deployment('redis-master') },
    options: pods,
    not: ['redis-not-reachable', 'redis-login-refused', 'config-not-found'],
  },
  {
    name: 'two gateways with ConfigMaps of one name in two namespaces',
    files: { 'k/a.yaml': deployment('redis', 6379, { namespace: 'one' }), 'k/b.yaml': deployment('cache', 6379, { namespace: 'two' }) },
    options: pods,
    instances: ['Deployment one/litellm', 'Deployment two/litellm'],
    settings: ['Deployment one/litellm host=redis', 'Deployment two/litellm host=cache'],
  },
];

/** `@{NAME}` means a reference of Compose, which would be one of TypeScript here. */
export function referring(cases: readonly Case[]): readonly Case[] {
  return cases.map((one) => ({
    ...one,
    files: Object.fromEntries(Object.entries(one.files).map(([name, text]) => [name, text.replaceAll('@{', '$'.concat('{'))])),
  }));
}

export const SETUPS: readonly Case[] = referring([...IDENTITY, ...GAPS, ...SIDES, ...COMPUTED, ...REACH, ...CLUSTER]);
