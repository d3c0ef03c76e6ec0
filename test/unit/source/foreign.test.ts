import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { problemText } from '../../../src/source/problem.ts';

const directory = mkdtempSync(join(tmpdir(), 'lce-foreign-'));
afterAll(() => rmSync(directory, { recursive: true }));

async function told(password: string, url = 'redis://cache'): Promise<string> {
  const file = join(directory, 'config.yaml');
  writeFileSync(
    file,
    `redis:\n  - name: cache\n    url: ${JSON.stringify(url)}\n${password === '' ? '' : `    password: ${JSON.stringify(password)}\n`}`,
  );
  const loaded = await loadConfig({ file, flags: {}, env: { SET: 'x' } });
  return loaded.ok ? '' : loaded.problems.map(problemText).join('\n');
}

const DOLLAR = '$';

describe('a reference of another tool in place of a secret', () => {
  it.each([
    'os.environ/REDIS_PASSWORD',
    'os.environ["REDIS_PASSWORD"]',
    `${DOLLAR}REDIS_PASSWORD`,
    `${DOLLAR}(REDIS_PASSWORD)`,
    '%REDIS_PASSWORD%',
    '{{ redis_password }}',
    '{{ .Values.redis.password }}',
    '{% raw %}',
    'vault:secret/data/redis#password',
    'env:REDIS_PASSWORD',
    'file:/run/secrets/redis',
    'op://vault/redis/password',
    'ref+vault://secret/redis',
    'arn:aws:secretsmanager:eu-west-1:1:secret:redis',
    'ENC[AES256_GCM,data:x]',
    'process.env.REDIS_PASSWORD',
    '<password>',
    ' os.environ/REDIS_PASSWORD ',
  ])('%s is refused with what to write', async (text) => {
    expect(await told(text)).toMatch(/^.*:4:5: redis\[0\]\.password: is [^;]*; write \$\{env:NAME\} or \$\{file:PATH\}/);
    expect(await told('', `redis://:${encodeURIComponent(text)}@cache`).then((all) => all.includes(text))).toBe(false);
  });

  it.each([
    'hunter2',
    'pa$$word',
    `$${DOLLAR}REDIS`,
    'a%b%c',
    'x{{y}}z',
    'vault',
    '50%',
    `${DOLLAR}1abc`,
    `${DOLLAR}{env:SET}`,
    'environment',
  ])('%s is a secret', async (text) => {
    expect(await told(text)).toBe('');
  });

  it('in the password of a URL is refused too', async () => {
    expect(await told('', `redis://:${DOLLAR}REDIS_PASSWORD@cache`)).toMatch(/redis\[0\]\.url: is a reference of a shell/);
    expect(await told('', 'os.environ/REDIS_URL')).toMatch(/redis\[0\]\.url: is a reference as LiteLLM writes it/);
  });

  it('in a variable is refused by the name of the variable', async () => {
    const env = { LCE_REDIS_URL: 'redis://cache', LCE_REDIS_PASSWORD: `${DOLLAR}{REDIS_PASSWORD}` };
    const loaded = await loadConfig({ flags: {}, env });
    expect(loaded.ok ? '' : loaded.problems.map(problemText).join()).toMatch(
      /^LCE_REDIS_PASSWORD: is a reference of a shell or of Compose/,
    );
  });
});

describe('a line that is indented too far', () => {
  it.each([
    [
      'redis:\n  - name: cache\n     url: redis://cache\n',
      ':3:6: is indented by 5 spaces and the key in line 2 above it by 4; indent both alike',
    ],
    ['redis:\n  - name: cache\n    url: redis://cache\n     interval: 15s\n', ':4:6: is indented by 5 spaces and the key in line 3'],
    ['http:\n  enable_lifecycle: true\n   listen: [":1"]\n', ':3:4: is indented by 3 spaces and the key in line 2'],
  ])('%j is told at its own place, once', async (text, expected) => {
    const file = join(directory, 'indented.yaml');
    writeFileSync(file, text);
    const loaded = await loadConfig({ file, flags: {}, env: {} });
    expect(loaded.ok ? [] : loaded.problems.map(problemText)).toEqual([expect.stringContaining(expected)]);
  });
});

describe('what the environment does to a file', () => {
  it('is told for every variable and flag, and for one that nobody reads', async () => {
    const file = join(directory, 'overridden.yaml');
    writeFileSync(
      file,
      'redis: [{ name: cache, url: "redis://cache", password: a }]\ntraces: { endpoint: "http://a:4318" }\nlog: { level: info }\n',
    );
    const env = {
      LCE_REDIS_URL: 'redis://other',
      LCE_REDIS_PASSWORD: 'b',
      LCE_REDIS_USERNAME: 'u',
      LCE_LOG_FORMAT: 'text',
      LCE_REDIS_PASSWROD: 'c',
      LCE_SERVICE_HOST: '10.0.0.1',
      LCE_PORT_9464_TCP: 'tcp://10.0.0.1:9464',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://b:4318',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=x',
      OTEL_SDK_DISABLED: 'true',
    };
    const loaded = await loadConfig({ file, flags: { logLevel: 'debug' }, env });
    expect(loaded.ok && loaded.notes).toEqual([
      'LCE_REDIS_PASSWROD is not read; did you mean LCE_REDIS_PASSWORD?',
      'LCE_REDIS_URL overrides redis[0].url of the file',
      'LCE_REDIS_USERNAME gives redis[0].username, which the file does not',
      'LCE_REDIS_PASSWORD overrides redis[0].password of the file',
      '--log-level overrides log.level of the file',
      'LCE_LOG_FORMAT gives log.format, which the file does not',
      'OTEL_EXPORTER_OTLP_HEADERS is set: the OpenTelemetry packages read it beside the file',
      'OTEL_EXPORTER_OTLP_ENDPOINT has no effect: traces.endpoint of the file counts',
      'OTEL_SDK_DISABLED has no effect: traces.endpoint of the file counts',
    ]);
  });
});

describe('without a file', () => {
  it.each([
    [{ LCE_LITELLM_URL: 'http://g', LCE_PROBE_MODEL: 'm', LCE_PRICE_PER_PAIR_USD: '1' }, 'daily_budget'],
    [{ LCE_REDIS_URL: 'redis://h', LCE_REDIS_USERNAME: 'u' }, 'password_file'],
    [{ LCE_REDIS_PASSWORD: 'x', LCE_LITELLM_URL: 'http://g', LCE_PROBE_MODEL: 'm', LCE_PRICE_PER_PAIR_USD: '0' }, 'sentinel'],
  ])('%j: no message names a place in a file', async (env, _) => {
    const loaded = await loadConfig({ flags: {}, env });
    const text = loaded.ok ? '' : loaded.problems.map(problemText).join('\n');
    expect(text).not.toBe('');
    expect(text).not.toMatch(/redis\[0\]|gateways\[0\]|password_file/);
  });
});
