import { type Case, compose, config, ENV, OTHER, PASSWORD } from './case.ts';

/** Who LiteLLM is. */
export const IDENTITY: readonly Case[] = [
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
