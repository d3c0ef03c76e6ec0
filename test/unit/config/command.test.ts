import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { configCheck, configPrint, configSchema } from '../../../src/cli/config.ts';
import type { Io } from '../../../src/cli/io.ts';
import type { Sources } from '../../../src/config/load.ts';
import { configurationSchema } from '../../../src/config/markdown.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures/config');

async function run(
  command: (sources: Sources, io: Io) => number | Promise<number>,
  name: string,
): Promise<{ code: number; out: string; err: string }> {
  const written = { out: '', err: '' };
  const io: Io = {
    env: {},
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    colour: false,
    terminal: false,
    progress: false,
    on: () => undefined,
    exitNow: () => undefined,
  };
  const code = await command({ file: resolve(FIXTURES, name), flags: {}, env: io.env }, io);
  return { code, ...written };
}

/** The path of a configuration in a folder of its own, with other files beside it. */
function written(text: string, beside: Readonly<Record<string, string>> = {}): string {
  const directory = mkdtempSync(join(tmpdir(), 'config-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  for (const [name, content] of Object.entries({ ...beside, 'cache.yaml': text })) writeFileSync(join(directory, name), content);
  return join(directory, 'cache.yaml');
}

const SECRET = 'Pl4nt3d-S3cr3t-Value-9x7Q2mZ8';

describe('config check', () => {
  it.each([
    ['a password where its file belongs', `redis: [{ name: c, url: redis://h, password_file: ${SECRET} }]`, 'into password'],
    ['a password of Sentinels', `redis: [{ name: c, sentinel: { master: m, nodes: ['h:1'], password_file: ${SECRET} } }]`, 'into password'],
    ['a canary', `redis: [{ name: c, url: redis://h, canaries: [{ name: g, password_file: ${SECRET} }] }]`, 'into password'],
    [
      'a key where its file belongs',
      `gateways: [{ name: g, url: http://h, model: m, price_per_pair_usd: 0, api_key_file: sk-${SECRET} }]`,
      'into api_key',
    ],
    [
      'a private key where its file belongs',
      `redis: [{ name: c, url: rediss://h, tls: { cert_file: x, key_file: "-----BEGIN PRIVATE KEY-----\\n${SECRET}\\n-----END PRIVATE KEY-----" } }]`,
      'does not exist',
    ],
  ])('does not repeat %s', async (_, text, told) => {
    const { code, err } = await run(configCheck, written(text));
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(told) });
    expect(err).not.toContain(SECRET);
    expect(err.trimEnd().split('\n')).toHaveLength(text.includes('cert_file') ? 3 : 2);
  });

  it('names a missing file by its whole path', async () => {
    const file = written('redis: [{ name: c, url: redis://h, password_file: run/redis.password }]');
    expect((await run(configCheck, file)).err).toContain(join(file, '../run/redis.password does not exist'));
  });

  it('tells what is wrong with the web configuration that it names', async () => {
    const file = written('redis: [{ name: c, url: redis://h }]\nhttp: { web_config_file: web.yml }', {
      'web.yml': 'basic_auth_user: { a: b }\n',
    });
    const { code, err } = await run(configCheck, file);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(/web\.yml:1:1: .*basic_auth_users/) });
  });

  it('says what a valid file watches and costs', async () => {
    const out = 'the configuration is valid\nredis cache: 1 credential\ngateway litellm: completions, chat, at most $0 a day\n';
    expect(await run(configCheck, 'good/minimal.yaml')).toEqual({ code: 0, out, err: '' });
  });

  it('tells the problems of another and returns 2', async () => {
    const file = join(FIXTURES, 'bad/unknown-key.yaml');
    const err = `${file}:4:5: redis[0].intervall: unknown key; did you mean interval?\n1 problem in the configuration; nothing was started\n`;
    expect(await run(configCheck, 'bad/unknown-key.yaml')).toEqual({ code: 2, out: '', err });
  });
});

describe('config print', () => {
  it('prints YAML, or the problems and 2', async () => {
    const printed = await run(configPrint, 'good/minimal.yaml');
    expect([printed.code, printed.err, printed.out.split('\n')[0]]).toEqual([0, '', 'redis:']);
    expect((await run(configPrint, 'bad/empty.yaml')).code).toBe(2);
  });
});

describe('config schema', () => {
  it('prints the JSON schema', async () => {
    const { code, out } = await run((_, io) => configSchema(io), 'good/minimal.yaml');
    expect([code, JSON.parse(out)]).toEqual([0, configurationSchema()]);
  });
});
