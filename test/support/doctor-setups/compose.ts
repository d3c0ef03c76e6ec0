import { type Case, compose, config, ENV, NO_PASSWORD, OTHER, PASSWORD } from './case.ts';

const ONE = 'service litellm';

/** Compose as people write it. */
export const COMPOSE: readonly Case[] = [
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
