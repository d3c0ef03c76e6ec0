import { type Case, compose, config, ENV, OTHER, PASSWORD } from './case.ts';

/** A project whose Redis is another image, with its options. */
function server(image: string, more: string, password = PASSWORD): Case['files'] {
  return {
    'compose.yaml': compose().replace(/ {2}redis:\n {4}image:[\s\S]*$/, `  redis:\n    image: ${image}\n    ${more}\n`),
    'config.yaml': config(),
    '.env': `REDIS_PASSWORD=${password}\n`,
  };
}

const LIMITS = '--maxmemory 384mb --maxmemory-policy allkeys-lru';

/** Servers that take their password in a way of their own. */
export const SERVERS: readonly Case[] = [
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
