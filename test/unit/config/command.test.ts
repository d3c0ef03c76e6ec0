import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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
  const code = await command({ file: join(FIXTURES, name), flags: {}, env: io.env }, io);
  return { code, ...written };
}

describe('config check', () => {
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
