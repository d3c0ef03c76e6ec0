import { type Case, compose, config, ENV, NO_PASSWORD, OTHER, PASSWORD } from './case.ts';

/** Both sides of a connection. */
export const SIDES: readonly Case[] = [
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
