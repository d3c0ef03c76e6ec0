import fc from 'fast-check';
import type { ResolveCase } from './litellm-resolve.ts';

const URLS = [
  'redis://a:1',
  'redis://:p%40ss@a:1/2',
  'rediss://user:word@a',
  'unix:///run/redis.sock?db=1',
  'http://a',
  '',
  'redis://a:port',
  'redis://a:1?db=3',
  'redis://:%E9t%E9@a:1/0',
  'redis://:p@ss@a:2/1',
  'redis://:a/b@c:1',
  'redis://[::1]:7/ 3',
  'redis://[a]:1',
  'redis://a?socket_timeout=x',
  'redis://a:99999',
];
const HOSTS = ['a', 'b.example', ''];
const NUMBERS = ['6379', '0', '', 'abc', '1.5', ' 7 ', '5_0', '-1'];
const BOOLEANS = ['true', 'False', ' TRUE ', '1', '0', 'yes', 'no', ''];
const NODES = ['[{"host":"n","port":7001}]', '[]', 'not json', '[{"host":"n","port":"7001"},{"host":"m","port":7002}]', 'true'];
const SENTINELS = ['[["s",26379]]', '[]', 'not json', '[["s",26379],["t",26379]]'];
const WORDS = ['word', '', 'a b', 'sk-1234', 'none'];

/** Variables with values that people give them, sensible or not. */
const VARIABLES: Readonly<Record<string, readonly string[]>> = {
  REDIS_URL: URLS,
  REDIS_HOST: HOSTS,
  REDIS_PORT: NUMBERS,
  REDIS_DB: NUMBERS,
  REDIS_PASSWORD: WORDS,
  REDIS_USERNAME: WORDS,
  REDIS_SSL: BOOLEANS,
  REDIS_SSL_CERT_REQS: WORDS,
  REDIS_SSL_CHECK_HOSTNAME: BOOLEANS,
  REDIS_SOCKET_TIMEOUT: NUMBERS,
  REDIS_SOCKET_CONNECT_TIMEOUT: NUMBERS,
  REDIS_SOCKET_KEEPALIVE: BOOLEANS,
  REDIS_MAX_CONNECTIONS: NUMBERS,
  REDIS_HEALTH_CHECK_INTERVAL: NUMBERS,
  REDIS_CLIENT_NAME: WORDS,
  REDIS_DECODE_RESPONSES: BOOLEANS,
  REDIS_ssl: ['true'],
  DOCTOR_TEXT: WORDS,
  DOCTOR_NUMBER: NUMBERS,
  DOCTOR_HOST: HOSTS,
  DOCTOR_URL: URLS,
  DOCTOR_FLAG: BOOLEANS,
  DOCTOR_NODES: NODES,
  DOCTOR_PORT: ['7000'],
};

/** Those that semantic caches read. */
const SEMANTIC_VARIABLES: typeof VARIABLES = {
  VALKEY_HOST: HOSTS,
  VALKEY_PORT: NUMBERS,
  VALKEY_PASSWORD: WORDS,
  QDRANT_URL: ['http://q', ''],
  QDRANT_API_BASE: ['http://q'],
};

/** Those that change what kind of client is made, or stop LiteLLM. */
const RARE_VARIABLES: typeof VARIABLES = {
  REDIS_CHARSET: WORDS,
  REDIS_SOCKET_READ_SIZE: NUMBERS,
  REDIS_CLUSTER_NODES: NODES,
  REDIS_SENTINEL_NODES: SENTINELS,
  REDIS_SERVICE_NAME: ['mymaster', '', 'true'],
  REDIS_SENTINEL_PASSWORD: WORDS,
  REDIS_GCP_SERVICE_ACCOUNT: ['projects/-/serviceAccounts/a@b', ''],
  REDIS_GCP_SSL_CA_CERTS: ['/ca.pem'],
  REDIS_AWS_IAM_AUTH: BOOLEANS,
  REDIS_AWS_IAM_USER_NAME: WORDS,
  REDIS_AWS_IAM_CACHE_NAME: WORDS,
  REDIS_CONNECTION_POOL_KWARGS: ['{"max_connections": 20}'],
  AWS_REGION: ['eu-central-1'],
};

const reference = (name: string) => `os.environ/${name}`;
const host = fc.constantFrom<unknown>('h', 'h.example', '', null, reference('DOCTOR_HOST'), reference('DOCTOR_UNSET'));
const number = fc.constantFrom<unknown>(6379, 0, '6380', 'abc', null, 2.5, reference('DOCTOR_NUMBER'), reference('DOCTOR_UNSET'));
const word = fc.constantFrom<unknown>('word', '', null, 5, reference('DOCTOR_TEXT'), reference('DOCTOR_UNSET'));
const flag = fc.constantFrom<unknown>(true, false, 'true', 'no', null, reference('DOCTOR_FLAG'));
const url = fc.constantFrom<unknown>('redis://u:2', 'rediss://:x@u', null, 'u:2', reference('DOCTOR_URL'), reference('DOCTOR_UNSET'));
const nodes = fc.constantFrom<unknown>([{ host: 'n', port: 1 }], [], null, reference('DOCTOR_NODES'), [
  { host: reference('DOCTOR_HOST'), port: 2 },
]);
const sentinels = fc.constantFrom<unknown>([['s', 1]], [], null, [
  ['s', 1],
  ['t', 2],
]);

/** Arguments that most clients have. */
const USUAL = {
  host,
  port: number,
  password: word,
  username: word,
  db: number,
  url,
  ssl: flag,
  ssl_cert_reqs: word,
  ssl_check_hostname: flag,
  socket_timeout: number,
  socket_connect_timeout: number,
  max_connections: number,
  health_check_interval: number,
  retry_on_timeout: flag,
};

/** Those that make a client of another kind, or none. */
const RARE = {
  startup_nodes: nodes,
  sentinel_nodes: sentinels,
  sentinel_password: word,
  service_name: word,
  gcp_service_account: word,
  aws_iam_auth: flag,
  aws_iam_user_name: word,
  aws_iam_cache_name: word,
  aws_iam_region: word,
  lib_name: word,
  made_up: word,
};

/** Some of the keys of a record; few more often than many. */
function some(keys: Record<string, fc.Arbitrary<unknown>>, most: number): fc.Arbitrary<Record<string, unknown>> {
  return fc
    .subarray(Object.keys(keys), { maxLength: most })
    .chain((names) => fc.record(Object.fromEntries(names.flatMap((name) => (keys[name] === undefined ? [] : [[name, keys[name]]])))));
}

/** A record that names a target, with some usual arguments; and now and then a rare one. */
function client(most: number): fc.Arbitrary<Record<string, unknown>> {
  const target = fc.oneof(
    { weight: 5, arbitrary: fc.record({ host: fc.constantFrom('h', 'h.example', reference('DOCTOR_HOST')) }) },
    { weight: 2, arbitrary: fc.record({ url }) },
    { weight: 2, arbitrary: fc.record({ startup_nodes: nodes }) },
    { weight: 2, arbitrary: fc.record({ sentinel_nodes: sentinels, service_name: fc.constantFrom('mymaster', '') }) },
    { weight: 3, arbitrary: fc.constant({}) },
  );
  const rare = fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: some(RARE, 3) });
  return fc.tuple(some(USUAL, most), target, rare).map((parts) => Object.assign({}, ...parts));
}

const environment = fc
  .tuple(
    fc.subarray(Object.keys(VARIABLES), { maxLength: 8 }),
    fc.subarray(Object.keys(RARE_VARIABLES), { maxLength: 2 }),
    fc.integer({ min: 0, max: 2 }),
    fc.subarray(Object.keys(SEMANTIC_VARIABLES), { maxLength: 2 }),
  )
  .chain(([usual, rare, luck, semantic]) => {
    const all: typeof VARIABLES = { ...VARIABLES, ...RARE_VARIABLES, ...SEMANTIC_VARIABLES };
    const names = [...usual, ...semantic, ...(luck === 0 ? rare : [])];
    return fc.record(Object.fromEntries(names.map((name) => [name, fc.constantFrom(...(all[name] ?? []))])));
  });

const ofCache = some(
  { redis_startup_nodes: nodes, namespace: word, ttl: number, redis_flush_size: number, gcp_ssl_ca_certs: word, max_messages: number },
  1,
);

/** The kinds of semantic cache, each with what it takes and what it does not. */
const semanticParams = fc
  .tuple(
    fc.constantFrom('redis-semantic', 'valkey-semantic', 'qdrant-semantic'),
    some(
      {
        host: fc.constantFrom<unknown>('h', '', null, reference('DOCTOR_HOST'), 'h:1'),
        port: fc.constantFrom<unknown>(6379, '6380', 'abc', null, 0, reference('DOCTOR_NUMBER')),
        password: fc.constantFrom<unknown>('word', '', null, 5, 'a/b', 'p@s', reference('DOCTOR_TEXT')),
        redis_url: url,
        url,
        ssl: flag,
        username: word,
        redis_startup_nodes: nodes,
        qdrant_api_base: fc.constantFrom<unknown>('http://q', '', null),
        qdrant_collection_name: word,
      },
      7,
    ),
    fc.constantFrom<Record<string, unknown>>({ similarity_threshold: 0.9 }, { similarity_threshold: 0.9 }, {}),
  )
  .map(([type, params, more]): [Record<string, unknown>, Record<string, unknown>, string] => [params, more, type]);

const cacheParams = fc.oneof(
  { weight: 3, arbitrary: semanticParams },
  { weight: 8, arbitrary: fc.tuple(client(6), ofCache, fc.constant('redis')) },
  { weight: 1, arbitrary: fc.tuple(client(2), ofCache, fc.constantFrom('local', 'redis-semantics', undefined, null)) },
);

const config = fc.record(
  {
    litellm_settings: fc.oneof(
      {
        weight: 10,
        arbitrary: cacheParams.map(([params, more, type]) => ({
          cache: true,
          cache_params: { ...(type === undefined ? {} : { type }), ...params, ...more },
        })),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom<unknown>(
          { cache: true },
          { cache: true, cache_params: {} },
          { cache: true, cache_params: null },
          { cache: 'true' },
        ),
      },
    ),
    router_settings: some(
      { redis_url: url, redis_host: host, redis_port: number, redis_password: word, redis_db: number, cache_kwargs: client(2) },
      6,
    ),
    general_settings: client(4).map((block) => ({ coordination_redis: block })),
  },
  { requiredKeys: ['litellm_settings'] },
);

/** Combinations of environment and configuration, the same ones for a seed. */
export function resolveCases(count: number, seed: number): ResolveCase[] {
  return fc.sample(fc.record({ environment, config }), { numRuns: count, seed });
}
