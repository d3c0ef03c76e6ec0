import { both, type Case, cache, GATEWAY, redisCache, server, testBoundaries } from '../../../support/boundaries.ts';

const PASSWORD = 'pX4nWk9VqT2rLc7MhB5sJz8YdG3fUa6E';
const OTHER_PASSWORD = 'Qm7tRz2LkV9xWc4NhJ6sBy8DfG3pUa5T';

const config = (text: string) => ({ 'config.yaml': text });
const env = (...lines: readonly string[]) => ({ '.env': lines.map((line) => `${line}\n`).join('') });
/** A compose file with these services. */
const services = (text: string) => ({ 'compose.yaml': `services:\n${text}` });
/** A gateway and a Redis, with the ports that the Redis publishes. */
const published = (...ports: readonly string[]) => both([], ['image: redis:8', `ports: ${JSON.stringify(ports)}`]);
/** A gateway, and an application whose variable is the address of a Redis. */
const shop = (url: string, name = 'REDIS_URL') =>
  services(
    `  litellm:\n    image: ${GATEWAY}\n  redis:\n    image: redis:8\n  shop:\n    image: shop:1\n    environment:\n      ${name}: ${url}\n`,
  );
const USED_BY_SHOP = 'medium: service shop uses database 0 of redis, which holds the cache of LiteLLM';
/** A compose file whose gateway takes a password that holds this text. */
const given = (text: string) => both([`environment: ["REDIS_PASSWORD=${text}"]`], ['image: redis:8']);
const CUT = 'high: REDIS_PASSWORD holds a dollar sign, and Compose replaces the word behind it by nothing';
const switched = (value: string) => config(`litellm_settings:\n  cache: ${value}\n`);
const url = (text: string) => cache('type: redis', `url: "${text}"`);
const FAILS = (why: string) => `critical: the client of the cache cannot be made: ${why}`;
const host = (text: string) => cache('type: redis', `host: ${JSON.stringify(text)}`);
const NO_HOST = (what: string) => `high: cache_params.host is no host: it ${what}`;
const NOT_RESOLVED = (name: string) => `high: cache_params.${name} is not resolved: LiteLLM knows only os.environ/NAME`;
const NOT_READ = (name: string) => `medium: LiteLLM does not read ${name}`;
const MISPLACED = (path: string) => `high: ${path} is not read by LiteLLM`;
const UNKNOWN = (key: string, severity = 'critical') =>
  `${severity}: cache_params.${key} is an argument of neither LiteLLM's cache nor redis-py`;
const PLAIN = (name: string, what = 'the password') => `critical: ${name} holds ${what} as plain text`;
/** A compose file that fills a variable of its own into the service of a Redis. */
const filled = (reference: string, ...files: readonly string[]) => ({
  ...services(
    `  litellm:\n    image: ${GATEWAY}\n    env_file: [litellm.env]\n  redis:\n    image: redis:8\n    command: redis-server --requirepass ${reference}\n`,
  ),
  'litellm.env': `REDIS_PASSWORD=${PASSWORD}\n`,
  ...Object.assign({}, ...files.map((text) => ({ '.env': text }))),
});

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'argument-malformed': [
    ['a whole number', redisCache('port: 6380'), undefined, '1.110.2'],
    ['a whole number as text', redisCache('port: "6380"'), undefined, '1.110.2'],
    ['white space around it, which int() takes away', redisCache('port: " 6380 "'), undefined, '1.110.2'],
    [
      'a fraction where a whole number is asked for',
      redisCache('port: "6380.5"'),
      'medium: cache_params.port is no whole number',
      '1.110.2',
    ],
    ['a fraction where one is allowed', redisCache('socket_timeout: "1.5"'), undefined, '1.110.2'],
    ['a unit', redisCache('socket_timeout: 5s'), 'medium: cache_params.socket_timeout is no number', '1.110.2'],
    ['a text that is a switch', redisCache('ssl: maybe'), undefined, '1.110.2'],
    ['the last release that keeps the text', redisCache('port: abc'), 'high: cache_params.port is no whole number', '1.100.9'],
    ['the first release that drops it', redisCache('port: abc'), 'medium: cache_params.port is no whole number', '1.101.0'],
    ['an empty variable', { ...redisCache(), ...env('REDIS_PORT=') }, undefined, '1.110.2'],
    [
      'the address of a Service by another protocol',
      { ...redisCache(), ...env('REDIS_PORT=udp://10.0.0.1:6379') },
      'medium: REDIS_PORT is no whole number: it is the address that Kubernetes gives for a Service',
      '1.110.2',
    ],
    ['a variable that the file hides', { ...redisCache('port: 6380'), ...env('REDIS_PORT=abc') }, undefined, '1.110.2'],
    ['a cache that uses no Redis', { ...cache('type: local'), ...env('REDIS_PORT=abc') }, undefined, '1.110.2'],
  ],
  'cache-params-unknown-key': [
    ['an argument of the cache', redisCache('namespace: a', 'ttl: 60', 'mode: default_on'), undefined],
    ['an argument of redis-py', redisCache('health_check_interval: 30'), undefined],
    ['one letter too few', redisCache('namespac: a'), UNKNOWN('namespac')],
    ['in capitals', redisCache('TTL: 60'), UNKNOWN('TTL')],
    ['two of them', redisCache('colour: red', 'size: 4'), [UNKNOWN('colour'), UNKNOWN('size')]],
    ['behind a url, which filters', cache('type: redis', 'url: redis://redis', 'colour: red'), UNKNOWN('colour', 'medium')],
    [
      'with nodes of a cluster, which filter',
      cache('type: redis', 'redis_startup_nodes: [{ host: a, port: 1 }]', 'colour: red'),
      UNKNOWN('colour', 'medium'),
    ],
    ['of a cache in memory', cache('type: local', 'colour: red'), undefined],
    ['a section, which another rule reports', redisCache('redis: { host: a }'), undefined],
  ],
  'cache-settings-misplaced': [
    ['in its place', redisCache(), undefined],
    ['at the top', config('caching: true\n'), MISPLACED('caching')],
    ['a word of the user at the top', config('caches: true\n'), undefined],
    ['a setting of the router that has the name of one at the top', config('router_settings: { caching: true }\n'), undefined],
    [
      'in the general settings',
      config('general_settings: { cache_params: { type: redis } }\n'),
      MISPLACED('general_settings.cache_params'),
    ],
    ['a section inside', redisCache('params: { ttl: 60 }'), MISPLACED('litellm_settings.cache_params.params')],
    ['a text inside', redisCache('params: none'), undefined],
    ['nothing', config('{}\n'), undefined],
  ],
  'cache-switch-not-boolean': [
    ['true', switched('true'), undefined],
    ['True', switched('True'), undefined],
    ['nothing', switched('null'), undefined],
    ['a text', switched('"true"'), 'critical: litellm_settings.cache is a text, neither true nor false'],
    ['a fraction', switched('1.5'), 'critical: litellm_settings.cache is a number, neither true nor false'],
    ['an empty list', switched('[]'), 'critical: litellm_settings.cache is a list, neither true nor false'],
    ['a variable that is true', { ...switched('os.environ/ON'), ...env('ON=true') }, undefined],
    ['a variable that is false', { ...switched('os.environ/ON'), ...env('ON=False') }, undefined],
    [
      'a variable that is a number',
      { ...switched('os.environ/ON'), ...env('ON=1') },
      'critical: litellm_settings.cache is a text (from ON), neither true nor false',
    ],
    ['a variable of an environment that is not known', switched('os.environ/ON'), undefined],
    ['not given', config('litellm_settings: {}\n'), undefined],
  ],
  'client-fails': [
    ['a host', redisCache(), undefined],
    ['neither host nor url', { ...cache('type: redis'), ...env('A=1') }, FAILS('neither a host nor a url of Redis is given')],
    ['neither, in an environment that is not known', cache('type: redis'), undefined],
    ['the host of a variable', { ...cache('type: redis'), ...env('REDIS_HOST=redis') }, undefined],
    ['an empty variable, which another rule reports', { ...cache('type: redis'), ...env('REDIS_HOST=') }, undefined],
    ['a socket', url('unix:///run/redis.sock'), undefined],
    ['TLS', url('rediss://redis'), undefined],
    ['a scheme in capitals', url('REDIS://redis'), FAILS('cache_params.url must begin with redis://, rediss:// or unix://')],
    ['the scheme of Valkey', url('valkey://redis'), FAILS('cache_params.url must begin with redis://, rediss:// or unix://')],
    ['the highest port', url('redis://redis:65535'), undefined],
    ['a cache in memory', { ...cache('type: local'), ...env('A=1') }, undefined],
    ['a cache that is off', { ...config('litellm_settings: { cache: false, cache_params: { type: redis } }\n'), ...env('A=1') }, undefined],
  ],
  'cluster-settings': [
    ['a single server', { ...redisCache(), ...server('--appendonly yes') }, undefined],
    ['cluster-enabled no', { ...redisCache(), ...server('--cluster-enabled no') }, undefined],
    [
      'cluster-enabled yes',
      { ...redisCache(), ...server('--cluster-enabled yes') },
      'high: redis is the address of a cluster, and no nodes are configured',
    ],
    [
      'nodes that are a single server',
      { ...cache('type: redis', 'redis_startup_nodes: [{ host: redis, port: 6379 }]'), ...server('--cluster-enabled no') },
      'high: the cache takes redis for a node of a cluster, and service redis is a single server',
    ],
    [
      'nodes whose server reads a file',
      { ...cache('type: redis', 'redis_startup_nodes: [{ host: redis, port: 6379 }]'), ...server('/usr/local/etc/redis/redis.conf') },
      undefined,
    ],
    [
      'nodes of an image for clusters',
      { ...cache('type: redis', 'redis_startup_nodes: [{ host: redis, port: 6379 }]'), ...server(undefined, 'bitnami/redis-cluster:8.0') },
      undefined,
    ],
    ['JSON', { ...cache('type: redis'), ...env('REDIS_CLUSTER_NODES=\'[{"host": "a", "port": 1}]\'') }, undefined],
    [
      'an object',
      { ...cache('type: redis'), ...env('REDIS_CLUSTER_NODES=\'{"host": "a", "port": 1}\'') },
      'high: REDIS_CLUSTER_NODES is not a JSON list of nodes',
    ],
    ['the endpoint of a node of AWS', host('a.abc123.0001.euc1.cache.amazonaws.com'), undefined],
    [
      'the configuration endpoint of MemoryDB',
      host('clustercfg.a.abc123.memorydb.eu-central-1.amazonaws.com'),
      'high: clustercfg.a.abc123.memorydb.eu-central-1.amazonaws.com is the address of a cluster, and no nodes are configured',
    ],
  ],
  'config-not-found': [
    [
      'found',
      {
        ...redisCache(),
        ...both(['command: ["--config", "/app/config.yaml"]', 'volumes: ["./config.yaml:/app/config.yaml"]'], ['image: redis:8']),
      },
      undefined,
    ],
    ['none named', both([], ['image: redis:8']), undefined],
    [
      'mounted from a file that is not here',
      both(['command: ["--config", "/app/other.yaml"]', 'volumes: ["./other.yaml:/app/other.yaml"]'], ['image: redis:8']),
      'high: LiteLLM of service litellm is started with /app/other.yaml (--config), mounted from other.yaml, which was not found here',
    ],
  ],
  'evidence-missing': [
    ['nothing named', server('--appendonly yes'), undefined],
    ['a file that is there', { 'compose.yaml': 'include: [compose.redis.yaml]\n', 'compose.redis.yaml': 'services: {}\n' }, undefined],
    [
      'a file that is not there',
      { 'compose.yaml': 'include: [compose.redis.yaml]\n' },
      'high: includes compose.redis.yaml, which was not found here',
    ],
    ['an env_file that is not there', both(['env_file: [.env.secret]'], ['image: redis:8']), 'high: .env.secret does not exist'],
    ['an env_file that need not be there', both(['env_file: [{ path: .env.secret, required: false }]'], ['image: redis:8']), undefined],
  ],
  'gateway-differs': [
    ['nothing was asked', redisCache(), undefined],
    ['nothing is written', config('{}\n'), undefined],
  ],
  'host-malformed': [
    ['a name', host('redis'), undefined],
    ['a name with an underscore', host('my_redis'), undefined],
    ['a name with a dot at the end', host('redis.example.org.'), undefined],
    ['an address of IPv6', host('fd00::1'), undefined],
    ['an empty text', host(''), NO_HOST('is empty')],
    ['a port', host('redis:6379'), NO_HOST('holds a port')],
    ['quotes', host('"redis"'), NO_HOST('holds quotes')],
    ['a tab', host('redis\t'), NO_HOST('holds white space')],
    ['hidden by a url', cache('type: redis', 'url: redis://redis', 'host: "redis:6379"'), undefined],
    ['a cache in memory', cache('type: local', 'host: "redis:6379"'), undefined],
  ],
  'known-bad-release': [
    ['the first that is good', redisCache(), undefined, '1.106.0'],
    ['a release that is not known', redisCache(), undefined],
    ['no release', redisCache(), undefined, 'main-latest'],
  ],
  'litellm-unrecognised': [
    ['recognised', both([], ['image: redis:8']), undefined],
    ['nothing like it', services('  web:\n    image: nginx:1\n'), undefined],
    ['port 4000 alone, which others have too', services('  web:\n    image: web:1\n    ports: ["4000:4000"]\n'), undefined],
    [
      'port 4000 beside a configuration of LiteLLM',
      { ...redisCache(), ...services('  web:\n    image: web:1\n    ports: ["4000:4000"]\n') },
      'high: service web may run LiteLLM: it listens on port 4000; nothing else says so',
    ],
  ],
  'password-cut': [
    ['a word behind the sign', given('abc$def'), CUT],
    ['two signs', given('abc$$def'), undefined],
    ['a sign at the end', given('abcdef$'), undefined],
    ['a sign before a number', given('abc$1def'), undefined],
    ['a variable that is there', { ...given('abc$DEF'), ...env('DEF=x') }, undefined],
    ['no sign', given('abcdef'), undefined],
    ['a whole reference, which is meant', given(`\${PASSWORD_OF_REDIS}`), undefined],
  ],
  'password-malformed': [
    ['plain', env(`REDIS_PASSWORD=${PASSWORD}`), undefined],
    ['white space inside', env('REDIS_PASSWORD="correct horse battery staple"'), undefined],
    ['white space at the end', env('REDIS_PASSWORD="correct-horse-battery "'), 'high: REDIS_PASSWORD begins or ends with white space'],
    ['one quote', env(`REDIS_PASSWORD=${PASSWORD}'`), undefined],
    [
      'quotes inside of quotes',
      env(`REDIS_PASSWORD='"${PASSWORD}"'`),
      'medium: REDIS_PASSWORD begins and ends with a quote, which is a part of it',
    ],
    ['an escaped slash', env('REDIS_URL=redis://:a%2Fb@redis'), undefined],
    ['a slash', env('REDIS_URL=redis://:a/b@redis'), 'high: the password in REDIS_URL has a character that must be escaped in a URL'],
    ['a slash behind the host', env('REDIS_URL=redis://:ab@redis/0'), undefined],
    ['half an escape', env('REDIS_URL=redis://:a%4@redis'), 'low: the password in REDIS_URL has an @ or a % that is not escaped'],
    ['a whole escape', env('REDIS_URL=redis://:a%40@redis'), undefined],
  ],
  'password-shared': [
    ['one of its own', env(`REDIS_PASSWORD=${PASSWORD}`, `LITELLM_MASTER_KEY=${OTHER_PASSWORD}`), undefined],
    [
      'the same',
      env(`REDIS_PASSWORD=${PASSWORD}`, `LITELLM_MASTER_KEY=${PASSWORD}`),
      'critical: REDIS_PASSWORD is the same secret as LITELLM_MASTER_KEY',
    ],
    ['the same but for its last character', env(`REDIS_PASSWORD=${PASSWORD}`, `LITELLM_MASTER_KEY=${PASSWORD}1`), undefined],
    [
      'escaped in a url',
      env('REDIS_URL=redis://:a%2Bb%2Bc%2Bd%2Be@redis', 'LITELLM_SALT_KEY=a+b+c+d+e'),
      'critical: REDIS_URL is the same secret as LITELLM_SALT_KEY',
    ],
    ['two forms of the password of Redis itself', env(`REDIS_PASSWORD=${PASSWORD}`, `REDIS_URL=redis://:${PASSWORD}@redis`), undefined],
    ['both empty', env('REDIS_PASSWORD=', 'LITELLM_MASTER_KEY='), undefined],
  ],
  'plaintext-password': [
    ['a reference', redisCache('password: os.environ/REDIS_PASSWORD'), undefined],
    ['a text', redisCache(`password: ${PASSWORD}`), PLAIN('cache_params.password')],
    ['a number', redisCache('password: 123456'), PLAIN('cache_params.password')],
    ['empty', redisCache('password: ""'), undefined],
    ['none', redisCache('password: null'), undefined],
    ['a reference of a shell, which another rule reports', redisCache(`password: "\${REDIS_PASSWORD}"`), undefined],
    ['a url without one', cache('type: redis', 'url: redis://redis:6379'), undefined],
    ['a url with a user alone', cache('type: redis', 'url: redis://user@redis:6379'), undefined],
    ['a url with one', cache('type: redis', `url: redis://:${PASSWORD}@redis:6379`), PLAIN('cache_params.url', 'a password')],
    ['a name in a comment', redisCache('# password: os.environ/REDIS_PASSWORD'), undefined],
    ['a sample in a comment', redisCache('# password: changeme'), undefined],
    [
      'a text in a comment',
      redisCache(`# password: ${PASSWORD}`),
      'critical: password is commented out and still holds a password as plain text',
    ],
  ],
  'published-port-inside': [
    ['the port of the container', { ...redisCache('port: 6379'), ...published('6390:6379') }, undefined],
    [
      'the published port',
      { ...redisCache('port: 6390'), ...published('6390:6379') },
      'high: redis:6390 is the published port, containers reach redis at 6379',
    ],
    ['both alike', { ...redisCache('port: 6379'), ...published('6379:6379') }, undefined],
    ['a port that is neither', { ...redisCache('port: 6391'), ...published('6390:6379') }, undefined],
    [
      'the loopback',
      { ...cache('type: redis', 'host: 127.0.0.1'), ...published() },
      'high: 127.0.0.1 is the container of LiteLLM itself, Redis is service redis',
    ],
    [
      'the loopback of IPv6',
      { ...cache('type: redis', 'host: "::1"'), ...published() },
      'high: ::1 is the container of LiteLLM itself, Redis is service redis',
    ],
    ['the machine outside', { ...cache('type: redis', 'host: host.docker.internal', 'port: 6390'), ...published('6390:6379') }, undefined],
    ['no Redis beside it', { ...cache('type: redis', 'host: localhost'), ...services(`  litellm:\n    image: ${GATEWAY}\n`) }, undefined],
  ],
  'redis-port-mismatch': [
    ['one place', redisCache('port: 6380'), undefined],
    ['two that agree', { ...redisCache('port: 6380'), ...env('REDIS_PORT=6380') }, undefined],
    [
      'two that differ',
      { ...redisCache('port: 6380'), ...env('REDIS_PORT=6381') },
      'high: REDIS_PORT says port 6381, cache_params.port says 6380',
    ],
    ['two hosts', { ...redisCache('port: 6380'), ...env('REDIS_HOST=other', 'REDIS_PORT=6381') }, undefined],
    ['the port of the server', { ...redisCache('port: 6380'), ...server('--port 6380') }, undefined],
    [
      'another than that of the server',
      { ...redisCache('port: 6380'), ...server('--port 6381') },
      'high: cache_params.port says port 6380, the port of service redis says 6381',
    ],
    ['the port of TLS of the server', { ...redisCache('port: 6380', 'ssl: true'), ...server('--port 6379 --tls-port 6380') }, undefined],
    ['one place, of another machine', cache('type: redis', 'host: redis.example.org', 'port: 6380'), undefined],
  ],
  'redis-shared': [
    ['the same database', { ...redisCache(), ...shop('redis://redis:6379/0') }, USED_BY_SHOP],
    ['the same by default', { ...redisCache(), ...shop('redis://redis') }, USED_BY_SHOP],
    ['under another name of a variable', { ...redisCache(), ...shop('redis://redis/0', 'CELERY_BROKER') }, USED_BY_SHOP],
    ['with TLS', { ...redisCache(), ...shop('rediss://redis/0') }, USED_BY_SHOP],
    ['another database', { ...redisCache(), ...shop('redis://redis:6379/1') }, undefined],
    ['another server', { ...redisCache(), ...shop('redis://other:6379/0') }, undefined],
    ['no Redis', { ...redisCache(), ...shop('http://redis:6379/0') }, undefined],
    ['with a namespace', { ...redisCache('namespace: a'), ...shop('redis://redis') }, USED_BY_SHOP.replace('medium', 'low')],
    ['a cache in memory', { ...cache('type: local'), ...shop('redis://redis') }, undefined],
  ],
  'redis-url-hides-address': [
    ['the same', { ...cache('type: redis'), ...env('REDIS_URL=redis://redis:6379/0', 'REDIS_HOST=redis', 'REDIS_PORT=6379') }, undefined],
    ['the same by default', { ...cache('type: redis'), ...env('REDIS_URL=redis://redis', 'REDIS_PORT=6379', 'REDIS_DB=0') }, undefined],
    [
      'another port',
      { ...cache('type: redis'), ...env('REDIS_URL=redis://redis', 'REDIS_PORT=6380') },
      'high: REDIS_URL hides REDIS_PORT, which says something else',
    ],
    ['a url without anything else', { ...cache('type: redis'), ...env('REDIS_URL=redis://redis:6380/3') }, undefined],
    ['no url', { ...cache('type: redis'), ...env('REDIS_HOST=redis', 'REDIS_PORT=6380') }, undefined],
    ['a socket', { ...cache('type: redis'), ...env('REDIS_URL=unix:///run/redis.sock', 'REDIS_PORT=6380') }, undefined],
    [
      'before a host of the file wins',
      { ...redisCache(), ...env('REDIS_URL=redis://other') },
      'high: REDIS_URL hides cache_params.host, which says something else',
      '1.92.9',
    ],
    ['since a host of the file wins', { ...redisCache(), ...env('REDIS_URL=redis://other') }, undefined, '1.93.0'],
  ],
  'redis-url-without-password': [
    [
      'a url with one',
      { ...cache('type: redis'), ...env(`REDIS_URL=redis://:${PASSWORD}@redis`, `REDIS_PASSWORD=${PASSWORD}`) },
      undefined,
    ],
    [
      'a url without',
      { ...cache('type: redis'), ...env('REDIS_URL=redis://redis', `REDIS_PASSWORD=${PASSWORD}`) },
      'critical: REDIS_URL has no password and hides REDIS_PASSWORD',
    ],
    [
      'a url with a user, which another rule reports',
      { ...cache('type: redis'), ...env('REDIS_URL=redis://u@redis', `REDIS_PASSWORD=${PASSWORD}`) },
      undefined,
    ],
    ['an empty password', { ...cache('type: redis'), ...env('REDIS_URL=redis://redis', 'REDIS_PASSWORD=') }, undefined],
    [
      'an empty password in the url',
      { ...cache('type: redis'), ...env('REDIS_URL=redis://:@redis', `REDIS_PASSWORD=${PASSWORD}`) },
      'critical: REDIS_URL has no password and hides REDIS_PASSWORD',
    ],
    ['an empty url', { ...cache('type: redis'), ...env('REDIS_URL=', 'REDIS_HOST=redis', `REDIS_PASSWORD=${PASSWORD}`) }, undefined],
  ],
  'redis-without-password': [
    ['with one', server('--requirepass p'), undefined],
    ['without', server('--appendonly yes'), 'medium: service redis asks for no password'],
    ['an empty one', server('--requirepass ""'), 'medium: service redis asks for no password'],
    ['what a file may say', server('/usr/local/etc/redis/redis.conf'), undefined],
    ['an ACL file', server('--aclfile /run/secrets/users.acl'), undefined],
    ['the default user off', server("--user 'default off'"), undefined],
    ['published, which another rule reports', server('--appendonly yes', 'redis:8', 'ports: ["6379:6379"]'), undefined],
    [
      'on another machine',
      { ...host('redis.example.org'), ...env('A=1') },
      'high: the cache connects to redis.example.org without a password',
    ],
    ['on another machine, environment not known', host('redis.example.org'), undefined],
    [
      'a url says all',
      cache('type: redis', 'url: redis://redis.example.org'),
      'high: the cache connects to redis.example.org without a password',
    ],
    ['on this machine', { ...host('localhost'), ...env('A=1') }, undefined],
  ],
  'secret-file-exposed': [
    ['a file that its owner alone reads', env(`REDIS_PASSWORD=${PASSWORD}`), undefined],
    ['no secret in it', env('LOG_LEVEL=info'), undefined],
  ],
  'shell-style-reference': [
    ['the form of LiteLLM', redisCache('password: os.environ/REDIS_PASSWORD'), undefined],
    ['a sign and braces', redisCache(`password: "\${REDIS_PASSWORD}"`), NOT_RESOLVED('password')],
    ['a sign', redisCache('password: $REDIS_PASSWORD'), NOT_RESOLVED('password')],
    ['of PowerShell', redisCache('password: $env:REDIS_PASSWORD'), NOT_RESOLVED('password')],
    ['of Python', redisCache(`password: os.environ['REDIS_PASSWORD']`), NOT_RESOLVED('password')],
    ['a sign inside of a text', redisCache('password: a$REDIS_PASSWORD'), undefined],
    ['a default, which is a text', redisCache(`password: "\${REDIS_PASSWORD:-x}"`), undefined],
    ['two signs', redisCache('password: $$REDIS_PASSWORD'), undefined],
  ],
  'variable-not-read': [
    ['the name', env('REDIS_HOST=redis'), undefined],
    ['lower case', env('redis_host=redis'), NOT_READ('redis_host')],
    ['a name of the user', env('MY_REDIS_HOST=redis'), undefined],
    ['a name that people expect', env('REDIS_PASS=p'), NOT_READ('REDIS_PASS')],
    ['a name that is nearly one of those', env('REDIS_PASSWD=p'), undefined],
    ['a name that the file refers to', { ...redisCache('password: os.environ/REDIS_PASS'), ...env('REDIS_PASS=p') }, undefined],
  ],
  'variable-only-in-env-file': [
    [
      'in a file of env_file alone',
      filled(`\${REDIS_PASSWORD}`),
      `high: \${REDIS_PASSWORD} of service redis is empty: REDIS_PASSWORD is in a file of env_file only`,
    ],
    [
      'without braces',
      filled('$REDIS_PASSWORD'),
      'high: $REDIS_PASSWORD of service redis is empty: REDIS_PASSWORD is in a file of env_file only',
    ],
    ['in the .env as well', filled(`\${REDIS_PASSWORD}`, `REDIS_PASSWORD=${PASSWORD}\n`), undefined],
    ['with a default', filled(`\${REDIS_PASSWORD:-none}`), undefined],
    ['with a demand', filled(`\${REDIS_PASSWORD:?needed}`), undefined],
    ['a name that is nowhere, which another rule reports', filled(`\${OTHER_PASSWORD}`), undefined],
    ['two signs, which stay one', filled('$$REDIS_PASSWORD'), undefined],
  ],
};

testBoundaries(CASES);
