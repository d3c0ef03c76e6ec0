import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probe } from '../../src/cli/probe.ts';
import { loadConfig } from '../../src/config/load.ts';
import { startDaemon } from '../../src/daemon.ts';
import { at, parseJson } from '../../src/litellm/json.ts';
import { type AskedApi, readAsked } from '../../src/origin/asked.ts';
import { newStamp, type Stamp } from '../../src/origin/stamp.ts';
import { prescribedBody } from '../../src/origin/wire/index.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { eventually } from '../support/eventually.ts';
import { answering } from '../support/hostile-gateway.ts';
import { ask, portOf } from '../support/http.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';

/** Short words, which every filter of versions and names lets through. */
const word = (name: string) => `${name}${randomBytes(7).toString('hex')}`;
const SECRETS = {
  'key of the origin': word('ori'),
  'key of the origin before': word('old'),
  'key of a tenant': word('one'),
  'key of a tenant in a file': word('two'),
  'key of the gateway': word('gwk'),
} as const;
const ALL = Object.values(SECRETS);

const APIS: Readonly<Record<string, AskedApi>> = {
  '/v1/chat/completions': 'chat',
  '/v1/completions': 'completions',
  '/v1/embeddings': 'embeddings',
  '/v1/responses': 'responses',
  '/v1/messages': 'messages',
};

/** A gateway that knows every key and writes all of them wherever an answer has a place for a text or a name. */
function tellingGateway(): Promise<string> {
  const stored = new Map<string, Stamp>();
  let turn = 0;
  return answering(async (request, response) => {
    turn += 1;
    const told = ALL[turn % ALL.length] ?? '';
    const path = request.url ?? '';
    const api = APIS[path];
    response.setHeader('x-litellm-version', told).setHeader('x-litellm-model-id', ALL.join('-'));
    if (path === '/health/readiness') return void response.end(JSON.stringify({ cache: told, litellm_version: told, status: told }));
    if (api === undefined) return void response.end(JSON.stringify({ [told]: told }));
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const key = (request.headers.authorization ?? '').replace('Bearer ', '');
    if (key === SECRETS['key of a tenant in a file'] && turn % 2 === 0)
      return void response.writeHead(401).end(JSON.stringify({ error: { message: ALL.join(' '), type: told, code: told } }));
    const body = parseJson(text);
    const asked = readAsked(api, body);
    if ('problem' in asked) return void response.writeHead(400).end(JSON.stringify({ error: { message: ALL.join(' ') } }));
    const known = stored.get(`${path} ${asked.nonce}`);
    const stamp = known ?? newStamp(asked.nonce);
    stored.set(`${path} ${asked.nonce}`, stamp);
    const honest = prescribedBody(api, stamp, { ...asked, stream: false }, [SECRETS['key of the origin']]);
    const calls = at(honest, 'choices', 0, 'message', 'tool_calls', 0);
    if (known !== undefined && typeof calls === 'object' && calls !== null)
      for (const name of ALL) Reflect.set(calls, name, { [told]: told });
    const input = { content: [{ type: 'text', text: ALL.join(' ') }] };
    response.setHeader('x-litellm-cache-key', known === undefined ? '' : told);
    response.end(JSON.stringify({ ...honest, ...(known !== undefined && api === 'messages' && input), [told]: ALL }));
  });
}

describe('no output of the daemon holds a key of the origin or of a tenant, whatever the gateway writes', () => {
  const outputs: Record<string, string> = {};
  let directory = '';

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'planted-origin-'));
    const url = await tellingGateway();
    const receiver = await startOtlpReceiver();
    const file = join(directory, 'config.yaml');
    await writeFile(join(directory, 'origin'), SECRETS['key of the origin before']);
    await writeFile(join(directory, 'tenant'), SECRETS['key of a tenant in a file']);
    const gateway = {
      name: 'g',
      url,
      api_key: SECRETS['key of the gateway'],
      model: 'm',
      interval: '1s',
      origin: true,
      overhead: '100%',
      routes: ['completions', 'messages'],
      fidelity: { interval: '10s', shapes: ['tools', 'text', 'messages', 'embeddings_batch'] },
      expect: { sharing: 'isolated' },
      tenants: [
        { name: 'one', api_key: SECRETS['key of a tenant'] },
        { name: 'two', api_key_file: 'tenant' },
      ],
    };
    await writeFile(
      file,
      `origin: { listen: ["127.0.0.1:0"], api_key_file: origin, latency: 0s }
gateways: [${JSON.stringify(gateway)}]
traces: { endpoint: "${receiver.url}" }
metrics: { otlp: { endpoint: "${receiver.url}", interval: 1s } }
http: { listen: ["127.0.0.1:0"] }
log: { level: trace, format: json }
`,
    );
    const sources = { file, flags: {}, env: {} };
    const loaded = await loadConfig(sources);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    let log = '';
    const daemon = await startDaemon({
      config: loaded.config,
      load: () => loadConfig(sources),
      version: '1',
      env: {},
      clock: systemClock,
      out: (line) => {
        log += line;
      },
    });
    outputs.config = JSON.stringify(loaded.config);
    const page = async (path: string, accept = '*/*') =>
      (await fetch(`http://${daemon.addresses[0]}${path}`, { headers: { accept } })).text();
    const origin = portOf(daemon.originAddresses()[0]);
    await eventually(() => receiver.spans().length > 5, 60_000);
    await writeFile(join(directory, 'origin'), `${SECRETS['key of the origin']}\n`);
    await eventually(async () => {
      const status = parseJson(await page('/api/v1/status'));
      const shapes = at(status, 'gateways', 0, 'fidelity', 'shapes');
      const tried = Array.isArray(shapes) && shapes.some((shape) => at(shape, 'result') === 'wrong');
      return tried && at(status, 'gateways', 0, 'tenants', 'pairs', 0) !== undefined;
    }, 90_000);
    for (const key of ['', 'wrong', ...ALL]) {
      const headers = { authorization: `Bearer ${key}`, 'x-api-key': key };
      const { status, headers: given, body } = await ask(origin, `/v1/${key}`, { headers });
      outputs[`origin ${Object.keys(outputs).length}`] = `${status} ${JSON.stringify(given)} ${body}`;
    }
    for (const path of ['/', '/metrics', '/api/v1/status', '/gateways/g', '/debug/gateways/g']) outputs[path] = await page(path);
    outputs.openmetrics = await page('/metrics', 'application/openmetrics-text; version=1.0.0');
    await writeFile(
      file,
      `origin: { api_key: "${SECRETS['key of the origin']}", latncy: 1s }\ngateways: [{ name: g, url: "${url}", model: m, origin: true, tenants: [{ name: one, api_kye: "${SECRETS['key of a tenant']}" }, { name: one, api_key: "Bearer ${SECRETS['key of a tenant']}" }] }]\n`,
    );
    outputs.reload = (await daemon.reload()).join('\n');
    outputs['status after it'] = await page('/api/v1/status');
    await writeFile(file, `origin: { listen: [], api_key_file: origin }\ngateways: [${JSON.stringify(gateway)}]\n`);
    for (const json of [false, true]) {
      const write = (text: string) => {
        outputs[`probe ${json}`] = `${outputs[`probe ${json}`] ?? ''}${text}`;
      };
      const io = { env: {}, out: write, err: write, colour: false, terminal: false, progress: false, on: () => {}, exitNow: () => {} };
      await probe(sources, { names: [], json, watch: false, cachePing: false }, '1', io);
    }
    await daemon.close();
    outputs.log = log;
    outputs.telemetry = receiver.text();
  }, 180_000);

  afterAll(() => rm(directory, { recursive: true }));

  it('although there was a lot to tell', () => {
    expect(Object.entries(outputs).flatMap(([name, text]) => (text.length < 30 ? [name] : []))).toEqual([]);
    expect(Object.keys(outputs).length).toBeGreaterThan(15);
  });

  it.each(Object.entries(SECRETS))('%s', (_, secret) => {
    const forms = [secret, Buffer.from(secret).toString('base64').replace(/=+$/, ''), Buffer.from(secret).toString('hex')];
    const found = Object.entries(outputs).flatMap(([output, text]) =>
      forms
        .filter((form) => text.includes(form))
        .map((form) => `${output}: ${form} ${text.slice(Math.max(0, text.indexOf(form) - 120), text.indexOf(form) + 60)}`),
    );
    expect(found).toEqual([]);
  });
});
