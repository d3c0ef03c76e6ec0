import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probe } from '../../src/cli/probe.ts';
import { loadConfig } from '../../src/config/load.ts';
import { startDaemon } from '../../src/daemon.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { eventually } from '../support/eventually.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';

/** Marks that each form of output escapes in another way. */
const SECRETS = {
  'password of the exporter': `Exp&"7<q>'+/=% z${Date.now().toString(36)}`,
  'password in a file': `File 7"\\w&q<z'${Date.now().toString(36)}`,
  'password in a URL': `url7%2Fq&z${Date.now().toString(36)}`,
  'key of the gateway': `sk-Gw7.kq/z+${Date.now().toString(36)}`,
  'password of the environment': `Env7 w"q&z${Date.now().toString(36)}`,
} as const;

/** A secret as a peer may write it. */
const written = (secret: string) => [
  secret,
  encodeURIComponent(secret),
  encodeURIComponent(secret).replace(/%[\dA-F]{2}/g, (code) => code.toLowerCase()),
  Buffer.from(secret).toString('base64'),
  Buffer.from(`x:${secret}`).toString('base64'),
  Buffer.from(secret).toString('hex'),
];
const echo = Object.values(SECRETS).flatMap(written).join(' ');
const word = Object.values(SECRETS).flatMap(written).join('|').replaceAll(/\s/g, '_');

/** A server that answers every command with what it was sent and all secrets, as no real one does: in errors, fields, names and entries. */
function answerOf(command: readonly string[], turn: number): string {
  const bulk = (text: string) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
  const [name = '', second = ''] = command.map((part) => part.toUpperCase());
  if (turn % 5 === 4) return `-ERR ${command.join(' ').replaceAll(/[\r\n]/g, ' ')} ${echo}\r\n`;
  if (name === 'AUTH' || name === 'SELECT' || (name === 'CLIENT' && second === 'SETNAME')) return '+OK\r\n';
  if (name === 'PING') return '+PONG\r\n';
  if (name === 'CLIENT') return bulk(`id=3 addr=10.0.0.5:5 name=${word} user=default lib-name=${word} lib-ver=${word} cmd=get\n`);
  if (name === 'ACL' && second === 'WHOAMI') return bulk(echo);
  if (name === 'ACL')
    return `*1\r\n*14\r\n${['count', 'reason', 'context', 'object', 'username', 'age-seconds', 'client-info']
      .map(
        (field) =>
          bulk(field) +
          (field === 'count'
            ? ':3\r\n'
            : bulk(
                field === 'reason'
                  ? 'auth'
                  : field === 'age-seconds'
                    ? '0.1'
                    : field === 'client-info'
                      ? `id=3 addr=10.0.0.5:5 lib-name=${word}`
                      : echo,
              )),
      )
      .join('')}`;
  if (name === 'INFO')
    return bulk(
      `# Server\r\nredis_version:7.0.15\r\nredis_mode:${echo}\r\nrun_id:${echo}\r\nos:${echo}\r\n# Replication\r\nrole:${echo}\r\nmaster_host:${echo}\r\n# Memory\r\nmaxmemory_policy:${echo}\r\nused_memory:1\r\n# Commandstats\r\ncmdstat_${word}:calls=2,usec=9,usec_per_call=1,rejected_calls=0,failed_calls=1\r\n# Errorstats\r\nerrorstat_${word.slice(0, 40)}:count=4\r\nerrorstat_WRONGPASS:count=${turn}\r\n# Keyspace\r\ndb0:keys=2,expires=1,avg_ttl=1000\r\n`,
    );
  return `-NOPERM ${echo}\r\n`;
}

function commandsIn(text: string): string[][] {
  return [...text.matchAll(/\*(\d+)\r\n((?:\$\d+\r\n[\s\S]*?\r\n)+?)(?=\*\d+\r\n|$)/g)].map(([, , parts = '']) =>
    [...parts.matchAll(/\$\d+\r\n([\s\S]*?)\r\n/g)].map(([, part = '']) => part),
  );
}

const servers: Server[] = [];

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

afterAll(() => {
  for (const server of servers) server.close();
});

describe('no output of the daemon holds a secret, whatever its peers write', () => {
  const outputs: Record<string, string> = {};
  let directory = '';

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'planted-'));
    let turn = 0;
    const redis = await listening(
      createServer((socket) => {
        socket.on('error', () => undefined);
        socket.on('data', (bytes) => {
          for (const command of commandsIn(bytes.toString())) socket.write(answerOf(command, turn++));
        });
      }),
    );
    const gateway = await listening(
      createHttpServer((request, response) => {
        const text = `${request.headers.authorization} ${echo}`;
        response.writeHead(++turn % 3 === 0 ? 500 : 200, {
          'content-type': 'application/json',
          'x-litellm-version': encodeURIComponent(text).slice(0, 2_000),
          'x-litellm-cache-key': encodeURIComponent(text).slice(0, 500),
        });
        response.end(
          JSON.stringify({
            id: text,
            error: { type: text, message: text },
            choices: [{ message: { content: text } }],
            litellm_version: text,
            cache: text,
            cache_type: text,
            status: text,
          }),
        );
      }),
    );
    const receiver = await startOtlpReceiver();
    const file = join(directory, 'config.yaml');
    await writeFile(join(directory, 'password'), SECRETS['password in a file']);
    const entry = (value: object) => JSON.stringify(value);
    await writeFile(
      file,
      `redis:
  - ${entry({ name: 'one', url: `redis://127.0.0.1:${redis}`, password: SECRETS['password of the exporter'], interval: '1s' })}
  - ${entry({ name: 'two', url: `redis://127.0.0.1:${redis}`, password_file: 'password', interval: '1s' })}
  - ${entry({ name: 'three', url: `redis://:${encodeURIComponent(SECRETS['password in a URL'])}@127.0.0.1:${redis}`, interval: '1s' })}
  - ${entry({ name: 'four', url: `redis://127.0.0.1:${redis}`, password: `\${env:PASSWORD_OF_FOUR}`, interval: '1s' })}
gateways:
  - ${entry({ name: 'g', url: `http://127.0.0.1:${gateway}`, api_key: SECRETS['key of the gateway'], redis: 'one', model: 'm', interval: '4s', price_per_pair_usd: 0 })}
traces: { endpoint: "${receiver.url}" }
metrics: { otlp: { endpoint: "${receiver.url}", interval: 1s } }
http: { listen: ["127.0.0.1:0"] }
log: { level: trace, format: json }
`,
    );
    const env = {
      PASSWORD_OF_FOUR: SECRETS['password of the environment'],
      OTEL_EXPORTER_OTLP_HEADERS: `x=${SECRETS['password of the environment']}`,
    };
    const sources = { file, flags: {}, env };
    const loaded = await loadConfig(sources);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    let log = '';
    const daemon = await startDaemon({
      config: loaded.config,
      load: () => loadConfig(sources),
      version: '1',
      env,
      clock: systemClock,
      out: (line) => {
        log += line;
      },
    });
    const page = async (path: string, accept = '*/*') =>
      (await fetch(`http://${daemon.addresses[0]}${path}`, { headers: { accept } })).text();
    await eventually(() => receiver.spans().length > 20 && receiver.metrics().length > 3, 60_000);
    for (const path of [
      '/',
      '/metrics',
      '/api/v1/status',
      '/gateways/g',
      '/debug/gateways/g',
      `/${encodeURIComponent(echo).slice(0, 4_000)}`,
    ])
      outputs[path.slice(0, 20)] = await page(path);
    outputs.openmetrics = await page('/metrics', 'application/openmetrics-text; version=1.0.0');
    await writeFile(
      file,
      `redis:\n  - pasword: ${JSON.stringify(SECRETS['password of the exporter'])}\n    url: "redis://u:${SECRETS['key of the gateway']}@h/%zz"\n`,
    );
    outputs.reload = (await daemon.reload()).join('\n');
    outputs['status after it'] = await page('/api/v1/status');
    await writeFile(file, `redis:\n  - { name: one, url: "redis://127.0.0.1:${redis}", password_file: password }\n`);
    for (const json of [false, true]) {
      const write = (text: string) => {
        outputs[`probe ${json}`] = `${outputs[`probe ${json}`] ?? ''}${text}`;
      };
      const io = { env, out: write, err: write, colour: false, terminal: false, progress: false, on: () => {}, exitNow: () => {} };
      await probe(sources, { names: [], json, watch: false, cachePing: false }, '1', io);
    }
    await daemon.close();
    outputs.log = log;
    outputs.telemetry = receiver.text();
  }, 120_000);

  afterAll(() => rm(directory, { recursive: true }));

  it('although there was a lot to tell', () => {
    expect(Object.entries(outputs).flatMap(([name, text]) => (text.length < 30 ? [name] : []))).toEqual([]);
    expect(Object.keys(outputs).length).toBeGreaterThan(11);
  });

  it.each(Object.keys(SECRETS))('%s', (name) => {
    const secret = Object.entries(SECRETS).find(([key]) => key === name)?.[1] ?? '';
    const json = JSON.stringify(secret).slice(1, -1);
    const html = secret
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;');
    const forms = [...written(secret), json, JSON.stringify(json).slice(1, -1), html];
    const found = Object.entries(outputs).flatMap(([output, text]) =>
      forms.filter((form) => text.includes(form)).map((form) => `${output}: ${form}`),
    );
    expect(found).toEqual([]);
  });
});
