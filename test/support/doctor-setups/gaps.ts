import { type Case, compose, config, deployment, ENV, NO_PASSWORD, PASSWORD, pods, redisPods, WITH_PASSWORD } from './case.ts';

/** What could not be found. */
export const GAPS: readonly Case[] = [
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
    name: 'a configuration that was named is taken for one that is in the image',
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
