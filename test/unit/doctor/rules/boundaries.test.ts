import { describe, expect, it } from 'vitest';
import { RULES } from '../../../../src/doctor/rules/index.ts';
import type { Live } from '../../../../src/doctor/setup.ts';
import { both, type Case, cache, redisCache, type Says, server, testBoundaries } from '../../../support/boundaries.ts';
import { said, setupOf } from '../../../support/doctor-setup.ts';

const TIMEOUT = (seconds: number) => `medium: service redis closes connections that were idle for ${seconds} s`;
const TTL = (what: string) => `medium: ttl is ${what}`;
const POOL = (each: number, processes: number, clients: number) =>
  `medium: max_connections ${each} in ${processes} processes is more than four fifths of the ${clients} clients that Redis accepts`;
const WEAK = (why: string) => `high: REDIS_PASSWORD ${why}`;
const NO_EVICTION = 'high: service redis evicts nothing when its memory is full';
const UNVERIFIED = 'medium: cache_params.ssl_cert_reqs switches the check of the certificate off';
const NOT_DURABLE = (what: string) => `medium: service redis ${what}, and holds the spend records of LiteLLM`;
const USER = (words: string, name = 'litellm') => `high: user ${name} has ${words}`;

const TLS = (host: string, reqs: string) => cache('type: redis', `host: ${host}`, 'ssl: true', `ssl_cert_reqs: ${reqs}`);
const BUFFER = { 'config.yaml': 'general_settings: { use_redis_transaction_buffer: true }\n' };
const USES_BUFFER = { 'config.yaml': `general_settings: { use_redis_transaction_buffer: true }\n${redisCache()['config.yaml']}` };
const pool = (workers: number, each: number, maxclients?: number) => ({
  ...redisCache(`max_connections: ${each}`),
  ...both(
    [`command: ["--num_workers", "${workers}"]`],
    ['image: redis:8', `command: redis-server${maxclients === undefined ? '' : ` --maxclients ${maxclients}`}`],
  ),
});
const user = (text: string) => server(`--user '${text}'`);

/** A cache and a coordination Redis, with a line more each. */
function two(own: string, other: string, host = 'redis') {
  return { 'config.yaml': `general_settings:\n  coordination_redis:\n    host: ${host}\n    ${other}\n${redisCache(own)['config.yaml']}` };
}
const at = (host: string) => cache('type: redis', `host: ${host}`);
const sentinels = (...params: readonly string[]) => ({
  ...cache('type: redis', 'sentinel_nodes: [["sentinel", 26379]]', 'service_name: main', ...params),
  '.env': 'A=1\n',
});
const runs = (tag: string) => ({ 'compose.yaml': `services:\n  litellm:\n    image: ghcr.io/berriai/litellm:${tag}\n` });
/** A gateway in front of a Redis with these options. */
const behind = (command: string) => both(['environment: { A: "1" }'], ['image: redis:8', `command: redis-server ${command}`]);
/** A gateway with a password, if any, and the Redis behind it. */
function logsIn(password: string | undefined, command: string) {
  const own = password === undefined ? [] : [`password: ${password}`];
  return { ...redisCache(...own), ...behind(command) };
}
function models(...names: readonly string[]) {
  const list = names.map((name) => `  - model_name: m\n    litellm_params: { model: ${name} }\n`).join('');
  return { 'config.yaml': `model_list:\n${list}${redisCache()['config.yaml']}` };
}

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'redis-idle-timeout': [
    ['never', server('--timeout 0'), undefined],
    ['not given', server('--maxmemory 1gb'), undefined],
    ['the shortest', server('--timeout 1'), TIMEOUT(1)],
    ['ten minutes', server('--timeout 600'), TIMEOUT(600)],
    ['more than ten minutes', server('--timeout 601'), undefined],
    ['no number', server('--timeout soon'), undefined],
  ],
  'tls-not-verified': [
    ['of another container', TLS('redis', 'none'), UNVERIFIED],
    ['of another machine', TLS('redis.example.org', 'none'), UNVERIFIED],
    ['in capitals', TLS('redis', 'None'), UNVERIFIED],
    ['by the loopback', TLS('127.0.0.1', 'none'), undefined],
    ['by the name of the loopback', TLS('localhost', 'none'), undefined],
    ['by the loopback of IPv6', TLS('"::1"', 'none'), undefined],
    ['looked at', TLS('redis', 'required'), undefined],
    ['looked at where there is one', TLS('redis', 'optional'), undefined],
    ['without TLS', cache('type: redis', 'host: redis', 'ssl_cert_reqs: none'), undefined],
    ['by default', cache('type: redis', 'host: redis', 'ssl: true'), undefined],
  ],
  'eviction-policy': [
    ['no policy below a limit', { ...redisCache(), ...server('--maxmemory 1gb') }, NO_EVICTION],
    ['the policy of the default', { ...redisCache(), ...server('--maxmemory 1gb --maxmemory-policy noeviction') }, NO_EVICTION],
    ['a policy that evicts', { ...redisCache(), ...server('--maxmemory 1gb --maxmemory-policy allkeys-lru') }, undefined],
    ['a policy that evicts what expires', { ...redisCache(), ...server('--maxmemory 1gb --maxmemory-policy volatile-lru') }, undefined],
    ['no limit', { ...redisCache(), ...server('--appendonly yes') }, undefined],
    ['a limit of none', { ...redisCache(), ...server('--maxmemory 0') }, undefined],
    ['what a file may say', { ...redisCache(), ...server('/usr/local/etc/redis/redis.conf --maxmemory 1gb') }, undefined],
    ['a Redis that is no cache', { ...cache('type: local'), ...server('--maxmemory 1gb') }, undefined],
    ['a cache that is off', { 'config.yaml': 'litellm_settings: { cache: false }\n', ...server('--maxmemory 1gb') }, undefined],
    ['spend records that are kept', { ...USES_BUFFER, ...server('--maxmemory 1gb --maxmemory-policy noeviction') }, undefined],
    ['spend records that can expire', { ...USES_BUFFER, ...server('--maxmemory 1gb --maxmemory-policy volatile-lru') }, undefined],
    [
      'spend records that are evicted',
      { ...USES_BUFFER, ...server('--maxmemory 1gb --maxmemory-policy allkeys-lfu') },
      'high: service redis evicts any key, and holds the spend records of LiteLLM as well',
    ],
  ],
  'password-weak': [
    ['19 characters', { '.env': 'REDIS_PASSWORD=abcdefghijklmnopqrs\n' }, WEAK('is shorter than 20 characters')],
    ['20 characters', { '.env': 'REDIS_PASSWORD=abcdefghijklmnopqrst\n' }, undefined],
    ['20 bits in 20 characters', { '.env': `REDIS_PASSWORD=${'ab'.repeat(10)}\n` }, WEAK('repeats a few characters')],
    ['62 bits in 31 characters', { '.env': `REDIS_PASSWORD=${'abcd'.repeat(8).slice(1)}\n` }, WEAK('repeats a few characters')],
    ['64 bits in 32 characters', { '.env': `REDIS_PASSWORD=${'abcd'.repeat(8)}\n` }, undefined],
    ['a sample in capitals', { '.env': 'REDIS_PASSWORD=ChangeMe\n' }, WEAK('is a sample of public documentation')],
  ],
  ttl: [
    ['0', redisCache('ttl: 0'), TTL('0')],
    ['half a second', redisCache('ttl: 0.5'), TTL('0.5 s')],
    ['59 s', redisCache('ttl: 59'), TTL('59 s')],
    ['a minute', redisCache('ttl: 60'), undefined],
    ['a week', redisCache('ttl: 604800'), undefined],
    ['a second more than a week', redisCache('ttl: 604801'), TTL('7 days')],
    ['the text None', redisCache('ttl: "None"'), 'medium: ttl is empty'],
    ['what is not known', redisCache('ttl: os.environ/NOT_SET'), undefined],
    ['no number', redisCache('ttl: soon'), undefined],
    ['none in the memory of a worker', cache('type: local'), undefined],
    ['what a variable says', { ...redisCache('ttl: os.environ/TTL'), '.env': 'TTL=59\n' }, TTL('59 s')],
  ],
  'socket-timeout': [
    ['the shortest', redisCache('socket_timeout: 0.2'), undefined],
    ['shorter', redisCache('socket_timeout: 0.19'), 'medium: socket_timeout is 0.19 s'],
    ['the longest', redisCache('socket_timeout: 10'), undefined],
    ['longer', redisCache('socket_timeout: 10.1'), 'medium: socket_timeout is 10.1 s'],
  ],
  'auth-cache-ttl': [
    [
      'five minutes',
      { 'config.yaml': 'general_settings: { user_api_key_cache_ttl: 300 }\nlitellm_settings: { enable_redis_auth_cache: true }\n' },
      undefined,
    ],
    [
      'a second more',
      { 'config.yaml': 'general_settings: { user_api_key_cache_ttl: 301 }\nlitellm_settings: { enable_redis_auth_cache: true }\n' },
      'low: user_api_key_cache_ttl is 301 s',
    ],
    [
      'no cache of keys',
      { 'config.yaml': 'general_settings: { user_api_key_cache_ttl: 9999 }\nlitellm_settings: { enable_redis_auth_cache: false }\n' },
      undefined,
    ],
  ],
  'no-pool-limit': [
    ['four fifths of the clients', pool(4, 200, 1_000), undefined],
    ['one more', pool(4, 201, 1_000), POOL(201, 4, 1_000)],
    ['four fifths of the clients of the default', pool(8, 1_000), undefined],
    ['one more than those', pool(8, 1_001), POOL(1_001, 8, 10_000)],
    ['a release that does not use it', redisCache('max_connections: 10'), 'medium: LiteLLM 1.78.9 does not use max_connections', '1.78.9'],
    ['the first release that does', redisCache('max_connections: 10'), undefined, '1.79.0'],
    ['a cache elsewhere', cache('type: local'), undefined],
  ],
  'no-memory-limit': [
    ['a limit', server('--maxmemory 512mb'), undefined],
    ['a limit of none', server('--maxmemory 0'), 'high: service redis has no maxmemory'],
    ['a megabyte below the container', server('--maxmemory 511mb', 'redis:8', 'mem_limit: 512m'), undefined],
    [
      'all of the container',
      server('--maxmemory 512mb', 'redis:8', 'mem_limit: 512m'),
      'medium: maxmemory of service redis is not below the memory that its container may use',
    ],
    [
      'Dragonfly, which limits itself',
      { 'compose.yaml': 'services:\n  redis:\n    image: docker.dragonflydb.io/dragonflydb/dragonfly\n' },
      undefined,
    ],
  ],
  'semantic-cache': [
    ['the least similarity', cache('type: redis-semantic', 'redis_url: redis://h', 'similarity_threshold: 0.85'), undefined],
    ['less', cache('type: redis-semantic', 'redis_url: redis://h', 'similarity_threshold: 0.84'), 'high: similarity_threshold is 0.84'],
  ],
  'redis-too-old': [
    ['6', server(undefined, 'redis:6'), 'medium: Redis 6 is older than 7.0'],
    ['6.2 of a distribution', server(undefined, 'redis:6.2-alpine'), 'medium: Redis 6.2 is older than 7.0'],
    ['7', server(undefined, 'redis:7'), undefined],
    ['7.0', server(undefined, 'redis:7.0.15'), undefined],
    ['another server', server(undefined, 'valkey/valkey:6'), undefined],
  ],
  'redis-user-too-powerful': [
    ['everything', user('litellm on >p ~* +@all'), USER('+@all')],
    ['everything by its other name', user('litellm on >p ~* allcommands'), USER('allcommands')],
    ['everything but what is dangerous', user('litellm on >p ~* +@all -@dangerous'), undefined],
    ['everything but the flushes', user('litellm on >p ~* +@all -flushall -flushdb'), undefined],
    ['everything but one of the flushes', user('litellm on >p ~* +@all -flushall'), USER('+@all')],
    ['what is dangerous', user('litellm on >p ~* +@read +@dangerous'), USER('+@dangerous')],
    ['a flush', user('litellm on >p ~* +get +flushall'), USER('+flushall')],
    ['a flush of a database', user('litellm on >p ~* +get +flushdb'), USER('+flushdb')],
    ['the configuration', user('litellm on >p ~* +get +config'), USER('+config')],
    ['all names of keys', user('litellm on >p ~* +get +keys'), USER('+keys')],
    ['administration', user('litellm on >p ~* +@admin'), USER('+@admin')],
    ['several', user('litellm on >p ~* +config +keys'), USER('+config, +keys')],
    ['a user that is off', user('litellm off >p ~* +@all'), undefined],
    ['what a cache needs', user('litellm on >p ~* +get +set +@read'), undefined],
    ['the default user with everything', user('default on >p ~* +@all'), USER('+@all', 'default')],
    ['the default user with a flush', user('default on >p ~* +get +flushall'), undefined],
    ['a name that is not shown', user('a,b on >p ~* +@all'), USER('+@all', 'of the command')],
  ],
  'redis-not-durable': [
    ['file and volume', { ...BUFFER, ...server('--appendonly yes', 'redis:8', 'volumes: ["data:/data"]') }, undefined],
    ['file without volume', { ...BUFFER, ...server('--appendonly yes') }, NOT_DURABLE('has no volume')],
    [
      'a volume of another folder',
      { ...BUFFER, ...server('--appendonly yes', 'redis:8', 'volumes: ["logs:/logs"]') },
      NOT_DURABLE('has no volume'),
    ],
    [
      'volume without file',
      { ...BUFFER, ...server('--appendonly no', 'redis:8', 'volumes: ["data:/data"]') },
      NOT_DURABLE('writes no append-only file'),
    ],
    ['what a file may say', { ...BUFFER, ...server('/usr/local/etc/redis/redis.conf', 'redis:8', 'volumes: ["data:/data"]') }, undefined],
    ['no spend records', { 'config.yaml': 'general_settings: {}\n', ...server('--appendonly no') }, undefined],
  ],
  'redis-without-healthcheck': [
    [
      'checked and waited for',
      both(
        ['depends_on: { redis: { condition: service_healthy } }'],
        ['image: redis:8', 'healthcheck: { test: ["CMD", "redis-cli", "ping"] }'],
      ),
      undefined,
    ],
    [
      'checked and not waited for',
      both(['depends_on: [redis]'], ['image: redis:8', 'healthcheck: { test: ["CMD", "redis-cli", "ping"] }']),
      'low: service litellm does not wait until redis is healthy',
    ],
    [
      'started first',
      both(
        ['depends_on: { redis: { condition: service_started } }'],
        ['image: redis:8', 'healthcheck: { test: ["CMD", "redis-cli", "ping"] }'],
      ),
      'low: service litellm does not wait until redis is healthy',
    ],
    [
      'waited for and not checked',
      both(['depends_on: { redis: { condition: service_healthy } }'], ['image: redis:8']),
      'low: service redis has no healthcheck',
    ],
    ['without a gateway', server('--maxmemory 1gb'), undefined],
  ],
  'disk-cache-removed': [
    ['the last release that has it', cache('type: disk'), 'low: the cache on disk is gone from LiteLLM 1.109.0 on', '1.108.9'],
    ['the first release without it', cache('type: disk'), 'critical: LiteLLM 1.109.0 has no cache on disk', '1.109.0'],
    ['a release that is not known', cache('type: disk'), 'medium: the cache on disk is gone from LiteLLM 1.109.0 on'],
    ['its folder', redisCache('disk_cache_dir: /tmp'), 'low: disk_cache_dir is not read any more', '1.109.0'],
    ['its folder before', redisCache('disk_cache_dir: /tmp'), undefined, '1.108.9'],
    ['no folder', redisCache('disk_cache_dir: null'), undefined, '1.109.0'],
  ],
  'ssl-false': [
    ['before 1.93.0', redisCache('ssl: false'), 'high: cache_params.ssl is false, which LiteLLM 1.92.9 takes for true', '1.92.9'],
    ['since', redisCache('ssl: false'), undefined, '1.93.0'],
    ['true', redisCache('ssl: true'), undefined, '1.92.9'],
    [
      'of a release that is not known',
      redisCache('ssl: false'),
      'medium: cache_params.ssl is false, which releases before 1.93.0 take for true',
    ],
  ],
  'variable-stays-text': [
    [
      'before 1.101.0',
      { ...redisCache(), '.env': 'REDIS_SOCKET_KEEPALIVE=true\n' },
      'low: REDIS_SOCKET_KEEPALIVE reaches the Redis client as text',
      '1.100.9',
    ],
    ['since', { ...redisCache(), '.env': 'REDIS_SOCKET_KEEPALIVE=true\n' }, undefined, '1.101.0'],
    ['of a release that is not known', { ...redisCache(), '.env': 'REDIS_SOCKET_KEEPALIVE=true\n' }, undefined],
    ['one that is a text', { ...redisCache(), '.env': 'REDIS_USERNAME=a\n' }, undefined, '1.100.9'],
    ['without a cache in Redis', { ...cache('type: local'), '.env': 'REDIS_SOCKET_KEEPALIVE=true\n' }, undefined, '1.100.9'],
  ],
  'setting-too-new': [
    [
      'before 1.93.0',
      { 'config.yaml': 'general_settings:\n  coordination_redis: { host: redis }\n' },
      'high: LiteLLM 1.92.9 does not read coordination_redis, which came with 1.93.0',
      '1.92.9',
    ],
    ['since', { 'config.yaml': 'general_settings:\n  coordination_redis: { host: redis }\n' }, undefined, '1.93.0'],
  ],
  'cache-is-opt-in': [
    ['on demand', redisCache('mode: default_off'), 'info: mode is default_off'],
    ['always', redisCache('mode: default_on'), undefined],
    ['not given', redisCache(), undefined],
    ['off', { 'config.yaml': 'litellm_settings: { cache: false, cache_params: { type: redis, mode: default_off } }\n' }, undefined],
  ],
  'cache-type-missing': [
    ['given', redisCache(), undefined],
    ['not given', cache('host: redis'), 'critical: cache_params is not empty and has no type'],
    ['empty, which falls back to Redis', { 'config.yaml': 'litellm_settings: { cache: true, cache_params: {} }\n' }, undefined],
    ['off', { 'config.yaml': 'litellm_settings: { cache: false, cache_params: { host: redis } }\n' }, undefined],
  ],
  'password-in-command': [
    ['written', server('--requirepass pX4nWk9VqT2rLc7MhB5sJz8YdG3fUa6E'), 'medium: the command of service redis holds the password'],
    [
      'written for a master',
      server('--masterauth pX4nWk9VqT2rLc7MhB5sJz8YdG3fUa6E'),
      'medium: the command of service redis holds the password',
    ],
    ['from a file', server('--aclfile /run/secrets/users.acl'), undefined],
    ['empty', server('--requirepass ""'), undefined],
  ],
  'password-in-user-slot': [
    [
      'a user alone',
      { '.env': 'REDIS_URL=redis://pX4nWk9VqT2r@redis:6379\n' },
      'high: REDIS_URL has a user name and no password; a password needs a colon in front of it',
    ],
    ['a password', { '.env': 'REDIS_URL=redis://:pX4nWk9VqT2r@redis:6379\n' }, undefined],
    ['both', { '.env': 'REDIS_URL=redis://u:pX4nWk9VqT2r@redis:6379\n' }, undefined],
    ['neither', { '.env': 'REDIS_URL=redis://redis:6379\n' }, undefined],
    ['another variable', { '.env': 'OTHER_URL=redis://pX4nWk9VqT2r@redis:6379\n' }, undefined],
  ],
  'transaction-buffer': [
    ['nothing', { ...BUFFER, '.env': 'A=1\n' }, 'high: use_redis_transaction_buffer without a Redis'],
    ...['REDIS_URL=redis://h', 'REDIS_HOST=h', 'REDIS_CLUSTER_NODES=[]', 'REDIS_SENTINEL_NODES=[]'].map(
      (line): Case => [line, { ...BUFFER, '.env': `${line}\n` }, undefined],
    ),
    ['an environment that is not known', BUFFER, undefined],
    ['switched off', { 'config.yaml': 'general_settings: { use_redis_transaction_buffer: false }\n', '.env': 'A=1\n' }, undefined],
  ],
  'write-batching': [
    ['a size', redisCache('redis_flush_size: 1'), 'medium: redis_flush_size is set'],
    ['no size', redisCache('redis_flush_size: null'), undefined],
  ],
  'metrics-missing': [
    [
      'without the callback of services',
      { 'config.yaml': `${redisCache()['config.yaml']}  callbacks: [prometheus]\n` },
      'medium: the prometheus callback without service_callback: ["prometheus_system"]',
    ],
    [
      'with it',
      { 'config.yaml': `${redisCache()['config.yaml']}  callbacks: [prometheus]\n  service_callback: [prometheus_system]\n` },
      undefined,
    ],
    ['without any', redisCache(), undefined],
  ],
  'tls-differs': [
    ['alike', two('ssl: true', 'ssl: true'), undefined],
    ['neither', two('db: 0', 'db: 0'), undefined],
    [
      'the cache alone',
      two('ssl: true', 'db: 0'),
      'medium: coordination_redis.host is used without TLS, the same server is used with TLS by the cache',
    ],
    [
      'the other alone',
      two('db: 0', 'ssl: true'),
      'medium: cache_params.host is used without TLS, the same server is used with TLS by the coordination',
    ],
    ['of another server', two('ssl: true', 'db: 0', 'elsewhere'), undefined],
    ['of another port', two('ssl: true', 'port: 6380'), undefined],
  ],
  'redis-tls-mismatch': [
    [
      'TLS to a plain port',
      { ...redisCache('ssl: true'), ...behind('--port 6379') },
      'high: cache_params.host is used with TLS, and port 6379 of Redis of redis speaks plain text',
    ],
    ['TLS to the port of TLS', { ...redisCache('ssl: true', 'port: 6380'), ...behind('--port 6379 --tls-port 6380') }, undefined],
    ['TLS where there is nothing else', { ...redisCache('ssl: true'), ...behind('--port 0 --tls-port 6379') }, undefined],
    [
      'plain text to the port of TLS',
      { ...redisCache('port: 6380'), ...behind('--port 6379 --tls-port 6380') },
      'high: cache_params.host is used without TLS, and port 6380 of Redis of redis speaks TLS only',
    ],
    ['plain text to a plain port', { ...redisCache(), ...behind('--port 6379 --tls-port 6380') }, undefined],
    ['what a file may say', { ...redisCache('ssl: true'), ...behind('/usr/local/etc/redis/redis.conf') }, undefined],
  ],
  'redis-not-reachable': [
    ['the last database', { ...redisCache('db: 15'), ...behind('--port 6379') }, undefined],
    [
      'one beyond',
      { ...redisCache('db: 16'), ...behind('--port 6379') },
      'high: Redis of redis has databases 0 to 15, LiteLLM asks for 16',
    ],
    ['the last of few', { ...redisCache('db: 1'), ...behind('--databases 2') }, undefined],
    [
      'one beyond few',
      { ...redisCache('db: 2'), ...behind('--databases 2') },
      'high: Redis of redis has databases 0 to 1, LiteLLM asks for 2',
    ],
    ['a replica', { ...redisCache(), ...behind('--replicaof main 6379') }, 'high: Redis of redis is a replica, which refuses writes'],
    [
      'a replica by its older name',
      { ...redisCache(), ...behind('--slaveof main 6379') },
      'high: Redis of redis is a replica, which refuses writes',
    ],
    ['a replica that takes writes', { ...redisCache(), ...behind('--replicaof main 6379 --replica-read-only no') }, undefined],
    ['a replica of nobody', { ...redisCache(), ...behind('--replicaof no one') }, undefined],
    [
      'its own loopback',
      { ...redisCache(), ...behind('--bind 127.0.0.1 ::1') },
      'high: Redis of redis listens on its own loopback only: bind 127.0.0.1 ::1',
    ],
    ['every address', { ...redisCache(), ...behind('--bind 127.0.0.1 0.0.0.0') }, undefined],
    [
      'protected without a password',
      { ...redisCache(), ...behind('--protected-mode yes') },
      'high: Redis of redis has protected-mode yes and no password, so it refuses every client outside of its own container',
    ],
    ['protected with a password', { ...redisCache(), ...behind('--protected-mode yes --requirepass p') }, undefined],
    ['protected with an address', { ...redisCache(), ...behind('--protected-mode yes --bind 0.0.0.0') }, undefined],
  ],
  'remote-without-tls': [
    ...['redis', 'localhost', '127.0.0.1', 'redis.ai.svc.cluster.local', 'host.docker.internal'].map(
      (host): Case => [host, at(host), undefined],
    ),
    ...['10.0.0.1', '192.168.1.1', '172.16.0.1', '172.31.255.255', '100.64.0.1', 'cache.internal', 'nas.local'].map(
      (host): Case => [host, at(host), `medium: ${host}:6379 is another machine and is used without TLS`],
    ),
    ...['172.15.0.1', '172.32.0.1', '100.63.0.1', '100.128.0.1', '8.8.8.8', 'redis.example.org'].map(
      (host): Case => [host, at(host), `high: ${host}:6379 is another machine and is used without TLS`],
    ),
    ['with TLS', cache('type: redis', 'host: redis.example.org', 'ssl: true'), undefined],
  ],
  'sentinel-settings': [
    ['kept since 1.85.0', sentinels('password: p'), undefined, '1.85.0'],
    ['lost before', sentinels('password: p'), 'high: LiteLLM 1.84.9 does not use password behind Sentinel', '1.84.9'],
    ['of a release that is not known', sentinels('password: p'), undefined],
    ['the first database', sentinels('password: p', 'db: 0'), undefined, '1.110.2'],
    ['another one', sentinels('password: p', 'db: 1'), 'medium: database 1 together with Sentinel', '1.110.2'],
  ],
  'local-cache-with-several-workers': [
    ['one worker', { ...cache('type: local'), ...both(['command: ["--num_workers", "1"]'], ['image: redis:8']) }, undefined],
    [
      'two',
      { ...cache('type: local'), ...both(['command: ["--num_workers", "2"]'], ['image: redis:8']) },
      'high: type local with 2 workers of LiteLLM',
    ],
    [
      'two replicas',
      { ...cache('type: local'), ...both(['deploy: { replicas: 2 }'], ['image: redis:8']) },
      'high: type local with 2 replicas with 1 worker each of LiteLLM',
    ],
    ['a cache that is shared', { ...redisCache(), ...both(['command: ["--num_workers", "8"]'], ['image: redis:8']) }, undefined],
  ],
  'router-redis': [
    ['one replica', { ...redisCache(), ...both(['deploy: { replicas: 1 }'], ['image: redis:8']) }, undefined],
    [
      'two',
      { ...redisCache(), ...both(['deploy: { replicas: 2 }'], ['image: redis:8']) },
      'medium: router_settings names no Redis, with 2 replicas',
    ],
  ],
  'release-not-pinned': [
    ...['v1.104.2', 'main-v1.104.2-stable', `v1.104.2@sha256:${'a'.repeat(64)}`, 'v1.104.2-stable'].map(
      (tag): Case => [tag, runs(tag), undefined],
    ),
    ...['main-latest', 'main-stable', 'latest'].map((tag): Case => [tag, runs(tag), `low: container litellm runs the moving tag ${tag}`]),
  ],
  'verbose-logging': [
    ['by the file', { 'config.yaml': 'litellm_settings: { set_verbose: true }\n' }, 'medium: set_verbose is switched on'],
    ['not by the file', { 'config.yaml': 'litellm_settings: { set_verbose: false }\n' }, undefined],
    ['by a flag', both(['command: ["--detailed_debug"]'], ['image: redis:8']), 'medium: --detailed_debug is switched on'],
    ['by a variable', { '.env': 'LITELLM_LOG=DEBUG\n' }, 'medium: LITELLM_LOG=debug is switched on'],
    ['not by another level', { '.env': 'LITELLM_LOG=INFO\n' }, undefined],
  ],
  'variable-undefined': [
    [
      'missing',
      { ...redisCache('password: os.environ/PASS'), ...both(['environment: { A: "1" }'], ['image: redis:8']) },
      'high: cache_params.password names PASS, which container litellm does not have',
    ],
    ['there', { ...redisCache('password: os.environ/PASS'), ...both(['environment: { PASS: "1" }'], ['image: redis:8']) }, undefined],
    ['without a container', redisCache('password: os.environ/PASS'), undefined],
  ],
  'redis-port-open': [
    ...['127.0.0.1:6379:6379', '[::1]:6379:6379', '127.0.0.2:6379:6379'].map(
      (port): Case => [port, server('--requirepass p', 'redis:8', `ports: ["${port}"]`), undefined],
    ),
    ...['6379:6379', '0.0.0.0:6379:6379', '10.0.0.1:6379:6379'].map(
      (port): Case => [
        port,
        server('--requirepass p', 'redis:8', `ports: ["${port}"]`),
        'high: port 6379 of service redis is published on all addresses, without TLS',
      ],
    ),
    [
      'without a password',
      server('--save ""', 'redis:8', 'ports: ["6379:6379"]'),
      'critical: port 6379 of service redis is published on all addresses, without TLS and without a password',
    ],
    ['TLS alone', server('--port 0 --tls-port 6379 --requirepass p', 'redis:8', 'ports: ["6379:6379"]'), undefined],
  ],
  'redis-login-refused': [
    ['the same password', logsIn('p', '--requirepass p'), undefined],
    ['another one', logsIn('p', '--requirepass q'), 'critical: the cache logs in with another password than that of Redis of redis'],
    ['none', logsIn(undefined, '--requirepass p'), 'critical: the cache logs in without a password, Redis of redis asks for one'],
    ['one too many', logsIn('p', '--save ""'), 'critical: the cache logs in with a password, Redis of redis has none'],
    ['what a file may say', logsIn('p', '/usr/local/etc/redis/redis.conf'), undefined],
  ],
  'environment-differs': [
    ['another host', { ...redisCache(), '.env': 'REDIS_HOST=other\n' }, 'high: REDIS_HOST and cache_params.host name different hosts'],
    ['the same', { ...redisCache(), '.env': 'REDIS_HOST=redis\n' }, undefined],
    ['none', { ...redisCache(), '.env': 'REDIS_HOST=\n' }, undefined],
  ],
  'model-name-shared': [
    ['one family', models('openai/gpt-4o', 'azure/x', 'gpt-4o-mini'), undefined],
    ['two families', models('openai/gpt-4o', 'anthropic/claude-3'), 'medium: model_name "m" is used for gpt and for claude'],
    ['names that are free', models('azure/gpt', 'azure/claude'), undefined],
  ],
  'call-types': [
    ['none, which is a way to say so', redisCache('supported_call_types: []'), 'info: supported_call_types is empty'],
    ['the form of the gateway', redisCache('supported_call_types: [acompletion]'), undefined],
    ['the other form alone', redisCache('supported_call_types: [completion]'), 'medium: completion without acompletion'],
    ['both', redisCache('supported_call_types: [completion, acompletion]'), undefined],
    ['responses since 1.105.0', redisCache('supported_call_types: [responses]'), undefined, '1.105.0'],
    ['responses before', redisCache('supported_call_types: [responses]'), 'medium: responses without aresponses', '1.104.9'],
  ],
  'iam-with-password': [
    ['a token alone', cache('type: redis', 'host: redis', 'ssl: true', 'gcp_service_account: a'), undefined, '1.110.2'],
    [
      'a password too',
      cache('type: redis', 'host: redis', 'ssl: true', 'gcp_service_account: a', 'password: p'),
      'medium: cache_params.password together with Google IAM',
      '1.110.2',
    ],
    ['without TLS', redisCache('gcp_service_account: a'), 'medium: Google IAM without TLS', '1.110.2'],
  ],
};

testBoundaries(CASES);

describe('what the running Redis says', () => {
  it.each<readonly [string, NonNullable<Live['redis']>, Says]>([
    [
      'eviction-policy',
      { policy: 'noeviction', maxmemory: 1 },
      'the running Redis: high: the running Redis evicts nothing when its memory is full',
    ],
    ['eviction-policy', { policy: 'noeviction', maxmemory: 0 }, undefined],
    ['eviction-policy', { policy: 'noeviction' }, undefined],
    ['eviction-policy', { policy: 'volatile-lru', maxmemory: 1 }, undefined],
    ['no-memory-limit', { maxmemory: 0 }, 'the running Redis: high: the running Redis has no maxmemory'],
    ['no-memory-limit', { maxmemory: 1 }, undefined],
    ['no-memory-limit', {}, undefined],
    ['redis-too-old', { version: '6.2.14' }, 'the running Redis: medium: Redis 6.2.14 is older than 7.0'],
    ['redis-too-old', { version: '7.0.0' }, undefined],
    ['redis-too-old', { version: '6.2.14 by somebody' }, undefined],
    ['redis-without-password', { answersWithoutPassword: false }, undefined],
  ])('to %s: %j', async (id, redis, says) => {
    const rule = RULES.find((one) => one.id === id);
    if (rule === undefined) throw new Error(`there is no rule ${id}`);
    const setup = { ...(await setupOf(redisCache())), live: { redis } };
    expect(said(rule, setup)).toEqual(says === undefined ? [] : [says]);
  });
});
