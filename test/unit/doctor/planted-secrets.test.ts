import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DoctorOutput, doctorOutput, type GivenFiles } from '../../support/doctor-output.ts';

/** A configuration whose cache has the given parameters, one a line. */
function config(...parameters: string[]): string {
  return `litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n${parameters.map((line) => `    ${line}\n`).join('')}`;
}

function compose(command: string, ...environment: string[]): string {
  const variables = ['REDIS_HOST: redis', ...environment].map((line) => `      ${line}\n`).join('');
  return `services:\n  litellm:\n    image: ghcr.io/berriai/litellm:main-v1.80.9\n    environment:\n${variables}  redis:\n    image: redis:6\n    ports: ["6379:6379"]\n    command: ${command}\n`;
}

function pod(...lines: string[]): string {
  return `kind: Deployment\nmetadata: {name: a}\nspec:\n  replicas: 3\n  template:\n    spec:\n      containers:\n        - name: litellm\n          image: litellm:latest\n${lines.map((line) => `          ${line}\n`).join('')}`;
}

const CACHE = config('ttl: 60');
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Where people put a secret, by the form of the input. */
const PLACES: Readonly<Record<string, (secret: string) => GivenFiles>> = {
  'a URL as host': (secret) => ({ '.env': `REDIS_HOST=redis://default:${secret}@h\nREDIS_PORT=6379\n`, 'config.yaml': CACHE }),
  'a URL as host of the configuration': (secret) => ({ 'config.yaml': config(`host: redis://default:${secret}@h`, 'port: 6379') }),
  'the query of a URL': (secret) => ({ '.env': `REDIS_URL=redis://h/0?password=${secret}\n`, 'config.yaml': CACHE }),
  'the second part of a query': (secret) => ({ 'config.yaml': config(`url: redis://h/0?db=0&password=${secret}`) }),
  'a URL without a host': (secret) => ({ '.env': `REDIS_URL=redis://:${secret}\n`, 'config.yaml': CACHE }),
  'a user without a host': (secret) => ({ '.env': `REDIS_URL=redis://user:${secret}\n`, 'config.yaml': CACHE }),
  'the user of a URL': (secret) => ({ '.env': `REDIS_URL=redis://${secret}@h\n`, 'config.yaml': CACHE }),
  'a fragment': (secret) => ({ '.env': `REDIS_URL=redis://h/0#${secret}\n`, 'config.yaml': CACHE }),
  'the database': (secret) => ({ '.env': `DATABASE_URL=postgresql://u:${secret}@h/db?sslmode=x\nREDIS_HOST=h\n`, 'config.yaml': CACHE }),
  ...Object.fromEntries(
    ['pasword', 'passwort', 'pwd', 'auth', 'redis_pw', 'pass word', 'redisPassword', 'authToken', 'apiKey', 'paswrod', 'something'].map(
      (key) => [`a key ${key}`, (secret: string) => ({ 'config.yaml': config('host: h', 'port: 6379', `${key}: ${secret}`) })],
    ),
  ),
  ...Object.fromEntries(
    ['port', 'db', 'ssl', 'socket_timeout', 'max_connections', 'ttl', 'redis_flush_size', 'supported_call_types', 'mode', 'type'].map(
      (key) => [`the place of ${key}`, (secret: string) => ({ 'config.yaml': config('host: h', `${key}: "${secret}"`) })],
    ),
  ),
  'an item of a list of words': (secret) => ({ 'config.yaml': config('host: h', `supported_call_types: [acompletion, "${secret}"]`) }),
  'the place of nodes': (secret) => ({ 'config.yaml': config(`redis_startup_nodes: "${secret}"`) }),
  'the switch of the cache': (secret) => ({ 'config.yaml': `litellm_settings:\n  cache: "${secret}"\n` }),
  'a number beside a setting that fails': (secret) => ({
    'config.yaml': config('host: [a, b]', `port: "${secret}"`, `unread: "${secret}"`),
  }),
  'the port of the router': (secret) => ({ 'config.yaml': `router_settings:\n  redis_host: h\n  redis_port: "${secret}"\n` }),
  'a number of the coordination': (secret) => ({
    'config.yaml': `general_settings:\n  coordination_redis: {host: h, socket_timeout: "${secret}"}\n${CACHE}`,
  }),
  ...Object.fromEntries(
    ['REDIS_PORT', 'REDIS_DB', 'REDIS_SSL', 'REDIS_SOCKET_TIMEOUT', 'REDIS_MAX_CONNECTIONS'].map((name) => [
      `the variable ${name}`,
      (secret: string) => ({ '.env': `REDIS_HOST=h\n${name}=${secret}\n`, 'config.yaml': CACHE }),
    ]),
  ),
  'a nested section': (secret) => ({ 'config.yaml': config('host: h', 'port: 6379', `connection_kwargs: {password: ${secret}}`) }),
  'a nested section of unknown keys': (secret) => ({
    'config.yaml': config('host: h', 'port: 6379', `connection_kwargs: {a: [{b: ${secret}}]}`),
  }),
  'JSON in a text': (secret) => ({ 'config.yaml': config('host: h', 'port: 6379', `connection_kwargs: '{"password": "${secret}"}'`) }),
  'JSON in a variable': (secret) => ({
    '.env': `REDIS_CLUSTER_NODES=[{"host":"a","port":1,"password":"${secret}"}]\n`,
    'config.yaml': CACHE,
  }),
  'a node': (secret) => ({ 'config.yaml': config('redis_startup_nodes:', `  - {host: a, port: 1, password: ${secret}}`) }),
  Sentinel: (secret) => ({
    'config.yaml': config('sentinel_nodes: [[h, 26379]]', 'service_name: m', `sentinel_kwargs: {password: ${secret}}`),
  }),
  'an include': (secret) => ({ 'config.yaml': `include:\n  - https://user:${secret}@h/x.yaml\n${config('host: h')}` }),
  'an include with a token': (secret) => ({ 'config.yaml': `include:\n  - https://h/x.yaml?token=${secret}\n${config('host: h')}` }),
  'an env_file': (secret) => ({ 'compose.yaml': `services:\n  litellm:\n    image: litellm\n    env_file: https://u:${secret}@h/x.env\n` }),
  'a script that names a URL': (secret) => ({ '.envrc': `dotenv https://u:${secret}@h/x\nexport A=1\n` }),
  'a command': (secret) => ({ 'compose.yaml': compose(`redis-server --requirepass ${secret}`) }),
  'a command as a list': (secret) => ({ 'compose.yaml': compose(`["redis-server", "--requirepass", "${secret}"]`) }),
  'a command over lines': (secret) => ({
    'compose.yaml': compose(`\n      - redis-server\n      - "--requirepass"\n      - '${secret}'`),
  }),
  'redis-cli': (secret) => ({ 'compose.yaml': compose(`sh -c "redis-cli -a ${secret} ping; redis-server"`) }),
  'redis-cli without a blank': (secret) => ({ 'compose.yaml': compose(`sh -c "redis-cli -a${secret} ping; redis-server"`) }),
  'AUTH of redis-cli': (secret) => ({ 'compose.yaml': compose(`sh -c "redis-cli AUTH litellm ${secret}; redis-server"`) }),
  'ACL SETUSER': (secret) => ({ 'compose.yaml': compose(`sh -c "redis-cli ACL SETUSER litellm on >${secret} ~* +@all; redis-server"`) }),
  'a user of the command': (secret) => ({ 'compose.yaml': compose(`redis-server --user litellm on '>${secret}' '~*' +@all`) }),
  'a default of a variable': (secret) => ({ 'compose.yaml': compose(`redis-server --requirepass "\${P:-${secret}}"`) }),
  'a comment': (secret) => ({ 'config.yaml': config(`host: h # password ${secret}`, 'port: 6379') }),
  'a comment beside a password': (secret) => ({
    '.env': `REDIS_PASSWORD=another-0123456789-abcdefghij # was ${secret}\nREDIS_HOST=h\n`,
    'config.yaml': CACHE,
  }),
  'several lines': (secret) => ({ 'config.yaml': config('host: h', 'port: 6379', 'password: >-', `  ${secret}`, '  second') }),
  'an anchor': (secret) => ({ 'config.yaml': `x: &p ${secret}\n${config('host: h', 'port: 6379', 'password: *p')}` }),
  'a merged section': (secret) => ({ 'config.yaml': `x: &m\n  pw: ${secret}\n${config('host: h', 'port: 6379', '<<: *m')}` }),
  'the name of a key': (secret) => ({ 'config.yaml': config('host: h', 'port: 6379', `"redis://u:${secret}@h": 1`) }),
  'a variable of a pod': (secret) => ({
    'config.yaml': CACHE,
    'k.yaml': pod('env:', `  - {name: REDIS_HOST, value: "redis://u:${secret}@h"}`, '  - name: REDIS_PASSWORD', `    value: ${secret}`),
  }),
  'a Secret in base64': (secret) => ({
    'config.yaml': config(`host: ${secret}.example.org`, 'port: 1'),
    'k.yaml': `kind: Secret\nmetadata: {name: s}\ndata:\n  anything: ${base64(secret)}\n  anything: ${base64(secret)}\n`,
  }),
  'another place in base64': (secret) => ({
    '.env': `REDIS_PASSWORD=${secret}\nREDIS_HOST=${base64(secret)}\n`,
    'config.yaml': CACHE,
  }),
  'a header': (secret) => ({ 'config.yaml': config(`host: h # Authorization: Bearer ${secret}.x`, 'port: 6379') }),
  'a key of a provider': (secret) => ({ 'config.yaml': config(`host: h # sk-${secret}`, 'port: 6379') }),
  'a cookie': (secret) => ({ 'config.yaml': config(`host: h # Cookie: session=${secret}`, 'port: 6379') }),
  'a port': (secret) => ({ 'config.yaml': config('host: h', `port: "redis://u:${secret}@h"`) }),
  'the name of a service': (secret) => ({
    'compose.yaml': `services:\n  "redis://u:${secret}@h":\n    image: redis:6\n    ports: ["6379:6379"]\n  litellm:\n    image: litellm\n`,
  }),
  'an image': (secret) => ({ 'compose.yaml': `services:\n  litellm:\n    image: https://u:${secret}@reg/litellm:latest\n` }),
  'the name of a file': (secret) => ({ [`.env-u:${secret}@h`]: 'REDIS_HOST=h\n', 'config.yaml': CACHE }),
  'keys of models': (secret) => ({
    'config.yaml': `${config('host: h')}general_settings:\n  master_key: ${secret}\nmodel_list:\n  - model_name: a\n    litellm_params: {model: openai/a, api_key: ${secret}, extra_headers: {Authorization: "Bearer ${secret}"}}\n`,
  }),
  'members of a Secret in braces': (secret) => ({
    'config.yaml': CACHE,
    'k.yaml': `stringData: {foo: ${secret}, foo: ${secret}}\nmetadata: {name: s}\nkind: Secret\n`,
  }),
  'a variable without a sign behind it': (secret) => ({ '.env': `REDIS_PASSWORD ${secret}\nREDIS_HOST=h\n`, 'config.yaml': CACHE }),
  'a host with a password and no user': (secret) => ({ 'config.yaml': config(`host: "${secret}@h"`, 'port: 6379') }),
  'the name of a variable': (secret) => ({ 'config.yaml': config('host: h', 'port: 6379', `password: os.environ/${secret}`) }),
  'a broken line': (secret) => ({ '.env': `REDIS_PASSWORD="${secret}\nREDIS_HOST=h\n`, 'config.yaml': CACHE }),
  'a broken configuration': (secret) => ({ 'config.yaml': `litellm_settings:\n  cache_params: {password: ${secret}\n  x: [` }),
};

function leaks(output: DoctorOutput, ...forms: string[]): string[] {
  return Object.entries(output).flatMap(([name, text]) =>
    forms.filter((form) => text.includes(form) || text.includes(JSON.stringify(form).slice(1, -1))).map((form) => `${name}: ${form}`),
  );
}

/** Passwords as generators make them: a letter in front, so that every form of file takes them unquoted. */
const SECRET = fc
  .tuple(
    fc.constantFrom(...'ABCDEFGHKLMNPQRSTUVWXYZ'),
    fc.string({ unit: fc.constantFrom(...'abcdefghkmnpqrstuvwxyz23456789_-.'), minLength: 8, maxLength: 30 }),
  )
  .map(([first, rest]) => `${first}7${rest}z9`);

describe('no output of the doctor holds a secret', () => {
  it.each(Object.keys(PLACES))('that is in %s', async (place) => {
    await fc.assert(
      fc.asyncProperty(SECRET, async (secret) => {
        expect(leaks(await doctorOutput(PLACES[place]?.(secret) ?? {}), secret, base64(secret))).toEqual([]);
      }),
      { numRuns: 2 },
    );
  });

  it.each([
    ['characters of expressions', 'a.*+?^$()[]|\\d7'],
    ['letters of other scripts', 'pä55 wörd ключ 🙂7'],
    ['three letters', 'q7x'],
    ['quotes', `it's"7quoted`],
    ['a percent sign', '100%2Fx7y'],
  ])('of %s, wherever it is again', async (_, secret) => {
    const output = await doctorOutput({
      'config.yaml': config(
        `host: ${JSON.stringify(secret)}`,
        'port: 6379',
        `password: ${JSON.stringify(secret)}`,
        `username: ${JSON.stringify(encodeURIComponent(secret))}`,
      ),
    });
    expect(leaks(output, secret, encodeURIComponent(secret)).filter((leak) => !/: q7x$/.test(leak) || / q7x /.test(output.text))).toEqual(
      [],
    );
  });
});

describe('a password that is an ordinary word', () => {
  it('is hidden where it is the value, and leaves the report readable', async () => {
    const output = await doctorOutput({
      'compose.yaml': compose('redis-server --requirepass redis', 'REDIS_PASSWORD: redis', 'REDIS_PORT: 6380'),
      'config.yaml': CACHE,
    });
    expect(output.text).toContain('redis-server --requirepass <secret>');
    expect(output.text).toMatch(/^ +host +redis +REDIS_HOST/m);
    expect(output.text).toMatch(/^ +password +<secret> +REDIS_PASSWORD/m);
    expect(output.text).toMatch(/\[redis-port-open\]/);
    expect(output.text).not.toMatch(/of <secret>|<secret>:6379|service <secret>/);
  });
});

describe('what the doctor prints', () => {
  const hostile = '\u001b]0;owned\u0007\u009b31m\u202e\u2066\u200b\u2028';

  it('holds nothing that a terminal obeys', async () => {
    const output = await doctorOutput({
      '.env': `REDIS_HOST=h${hostile}\nREDIS_PORT=1\n`,
      'config.yaml': config(`ttl: 1 # ${hostile.replaceAll('\u2028', '')}`, `"k\\e[2J\\u202E": 1`),
      'k.yaml': pod(`args: ["${'\\e]0;x\\a'}"]`).replace('name: a', `name: "a\\e[31m"`),
    });
    for (const [format, text] of Object.entries(output))
      expect([format, text.match(/[^\P{C}\n\t]|[\u2028\u2029]/gu) ?? []]).toEqual([format, []]);
    for (const text of [output.json, output.sarif])
      JSON.parse(text, (key, value: unknown) => {
        for (const shown of [key, value]) if (typeof shown === 'string') expect(shown).not.toMatch(/[^\P{C}\n\t]|[\u2028\u2029]/u);
        return value;
      });
  });
});
