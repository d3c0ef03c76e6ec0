import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { problemText } from '../../../src/source/problem.ts';

const directory = mkdtempSync(join(tmpdir(), 'lce-messages-'));
const file = join(directory, 'config.yaml');
afterAll(() => rmSync(directory, { recursive: true }));

/** The problems of a file with a text, and what is said of a valid one. */
async function told(text: string, env: Record<string, string> = {}): Promise<string[]> {
  writeFileSync(file, text);
  const loaded = await loadConfig({ file, flags: {}, env });
  return loaded.ok ? ['valid', ...(loaded.notes ?? [])] : loaded.problems.map((problem) => problemText(problem).replace(file, 'F'));
}

const REDIS = 'redis:\n  - name: cache\n    url: redis://cache\n';
const GATEWAY = 'gateways:\n  - name: g\n    url: http://g:4000\n    model: m\n    price_per_pair_usd: 0\n';
const DOLLAR = '$';

describe('a slip in the layout', () => {
  it.each([
    ['redis:\n\t- name: cache\n', 'F:2:1: is indented with a tab; use spaces'],
    ['redis:\n  - name: cache\n\turl: redis://h\n', 'F:3:1: is indented with a tab; use spaces'],
    [
      'redis:\n  - name: cache\n   url: redis://h\n',
      'F:3:4: is indented by 3 spaces and the key in line 2 above it by 4; indent both alike',
    ],
    [`${REDIS} - name: b\n   url: redis://b\n`, 'F:4:2: is indented by 1 space, which is neither the 0 of line 1 nor the 2 of line 2'],
    [`${REDIS}   - name: b\n     url: redis://b\n`, 'F:4:4: is indented by 3 spaces, which is neither the 2 of line 2 nor the 4 of line 3'],
    [`${REDIS}    - name: b\n      url: redis://b\n`, 'F:4:5: begins an entry of a list by 4 spaces, where keys are; indent it by 2 like'],
    ['redis:\n  -name: a\n   url: redis://a\n', 'F:2:3: has no space behind the dash; write one'],
    ['redis:\n  - name:cache\n    url: redis://a\n', 'F:2:9: has no space behind the colon; write one'],
    [
      `${REDIS}log:\n  level:debug\n`,
      'F:4:1: log: must be a section with keys, not text; write each key on a line of its own, with a space',
    ],
    [`${REDIS}log: {level:debug}\n`, 'F:4:1: log.level: has no space behind the colon; write one'],
    [`${REDIS}http: { enable_lifecycl: }\n`, 'F:4:9: http.enable_lifecycl: unknown key; did you mean enable_lifecycle?'],
    ['redis:\n  * name: a\n    url: redis://a\n', 'F:2:3: begins with *; an entry of a list begins with a hyphen and a space'],
    ['redis:\n  – name: a\n    url: redis://a\n', 'F:2:3: begins with –; an entry of a list begins with a hyphen and a space'],
    ['redis:\n  - name: a\n\u00a0\u00a0\u00a0\u00a0url: redis://a\n', 'F:2:5: redis[0]: needs url, sentinel or cluster'],
    ['redis:\n  - name: a\n  - url: redis://a\n', 'redis[1].name: is missing; a dash begins an entry: take it away where these keys'],
    ['redis:\n  name: a\n  url: redis://a\n', 'F:1:1: redis: must be a list, not a section with keys; begin each entry with a dash'],
    ['redis:\n  - name: a\n    url: redis://a\n    url: redis://b\n', 'F:4:5: url: this key is given twice, first in line 3; keep one'],
    ['redis:\n  - name: "cache\n    url: redis://a\n    interval: 15s\n', 'F:2:11: opens a quote that is not closed on this line'],
    ['redis:\n  - name: "cache\n    url: "redis://a"\n', 'F:2:11: opens a quote that is not closed on this line'],
    ["redis:\n  - name: cache\n    url: 'redis://a\n", 'F:3:10: opens a quote that is not closed on this line'],
    ['redis:\n  - { name: "a, url: redis://a }\n', 'F:2:13: opens a quote that is not closed on this line'],
    ['redis:\n  - name: "cache"x\n    url: redis://a\n', 'F:2:18: has text behind a closing quote; put the whole text in quotes'],
    ['redis: [{ name: a, url: "redis://a" }\nlog: {}\n', 'F:1:8: opens a [ that is not closed'],
    ['redis:\n  - { name: a, url: "redis://a"\ngateways: []\n', 'F:2:5: opens a { that is not closed'],
    ['redis:\r\n  - name: cache\r\n     url: redis://h\r\n', 'F:3:6: is indented by 5 spaces and the key in line 2 above it by 4'],
    [
      'redis:\r\n  - name: cache\r\n    url: redis://h\r\n    intervall: 3s\r\n',
      'F:4:5: redis[0].intervall: unknown key; did you mean interval?',
    ],
    [REDIS.replaceAll('\n', '\r'), 'F ends its lines with a carriage return alone; end them with a line feed'],
    ['\ufeffredis:\n  - name: cache\n     url: redis://h\n', 'F:3:6: is indented by 5 spaces'],
    [`${REDIS}    password: %abc\n`, 'F:4:15: begins with a character that needs quotes'],
    [`${REDIS}    password: !abc\n`, 'F:4:15: has an unknown !tag; put a text that begins with ! in quotes'],
    [`${REDIS}    password: *abc\n`, 'F:4:15: refers with * to an anchor that the file does not have; put a text that begins with *'],
    [`${REDIS}    password: {{ .Values.pw }}\n`, 'F:4:16: has a template {{ }} that was not filled in'],
  ])('%j', async (text, expected) => {
    const all = await told(text);
    expect(all.join('\n')).toContain(expected);
    expect(all.join('\n')).not.toMatch(/redis:\/\/[ab]\b/);
  });

  it.each([
    REDIS,
    REDIS.replaceAll('\n', '\r\n'),
    'redis:\n- name: a\n  url: redis://a\n',
    'redis: [\n  { name: a,\n    url: "redis://a" },\n]\n',
    'redis:\n  -\n    name: a\n    url: redis://a\n',
    'redis:\n  - name: \'a\'   # the cache\n    url: "redis://a"\n',
    `redis:\n  - name: a\n    url: redis://:x@a\n    canaries: # a list\n    - { name: b,\n        password: "it's" }\n`,
  ])('%j has none', async (text) => {
    expect(await told(text)).toEqual(['valid']);
  });

  it('is not looked for beyond the place where the parser gave up, and is found in linear time', async () => {
    const long = `${REDIS}${'    # x\n'.repeat(20_000)}   timeout: 1s\n`;
    expect((await told(long)).join()).toContain('F:20004:4: is indented by 3 spaces');
    const wide = `redis: "${'a: '.repeat(200_000)}\n`;
    expect((await told(wide)).length).toBeGreaterThan(0);
  });
});

describe('a secret without a value', () => {
  it.each(['', ' #hunter2', ' &hunter2', ' null', ' ~'])('password:%s is told, because nothing would be sent', async (value) => {
    const [problem = ''] = await told(`${REDIS}    password:${value}\n`);
    expect(problem).toBe('F:4:5: redis[0].password: has no value; put a secret that begins with # or & in quotes, or take the key away');
  });

  it('holds for keys of gateways, canaries and the lease', async () => {
    const text = `redis:\n  - { name: a, url: "redis://a", canaries: [{ name: b, password: }] }\n${GATEWAY}    api_key:\nlease: { redis: { url: "redis://b", password: } }\n`;
    expect((await told(text)).filter((line) => line.includes('has no value'))).toHaveLength(3);
  });

  it.each([
    ['password', '"a\\n"', 'has more than one line; leave the secret alone in it'],
    ['password', '"  "', 'is empty'],
    ['password', '/run/secrets/redis', 'is the path of a file; give it to the key with _file at its end'],
    ['password', '"undefined"', 'is what programs write for a value that is missing'],
  ])('%s: %s', async (key, value, expected) => {
    expect((await told(`${REDIS}    ${key}: ${value}\n`)).join()).toContain(`redis[0].${key}: ${expected}`);
  });

  it.each([
    ['Bearer sk-1', 'begins with Bearer; leave the key alone in it'],
    ['"sk-\u00fc"', 'has a character that no HTTP header can carry; copy the key again'],
    ['os.environ/LITELLM_KEY', 'is a reference as LiteLLM writes it, which is not resolved here'],
    ['vault:secret/litellm', 'is a reference to a store of secrets, which is not resolved here'],
  ])('api_key: %s', async (value, expected) => {
    expect((await told(`${GATEWAY}    api_key: ${value}\n`)).join()).toContain(`gateways[0].api_key: ${expected}`);
  });
});

describe('an address', () => {
  it.each([
    ['http://a:6379', 'must begin with redis://, rediss:// or unix://; write redis:// in place of http://'],
    ['https://a:6379', 'write rediss:// in place of https://'],
    ['tcp://a:6379', 'write redis:// in place of tcp://'],
    ['valkeys://a:6379', 'write rediss:// in place of valkeys://'],
    ['redis+ssl://a', 'write rediss:// in place of redis+ssl://'],
    ['redis-sentinel://a:26379/x', 'write the Sentinels into sentinel: { master, nodes } instead of url'],
    ['redis-cluster://a:6379', 'write the nodes into cluster: { nodes } instead of url'],
    ['ftp://a', 'write it like redis://host:6379/0'],
    ['a:6379', 'write redis:// before the host, or rediss:// for TLS'],
    ['10.0.0.1:6379', 'write redis:// before the host, or rediss:// for TLS'],
    ['cache', 'write redis:// before the host, or rediss:// for TLS'],
    ['redis:/a:6379', 'lacks the two slashes behind the scheme; write it like redis://host:6379/0'],
    ['redis:///a:6379', 'has no host: write two slashes and the host behind the scheme'],
    ['redis://a:6379:6379', 'has a port twice; write it like host:6379'],
    ['redis://:pa:ss@a:6379:6380', 'has a port twice; write it like host:6379'],
    ['redis://a:port', 'has a port that is no number from 1 to 65535'],
    ['redis://a:99999', 'has a port that is no number from 1 to 65535'],
    ['redis://a:tcp://10.0.0.1:6379', 'has a port that is no number from 1 to 65535'],
    ['redis://redis://a:6379', 'has a scheme twice'],
    ['redis://a:6379,b:6379', 'names several servers; write an entry for each'],
    ['redis://::1:6379', 'has an IPv6 address without brackets; write it like [::1]:6379'],
    ["'redis://a'", 'has quotes as part of its text; take the inner ones away'],
  ])('of Redis: %s', async (url, expected) => {
    const all = (await told(`redis:\n  - { name: cache, url: ${JSON.stringify(url)} }\n`)).join('\n');
    expect(all).toContain(`F:2:20: redis[0].url: `);
    expect(all).toContain(expected);
  });

  it.each([
    ['redis://g:6379', 'this is the address of a Redis; write the address of the HTTP server here'],
    ['g:4000', 'write http:// or https:// before the host'],
    ['http://g:4000:4000', 'has a port twice'],
    ['http://g:70000', 'has a port that is no number from 1 to 65535'],
    ['http://http://g:4000', 'has a scheme twice; write it like http://host:4000'],
    ['grpc://g:4000', 'write it like http://host:4000'],
    ...['/v1', '/v1/', '/v1/chat/completions', '/chat/completions', '/metrics', '/health/liveliness', '/ui', '/cache/ping'].map(
      (path): [string, string] => [`http://g:4000${path}`, 'ends with a path that LiteLLM serves; write the address of the proxy alone'],
    ),
  ])('of a gateway: %s', async (url, expected) => {
    expect((await told(GATEWAY.replace('http://g:4000', url))).join('\n')).toContain(expected);
  });

  it.each(['http://g', 'https://g/litellm', 'http://[::1]:4000/', 'http://g/metrics-of-team'])('of a gateway: %s is one', async (url) => {
    expect(await told(GATEWAY.replace('http://g:4000', url))).toEqual(['valid']);
  });

  it.each([
    ['[9464]', 'did you mean ":9464"?'],
    ['["9464"]', 'did you mean ":9464"?'],
    ['["http://0.0.0.0:9464"]', 'leave the scheme away'],
    ['["::1:9464"]', 'put an IPv6 address in brackets, like [::1]:9464'],
    ['["*:9464"]', 'did you mean :9464?'],
    ['["0.0.0.0"]', 'add the port, like host:9464'],
    ['[":99999"]', 'a port is a number from 0 to 65535'],
  ])('to listen at: %s', async (listen, expected) => {
    expect((await told(`${REDIS}http: { listen: ${listen} }\n`)).join()).toContain(
      `http.listen[0]: must be :port or host:port; ${expected}`,
    );
  });
});

describe('a value in another spelling', () => {
  it.each([
    ['15', '15s'],
    ['"15"', '15s'],
    ['15 s', '15s'],
    ['15 seconds', '15s'],
    ['15sec', '15s'],
    ['15S', '15s'],
    ['1m30s', '90s'],
    ['0.5s', '500ms'],
    ['"0,5s"', '500ms'],
    ['1d', '24h'],
    ['PT15S', '15s'],
    ['5min', '5m'],
    ['15000', '15s'],
    ['1_000', undefined],
    ['-5s', undefined],
    ['1:30', undefined],
    ['soon', undefined],
  ])('interval: %s', async (value, meant) => {
    const hint = meant === undefined ? 'write it like 500ms, 15s, 5m or 1h' : `did you mean ${meant}?`;
    expect((await told(`${REDIS}    interval: ${value}\n`)).join()).toContain(`redis[0].interval: must be a duration; ${hint}`);
  });

  it.each([
    ['1', '1%'],
    ['0.01', '1%'],
    ['1 %', '1%'],
    ['"%1"', '1%'],
    ['1 percent', '1%'],
    ['"0,5%"', '0.5%'],
    ['"0.005"', '0.5%'],
  ])('overhead: %s', async (value, meant) => {
    expect((await told(`${GATEWAY}    overhead: ${value}\n`)).join()).toContain(`overhead: must be a percentage; did you mean ${meant}?`);
  });

  it.each([
    [`${DOLLAR}0.1`, '0.1'],
    ['"0,1"', '0.1'],
    ['0 USD', '0'],
    ['"1e-4"', '0.0001'],
  ])('price_per_pair_usd: %s', async (value, meant) => {
    const text = GATEWAY.replace('usd: 0', `usd: ${value}`);
    expect((await told(text)).join()).toContain(`price_per_pair_usd: must be a number, 0 or more; did you mean ${meant}?`);
  });

  it.each(['yes', 'on', '1', 'Y'])('enable_lifecycle: %s', async (value) => {
    expect((await told(`${REDIS}http: { enable_lifecycle: ${value} }\n`)).join()).toContain('must be true or false; did you mean true?');
  });

  it.each([
    ['/chat/completions', 'chat'],
    ['/v1/embeddings', 'embeddings'],
    ['chat-stream', 'chat_stream'],
    ['completion', 'completions'],
  ])('routes: [%s]', async (route, meant) => {
    expect((await told(`${GATEWAY}    routes: [${route}]\n`)).join()).toContain(`; did you mean ${meant}?`);
  });
});

describe('a key of another name', () => {
  it.each([
    ['requirepass', 'password'],
    ['passwd', 'password'],
    ['password-file', 'password_file'],
    ['passwordFile', 'password_file'],
    ['scrape_interval', 'interval'],
    ['URL', 'url'],
    ['ssl', 'tls'],
    ['users', 'canaries'],
  ])('redis: %s', async (key, meant) => {
    expect((await told(`${REDIS}    ${key}: x\n`)).join()).toContain(`redis[0].${key}: unknown key; did you mean ${meant}?`);
  });

  it.each([
    ['apiKey', 'api_key'],
    ['api-key', 'api_key'],
    ['litellm_api_key', 'api_key'],
    ['virtual_key', 'api_key'],
    ['name_space', 'namespace'],
    ['pricePerPairUsd', 'price_per_pair_usd'],
    ['route', 'routes'],
  ])('gateways: %s', async (key, meant) => {
    expect((await told(`${GATEWAY}    ${key}: x\n`)).join()).toContain(`gateways[0].${key}: unknown key; did you mean ${meant}?`);
  });

  it.each([
    ['ca', 'ca_file'],
    ['cert', 'cert_file'],
    ['key', 'key_file'],
    ['servername', 'server_name'],
    ['insecure', 'insecure_skip_verify'],
    ['skip_verify', 'insecure_skip_verify'],
  ])('tls: %s', async (key, meant) => {
    const text = `redis:\n  - { name: a, url: "rediss://a", tls: { ${key}: x } }\n`;
    expect((await told(text)).join()).toContain(`redis[0].tls.${key}: unknown key; did you mean ${meant}?`);
  });

  it.each([
    ['listen', 'it is a key of http'],
    ['level', 'it is a key of log'],
    ['model', 'it is a key of gateways'],
    ['canaries', 'it is a key of redis'],
    ['logging', 'did you mean log?'],
    ['web', 'did you mean http?'],
    ['tracing', 'did you mean traces?'],
    ['colour', 'known here are redis, gateways, discovery, classes, lease, http, origin, traces, metrics, log'],
  ])('at the top: %s', async (key, hint) => {
    expect((await told(`${REDIS}${key}: x\n`)).join()).toContain(`F:4:1: ${key}: unknown key; ${hint}`);
  });
});

describe('a variable', () => {
  it.each([
    ['LCE_REDIS_URL', ' ', 'is blank; set it to a value, or leave it away'],
    ['LCE_REDIS_URL', '"redis://h"', 'has quotes that are part of its value; take them away: an env file of Docker keeps them'],
    [
      'LCE_REDIS_URL',
      `${DOLLAR}{REDIS_URL}`,
      'is a reference of a shell or of Compose, which is not resolved here; set it to the value itself',
    ],
    ['LCE_REDIS_URL', `${DOLLAR}REDIS_URL`, 'is a reference of a shell, which is not resolved here; set it to the value itself'],
    ['LCE_REDIS_URL', 'os.environ/REDIS_URL', 'is a reference as LiteLLM writes it, which is not resolved here'],
    ['LCE_REDIS_URL', 'undefined', 'is what programs write for a value that is missing'],
    ['LCE_REDIS_PASSWORD', '\t', 'is blank; set it to a value, or leave it away'],
    ['LCE_REDIS_PASSWORD', 'x\n', 'has more than one line; leave the secret alone in it'],
    ['LCE_REDIS_PASSWORD', `${DOLLAR}{env:X}`, 'is a reference of a shell or of Compose, which is not resolved here'],
    ['LCE_REDIS_PASSWORD', 'vault:secret/x', 'is a reference to a store of secrets, which is not resolved here'],
    ['LCE_REDIS_PASSWORD', 'file:/x', 'is a reference to a store of secrets, which is not resolved here'],
    ['LCE_REDIS_PASSWORD', 'env:X', 'is a reference to a store of secrets, which is not resolved here'],
    ['LCE_REDIS_PASSWORD', 'op://vault/x', 'is a reference to a store of secrets, which is not resolved here'],
    ['LCE_REDIS_PASSWORD', '/run/secrets/redis', 'is the path of a file; give it to the variable with _FILE at its end'],
    ['LCE_REDIS_PASSWORD_FILE', '"/x"', 'has quotes that are part of its value'],
    ['LCE_REDIS_PASSWORD_FILE', '~/x', '/~/x does not exist; write the path without ~'],
    ['LCE_REDIS_USERNAME', "'u'", 'has quotes that are part of its value'],
    ['LCE_LITELLM_API_KEY', 'Bearer sk-1', 'begins with Bearer; leave the key alone in it'],
    ['LCE_PROBE_MODEL', '"m"', 'has quotes that are part of its value'],
    ['LCE_PRICE_PER_PAIR_USD', `${DOLLAR}0`, 'must be a number, 0 or more; did you mean 0?'],
    ['LCE_LISTEN', '9464', 'must be :port or host:port; did you mean ":9464"?'],
    ['LCE_LISTEN', 'tcp://10.0.0.1:9464', 'must be :port or host:port; leave the scheme away'],
    ['LCE_LOG_LEVEL', 'WARN', 'must be one of trace, debug, info, warn, error; did you mean warn?'],
  ])('%s=%j is refused by its name, once', async (name, value, expected) => {
    const all = await told(`${REDIS}${GATEWAY}`, { [name]: value });
    expect(all).toHaveLength(1);
    expect(all[0]).toContain(`${name}: `);
    expect(all[0]).toContain(expected);
  });

  it.each([
    ['LCE_REDIS_PASSWORD', '', 'LCE_REDIS_PASSWORD is empty and counts as not set'],
    ['LCE_REDIS_PASSWORD', '"x"', 'LCE_REDIS_PASSWORD begins and ends with a quote, which is sent as part of it'],
    ['LCE_REDIS_PASSWORD', `${DOLLAR}X`, 'LCE_REDIS_PASSWORD looks like the name of a variable, and is sent as it is'],
    ['LCE_LITELLM_API_KEY', ' sk-1', 'LCE_LITELLM_API_KEY begins or ends with white space, which is sent as part of it'],
    ['LCE_URL', 'x', 'LCE_URL is not read; did you mean LCE_REDIS_URL or LCE_LITELLM_URL?'],
    ['LCE_REDIS_HOST', 'x', 'LCE_REDIS_HOST is not read; did you mean LCE_REDIS_URL?'],
    ['LCE_LITELLM_KEY', 'x', 'LCE_LITELLM_KEY is not read; did you mean LCE_LITELLM_API_KEY?'],
    ['LCE_LITELLM_MASTER_KEY', 'x', 'LCE_LITELLM_MASTER_KEY is not read; did you mean LCE_LITELLM_API_KEY?'],
    ['LCE_MODEL', 'x', 'LCE_MODEL is not read; did you mean LCE_PROBE_MODEL?'],
    ['lce_redis_url', 'x', 'lce_redis_url is not read; did you mean LCE_REDIS_URL?'],
  ])('%s=%j is told, with a file and without one', async (name, value, expected) => {
    expect(await told(`${REDIS}${GATEWAY}`, { [name]: value })).toContain(expected);
    const alone = await loadConfig({ flags: { redisUrl: 'redis://h' }, env: { [name]: value } });
    expect(alone.ok || name.startsWith('LCE_LITELLM_API')).toBe(true);
    if (alone.ok) expect(alone.notes).toContain(expected);
  });

  it.each([' redis://h', 'redis://h\n'])('LCE_REDIS_URL=%j is taken without the white space', async (url) => {
    expect(await told(REDIS, { LCE_REDIS_URL: url })).toEqual(['valid', 'LCE_REDIS_URL overrides redis[0].url of the file']);
  });
});
