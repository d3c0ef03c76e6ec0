import { type Case, compose, config, ENV, NO_PASSWORD, OTHER, PASSWORD } from './case.ts';

/** Where an address leads. */
export const REACH: readonly Case[] = [
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
