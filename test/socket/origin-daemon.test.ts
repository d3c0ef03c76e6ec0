import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/effective.ts';
import { type Daemon, startDaemon } from '../../src/daemon.ts';
import { createOriginKeyring } from '../../src/origin/keys.ts';
import { witnessOf } from '../../src/origin/witness.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { Secret } from '../../src/source/secret.ts';
import { certificateAuthority, lacksOpenssl } from '../support/certificates.ts';
import { ask, portOf } from '../support/http.ts';
import { metricLines, metricValue } from '../support/metrics-text.ts';

let dir = '';
const daemons: Daemon[] = [];
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lce-origin-'));
});
afterAll(async () => {
  await Promise.all(daemons.map((daemon) => daemon.close()));
  await rm(dir, { recursive: true, force: true });
});

const newKey = () => randomBytes(24).toString('hex');
const ANY = '127.0.0.1:0';

function configOf(origin?: Config['origin']): Config {
  return {
    redis: [],
    gateways: [],
    http: { listen: [ANY], enable_lifecycle: false },
    traces: { sample_ratio: 1 },
    metrics: {},
    log: { level: 'debug', format: 'json' },
    ...(origin && { origin }),
  };
}

async function start(origin?: Config['origin']) {
  let next = configOf(origin);
  const lines: string[] = [];
  const daemon = await startDaemon({
    config: next,
    load: async () => ({ ok: true, config: next }),
    version: '0.0.0',
    env: {},
    clock: systemClock,
    out: (line) => void lines.push(line),
  });
  daemons.push(daemon);
  return {
    lines,
    daemon,
    port: () => portOf(daemon.originAddresses()[0]),
    reload(to?: Config['origin']) {
      next = configOf(to);
      return daemon.reload();
    },
    page: async (path: string) => (await ask(portOf(daemon.addresses[0]), path)).body,
  };
}

const nonce = () => randomBytes(16).toString('hex');

function chat(port: number, key: string, asked = nonce(), options: { tls?: boolean; ca?: string } = {}) {
  const body = JSON.stringify({ model: 'cache-probe', messages: [{ role: 'user', content: asked }] });
  return ask(port, '/v1/chat/completions', { method: 'POST', headers: { authorization: `Bearer ${key}` }, body, ...options });
}

function isFree(port: number): Promise<boolean> {
  return ask(port, '/').then(
    () => false,
    () => true,
  );
}

it('counts its requests from 0, and no output holds the key', async () => {
  const key = newKey();
  const { daemon, page, port, lines } = await start({ listen: [ANY], latency: 0, api_key: Secret.of(key) });
  const before = metricLines(await page('/metrics')).filter(({ name }) => name === 'cache_exporter_origin_requests_total');
  expect(before.length).toBeGreaterThan(0);
  expect(before.map(({ value }) => value)).toEqual(before.map(() => 0));
  expect((await chat(port(), key)).status).toBe(200);
  expect((await chat(port(), `${key}.`)).status).toBe(401);
  await ask(port(), `/${key}`, { headers: { authorization: `Bearer ${key}` } });
  const text = await page('/metrics');
  const counted = (route: string, status: string) => metricValue(text, 'cache_exporter_origin_requests_total', { route, status });
  expect([counted('chat', '200'), counted('chat', '401'), counted('other', '404'), counted('chat', '404')]).toEqual([1, 1, 1, 0]);
  await daemon.reload();
  const outputs = [text, await page('/'), await page('/api/v1/status'), await page(`/${key}`), ...lines];
  expect(outputs.filter((output) => output.includes(key))).toEqual([]);
});

it('without a section, and with an empty list of addresses, it serves nothing and counts nothing', async () => {
  for (const origin of [undefined, { listen: [], latency: 0, api_key: Secret.of(newKey()) }]) {
    const { daemon, page } = await start(origin);
    expect(daemon.originAddresses()).toEqual([]);
    expect(await page('/metrics')).not.toContain('origin_requests');
  }
});

describe('a reload', () => {
  it('starts, moves and ends the origin, and takes over key and latency at once', async () => {
    const [key, second] = [newKey(), newKey()];
    const running = await start();
    expect(await running.reload({ listen: [ANY], latency: 0, api_key: Secret.of(key) })).toEqual([]);
    const port = running.port();
    expect((await chat(port, key)).status).toBe(200);
    expect(metricValue(await running.page('/metrics'), 'cache_exporter_origin_requests_total', { route: 'chat', status: '200' })).toBe(1);

    expect(await running.reload({ listen: [ANY], latency: 0, api_key: Secret.of(second) })).toEqual([]);
    expect(running.port()).toBe(port);
    expect((await chat(port, second)).status).toBe(200);
    expect((await chat(port, key)).status).toBe(200);

    const other = 'localhost:0';
    expect(await running.reload({ listen: [other], latency: 0, api_key: Secret.of(second) })).toEqual([]);
    expect(await isFree(port)).toBe(true);
    const moved = running.port();
    const answer = await ask(moved, '/v1/models', { host: 'localhost', headers: { authorization: `Bearer ${second}` } });
    expect(answer.status).toBe(200);

    expect(await running.reload()).toEqual([]);
    expect(running.daemon.originAddresses()).toEqual([]);
  });

  it('to an address that cannot be had is refused and leaves everything as it was', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const address = taken.address();
    const used = typeof address === 'object' && address !== null ? address.port : 0;
    const key = newKey();
    const running = await start({ listen: [ANY], latency: 0, api_key: Secret.of(key) });
    const problems = await running.reload({ listen: [ANY, `127.0.0.1:${used}`], latency: 0, api_key: Secret.of(newKey()) });
    expect(problems.join()).toContain(
      `cannot listen on 127.0.0.1:${used}: the address is in use; stop the other process or choose another with origin.listen`,
    );
    expect((await chat(running.port(), key)).status).toBe(200);
    taken.close();
  });
});

it('does not start where its address or its web configuration cannot be used, and keeps no port', async () => {
  const file = join(dir, 'users.yml');
  await writeFile(file, 'basic_auth_users:\n  a: $2b$10$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234\n');
  const origin = { listen: [ANY], latency: 0, api_key: Secret.of(newKey()), web_config_file: file };
  await expect(start(origin)).rejects.toThrow('basic_auth_users cannot be used here');
  await expect(start({ ...origin, listen: ['127.0.0.1:99999'] })).rejects.toThrow();
});

it.skipIf(lacksOpenssl())('speaks TLS by its web configuration file', async () => {
  const authority = certificateAuthority(dir, 'origin-authority');
  const { certFile, keyFile } = authority.sign('origin');
  const file = join(dir, 'web.yml');
  await writeFile(
    file,
    `tls_server_config: { cert_file: ${certFile}, key_file: ${keyFile} }\nhttp_server_config: { headers: { X-Frame-Options: deny } }\n`,
  );
  const key = newKey();
  const { port } = await start({ listen: [ANY], latency: 0, api_key: Secret.of(key), web_config_file: file });
  const answer = await chat(port(), key, nonce(), { tls: true, ca: authority.cert });
  expect(answer).toMatchObject({ status: 200, headers: { 'x-frame-options': 'deny' } });
  await expect(chat(port(), key)).rejects.toThrow();
});

it.skipIf(lacksOpenssl())('takes a new web configuration file wherever it begins to listen, and never listens without it', async () => {
  const authority = certificateAuthority(dir, 'origin-moved');
  const { certFile, keyFile } = authority.sign('moved');
  const file = join(dir, 'moved.yml');
  await writeFile(file, `tls_server_config: { cert_file: ${certFile}, key_file: ${keyFile} }\n`);
  const key = newKey();
  const plain = { listen: [ANY], latency: 0, api_key: Secret.of(key) };
  const secure = { ...plain, web_config_file: file };
  const running = await start(plain);
  const tls = { tls: true, ca: authority.cert };
  for (const between of [undefined, { ...plain, listen: [] }, { ...plain, listen: ['localhost:0'] }]) {
    expect(await running.reload(plain)).toEqual([]);
    expect((await chat(running.port(), key)).status).toBe(200);
    expect(await running.reload(between)).toEqual([]);
    expect(await running.reload(secure)).toEqual([]);
    expect((await chat(running.port(), key, nonce(), tls)).status).toBe(200);
    await expect(chat(running.port(), key)).rejects.toThrow();
    expect(await running.reload(between)).toEqual([]);
  }
  // Where it already listens it stays as it was, and says so.
  expect(await running.reload(plain)).toEqual([]);
  expect(running.lines.join()).not.toContain('takes effect after a restart');
  expect(await running.reload(secure)).toEqual([]);
  expect((await chat(running.port(), key)).status).toBe(200);
  expect(running.lines.join()).toContain('takes effect after a restart');
});

it('two exporters with one key file behind one address give no difference, whoever checks', async () => {
  const file = join(dir, 'key');
  const key = newKey();
  await writeFile(file, `${key}\n`);
  const both = await Promise.all([1, 2].map(() => start({ listen: [ANY], latency: 0, api_key: Secret.fromFile(file) })));
  let turn = 0;
  const front = createServer((request, response) => {
    turn += 1;
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', async () => {
      const port = both[turn % 2]?.port() ?? 0;
      const headers = { authorization: request.headers.authorization ?? '' };
      const answer = await ask(port, request.url ?? '', { method: 'POST', headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.bytes);
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => front.once('listening', resolve));
  const address = front.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  // What an exporter that only probes has.
  const keyring = createOriginKeyring(systemClock);
  keyring.use(Secret.fromFile(file));
  const numbers = new Set<string>();
  for (let pair = 0; pair < 10; pair++) {
    const asked = nonce();
    for (let request = 0; request < 2; request++) {
      const { body } = await chat(port, key, asked);
      const witness = witnessOf('chat', JSON.parse(body), asked, await keyring.read());
      expect(witness.kind).toBe('genuine');
      if (witness.kind === 'genuine') numbers.add(witness.stamp.number);
    }
  }
  expect(numbers.size).toBe(20);
  for (const { page } of both) {
    const counted = metricValue(await page('/metrics'), 'cache_exporter_origin_requests_total', { route: 'chat', status: '200' });
    expect(counted).toBe(10);
  }
  front.close();
});
