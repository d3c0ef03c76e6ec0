import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OVERLAP_MS } from '../../src/origin/keys.ts';
import { joinEvents } from '../../src/origin/wire/index.ts';
import { witnessOf } from '../../src/origin/witness.ts';
import { Secret } from '../../src/source/secret.ts';
import { handClock } from '../support/clock.ts';
import { eventually } from '../support/eventually.ts';
import { ask, raw } from '../support/http.ts';
import { type RunningOrigin, startOrigin } from '../support/origin.ts';

const APIS = {
  chat: '/v1/chat/completions',
  completions: '/v1/completions',
  embeddings: '/v1/embeddings',
  responses: '/v1/responses',
  messages: '/v1/messages',
} as const;
type Api = keyof typeof APIS;

let origin: RunningOrigin;
let key = '';
beforeAll(async () => {
  origin = await startOrigin();
  key = await origin.key();
});

/** Clients that went away before their answer. */
const gone = ({ counted }: RunningOrigin, route: string) => counted.filter((line) => line === `${route} 499`).length;
const nonce = () => randomBytes(16).toString('hex');

function bodyFor(api: Api, prompt: string, more: object = {}): object {
  const messages = [{ role: 'user', content: prompt }];
  const field = {
    chat: { messages },
    messages: { messages },
    completions: { prompt },
    embeddings: { input: prompt },
    responses: { input: prompt },
  };
  return { model: 'cache-probe', ...field[api], ...more };
}

function post(path: string, body: string | object, headers: Record<string, string> = {}, from = origin.port) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return ask(from, path, { method: 'POST', headers: { authorization: `Bearer ${key}`, ...headers }, body: text });
}

function eventsIn(stream: string): unknown[] {
  return stream.split('\n').flatMap((line) => (line.startsWith('data: {') ? [JSON.parse(line.slice('data: '.length))] : []));
}

describe.each(Object.keys(APIS) as Api[])('%s', (api) => {
  it('answers with proof, each time with another number, with and without /v1 and by either header', async () => {
    const asked = nonce();
    const numbers = new Set<string>();
    for (const path of [APIS[api], APIS[api].replace('/v1', '')]) {
      for (const headers of [{}, { authorization: '', 'x-api-key': key }]) {
        const { status, body } = await post(path, bodyFor(api, `probe ${asked}`), headers);
        expect(status, body).toBe(200);
        const witness = witnessOf(api, JSON.parse(body), asked, await origin.keys());
        expect(witness).toMatchObject({ kind: 'genuine' });
        if (witness.kind === 'genuine') numbers.add(witness.stamp.number);
      }
    }
    expect(numbers.size).toBe(4);
    expect(origin.counted).toContain(`${api} 200`);
  });

  it('refuses a missing or wrong key, a wrong method, and bodies that are none, in its own form', async () => {
    const good = bodyFor(api, nonce());
    const isError = (body: string) => {
      const { type, error } = JSON.parse(body);
      expect(error).toMatchObject({ type: expect.any(String), message: expect.stringMatching(/\.$/) });
      expect(type, body).toBe(api === 'messages' ? 'error' : undefined);
      expect(body).not.toContain(key);
    };
    for (const [headers, text, status] of [
      [{ authorization: '' }, good, 401],
      [{ authorization: `Bearer ${key}x` }, good, 401],
      [{ authorization: `Bearer ${key.slice(0, -1)}` }, good, 401],
      [{ authorization: key }, good, 401],
      [{ authorization: `Basic ${key}` }, good, 401],
      [{}, '', 400],
      [{}, '{', 400],
      [{}, '[]', 400],
      [{}, '{}', 400],
      [{}, '{"model":"m"}', 400],
      [{}, '['.repeat(100_000), 400],
      [{}, `${'{"a":'.repeat(500)}1${'}'.repeat(500)}`, 400],
      [{}, '{"__proto__":{"model":"m","input":"a","prompt":"a","messages":[{"role":"user","content":"a"}]}}', 400],
      ...['gzip', 'br', 'identity, gzip', 'gzip,', 'none', '*'].map((coding) => [{ 'content-encoding': coding }, good, 415] as const),
    ] as const) {
      const reply = await post(APIS[api], text, headers);
      expect(reply.status, JSON.stringify([headers, text]).slice(0, 200)).toBe(status);
      isError(reply.body);
    }
    const get = await ask(origin.port, APIS[api], { headers: { authorization: `Bearer ${key}` } });
    expect(get).toMatchObject({ status: 405, headers: { allow: 'POST' } });
    isError(get.body);
    expect(origin.counted).toEqual(expect.arrayContaining([`${api} 401`, `${api} 400`, `${api} 405`, `${api} 415`]));
  });

  it('refuses a body over 2 MiB, announced or not, and goes on answering on the connection', async () => {
    const long = JSON.stringify(bodyFor(api, 'x'.repeat(2 * 1024 * 1024)));
    for (const headers of [{ 'content-length': String(long.length) }, { 'transfer-encoding': 'chunked' }]) {
      expect((await post(APIS[api], long, headers)).status).toBe(413);
    }
    const fits = JSON.stringify(bodyFor(api, ' '.repeat(2 * 1024 * 1024 - 400)));
    expect((await post(APIS[api], fits)).status).toBe(200);
  });
});

describe.each(['chat', 'completions', 'responses', 'messages'] as const)('%s streamed', (api) => {
  it('gives events that join to an answer with proof', async () => {
    const asked = nonce();
    const { status, headers, body } = await post(APIS[api], bodyFor(api, asked, { stream: true, stream_options: { include_usage: true } }));
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/event-stream');
    expect(witnessOf(api, joinEvents(api, eventsIn(body)), asked, await origin.keys())).toMatchObject({ kind: 'genuine' });
    if (api === 'chat' || api === 'completions') expect(body).toMatch(/data: \[DONE\]\n\n$/);
  });
});

it('lists models in either form and refuses unknown paths with the setting to look at', async () => {
  const headers = { authorization: `Bearer ${key}` };
  const list = await ask(origin.port, '/v1/models', { headers });
  expect(JSON.parse(list.body)).toMatchObject({ object: 'list', data: [{ object: 'model' }] });
  expect(JSON.parse((await ask(origin.port, '/v1/models/a%2Fb', { headers })).body)).toMatchObject({ id: 'a/b', object: 'model' });
  expect(JSON.parse((await ask(origin.port, '/v1/models/%ff', { headers })).body)).toMatchObject({ id: '%ff' });
  const anthropic = await ask(origin.port, '/v1/models', { headers: { 'x-api-key': key, 'anthropic-version': '2023-06-01' } });
  expect(JSON.parse(anthropic.body)).toMatchObject({ has_more: false, data: [{ type: 'model' }] });
  expect((await ask(origin.port, '/v1/models')).status).toBe(401);
  expect((await ask(origin.port, '/v1/models', { headers, method: 'HEAD' })).status).toBe(200);
  for (const path of ['/', '/v1', '/v1/', '/v2/models', '/v1/v1/messages', '/v1/chat', '/constructor', '/v1/__proto__', '/metrics']) {
    const reply = await post(path, {});
    expect(reply.status, path).toBe(404);
    expect(JSON.parse(reply.body).error.message).toContain('api_base');
  }
  expect(origin.counted).toEqual(expect.arrayContaining(['models 200', 'models 401', 'other 404']));
});

it('serves what the address of a model with a slash at its end asks for', async () => {
  for (const path of ['//v1/messages', '/v1//messages', '/v1/messages?beta=true', 'http://origin/v1/messages']) {
    expect((await post(path, bodyFor('messages', nonce()))).status, path).toBe(200);
  }
});

it('takes bodies with a mark of byte order, and texts that are no characters', async () => {
  const asked = nonce();
  const { status, body } = await post(APIS.chat, `\ufeff${JSON.stringify(bodyFor('chat', asked, { model: '\ud800' }))}`);
  expect(status).toBe(200);
  expect(witnessOf('chat', JSON.parse(body), asked, await origin.keys())).toMatchObject({ kind: 'genuine' });
  const bytes = Buffer.from(JSON.stringify(bodyFor('chat', 'x\u00e9')), 'latin1').toString('latin1');
  const head = `POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${key}\r\nConnection: close\r\n`;
  const socket = connect(origin.port, '127.0.0.1');
  socket.write(Buffer.from(`${head}Content-Length: ${bytes.length}\r\n\r\n${bytes}`, 'latin1'));
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1.1 400 .*not UTF-8/s);
  socket.destroy();
});

it('refuses a request whose length is told twice, and streams to a client of HTTP/1.0', async () => {
  const body = JSON.stringify(bodyFor('chat', nonce(), { stream: true }));
  const start = `POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${key}\r\n`;
  expect(await raw(origin.port, `${start}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)).toMatch(/^HTTP\/1.1 400 /);
  expect(await raw(origin.port, `${start.replace('1.1', '1.0')}Content-Length: ${body.length}\r\n\r\n${body}`)).toContain('[DONE]');
});

it.each(['', ' ', 'identity', 'Identity', ' identity ', 'identity, identity', ',', 'identity,'])(
  'takes a body as it is where its coding is named %j',
  async (coding) => {
    expect((await post(APIS.chat, bodyFor('chat', nonce()), { 'content-encoding': coding })).status).toBe(200);
  },
);

it('reads no compressed body, whatever is in it', async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000)).toString('latin1');
  expect((await post(APIS.chat, bomb, { 'content-encoding': 'gzip' })).status).toBe(415);
});

describe('connections', () => {
  const head = (length: number, more = '') =>
    `POST ${APIS.chat} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${key}\r\nContent-Length: ${length}\r\n${more}\r\n`;

  it('answers pipelined requests in their order', async () => {
    const nonces = Array.from({ length: 5 }, nonce);
    const requests = nonces.map((asked, index) => {
      const body = JSON.stringify(bodyFor('chat', asked));
      return `${head(body.length, index === 4 ? 'Connection: close\r\n' : '')}${body}`;
    });
    const received = await raw(origin.port, requests.join(''));
    expect([...received.matchAll(/lce1-([0-9a-f]{32})-/g)].map(([, asked]) => asked)).toEqual(nonces);
  });

  it('invites the body of a client that waits for it only with the right key', async () => {
    const body = JSON.stringify(bodyFor('chat', nonce()));
    const waits = 'Expect: 100-continue\r\nConnection: close\r\n';
    const refused = await raw(origin.port, head(body.length, waits).replace(key, 'wrong'));
    expect(refused).toMatch(/^HTTP\/1.1 401 /);
    const socket = connect(origin.port, '127.0.0.1');
    socket.write(head(body.length, waits));
    const [invited] = await once(socket, 'data');
    expect(String(invited)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write(body);
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1.1 200 /);
    socket.destroy();
  });

  it('counts a client that goes away while it waits or sends, and keeps nothing of it', async () => {
    const clock = handClock();
    let waiting = 0;
    const sleep: typeof clock.sleep = (milliseconds, signal) => {
      waiting += 1;
      return clock.sleep(milliseconds, signal);
    };
    const slow = await startOrigin({ clock: { ...clock, sleep }, latency: 60_000, key: Secret.of(key), limits: { bytes: 4_000_000 } });
    const body = JSON.stringify(bodyFor('chat', 'x'.repeat(1_600_000)));
    const start = (text: string) => {
      const socket = connect(slow.port, '127.0.0.1').on('error', () => undefined);
      socket.write(text);
      return socket;
    };
    for (let round = 1; round <= 4; round++) {
      const waits = start(head(body.length) + body);
      await eventually(() => waiting === round);
      const sends = start(head(body.length, 'Expect: 100-continue\r\n'));
      await once(sends, 'data');
      sends.write(body.slice(0, 1_500_000));
      // Both have their place: where another one of this size would have none, it is told at once.
      if (round === 1) await eventually(async () => (await post(APIS.chat, 'x'.repeat(2_000_000), {}, slow.port)).status === 503);
      waits.destroy();
      sends.destroy();
      await eventually(() => gone(slow, 'chat') === 2 * round);
    }
  });

  it('keeps nothing of the answer to a client that went away while it waited', async () => {
    const clock = handClock();
    let waiting = 0;
    const sleep: typeof clock.sleep = (milliseconds, signal) => {
      waiting += 1;
      return clock.sleep(milliseconds, signal);
    };
    // Room for two answers of this size, and a little more.
    const slow = await startOrigin({ clock: { ...clock, sleep }, latency: 60_000, key: Secret.of(key), limits: { bytes: 400_000 } });
    const body = JSON.stringify(bodyFor('chat', `${nonce()} lce:long`));
    for (let round = 1; round <= 6; round++) {
      const socket = connect(slow.port, '127.0.0.1').on('error', () => undefined);
      socket.write(head(body.length) + body);
      await eventually(() => waiting === round);
      socket.destroy();
      await eventually(() => gone(slow, 'chat') === round);
    }
    const answered = post(APIS.chat, body, {}, slow.port);
    await eventually(() => waiting === 7);
    await clock.advance(60_000);
    expect((await answered).status).toBe(200);
  });

  it('does not wait for the latency once a queued client has gone', async () => {
    const slow = await startOrigin({ clock: handClock(), latency: 60_000, key: Secret.of(key) });
    const body = JSON.stringify(bodyFor('chat', nonce()));
    const socket = connect(slow.port, '127.0.0.1').on('error', () => undefined);
    socket.write(`${head(body.length)}${body}`.repeat(10));
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.destroy();
    await eventually(() => gone(slow, 'chat') === 10);
    expect(new Set(slow.counted)).toEqual(new Set(['chat 499']));
  });

  it('cuts clients that do not take their answers, and answers others meanwhile', async () => {
    const strict = await startOrigin({ key: Secret.of(key), limits: { sendMs: 1_000 } });
    const inputs = Array.from({ length: 2_048 }, (_, index) => `text ${index}`);
    const body = JSON.stringify({ model: 'm', input: inputs, dimensions: 128 });
    const sockets = Array.from({ length: 4 }, () => {
      const socket = connect(strict.port, '127.0.0.1').on('error', () => undefined);
      socket.pause();
      // More than the buffers of the system take.
      socket.write(`${head(body.length).replace(APIS.chat, APIS.embeddings)}${body}`.repeat(10));
      return socket;
    });
    expect((await post(APIS.chat, bodyFor('chat', nonce()), {}, strict.port)).status).toBe(200);
    await eventually(() => gone(strict, 'embeddings') >= 4);
    for (const socket of sockets) socket.destroy();
  });

  it('ends a request that never ends, with and without a key', async () => {
    const received = await raw(origin.port, `${head(100)}{`);
    expect(received).toMatch(/^HTTP\/1.1 408 /);
    expect(await raw(origin.port, 'POST /v1/chat/completions HTTP/1.1\r\nX-Slow: ')).toMatch(/^HTTP\/1.1 408 /);
  }, 60_000);

  it('takes a body in chunks of one byte in the memory of one in one piece', async () => {
    const body = JSON.stringify(bodyFor('chat', 'x'.repeat(400_000)));
    const chunks = [...body].map((character) => `1\r\n${character}\r\n`).join('');
    const start = head(0, 'Connection: close\r\n').replace('Content-Length: 0', 'Transfer-Encoding: chunked');
    const before = process.memoryUsage().rss;
    let most = 0;
    const meter = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss - before);
    }, 10);
    const answers = await Promise.all(Array.from({ length: 4 }, () => raw(origin.port, `${start}${chunks}0\r\n\r\n`)));
    clearInterval(meter);
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1.1 (200|408) /);
    expect(most).toBeLessThan(120e6);
  }, 60_000);

  it('refuses a body of more lists and objects than anything asks for, and takes one of a hundred thousand messages', async () => {
    const parts = (count: number) => `{"model":"m","messages":[{"role":"user","content":[${'{},'.repeat(count)}{}]}]}`;
    expect((await post(APIS.chat, parts(600_000))).status).toBe(400);
    expect((await post(APIS.chat, parts(200_000))).status).toBe(200);
    const many = `{"model":"m","messages":[${'{"role":"u"},'.repeat(100_000)}{"role":"user","content":"x"}]}`;
    expect((await post(APIS.chat, many)).status).toBe(200);
  });

  it('a crowd that asks nothing locks nobody out', async () => {
    const sockets = Array.from({ length: 400 }, () => connect(origin.port, '127.0.0.1').on('error', () => undefined));
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))));
    expect((await post(APIS.chat, bodyFor('chat', nonce()))).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });
});

it('takes as long as it is told to', async () => {
  const clock = handClock();
  const slow = await startOrigin({ clock, latency: 3_000, key: Secret.of(key) });
  let answered = false;
  const answer = post(APIS.chat, bodyFor('chat', nonce()), {}, slow.port).then((reply) => {
    answered = true;
    return reply.status;
  });
  const wrong = await post(APIS.chat, bodyFor('chat', nonce()), { authorization: 'Bearer x' }, slow.port);
  expect(wrong.status).toBe(401);
  await new Promise((resolve) => setTimeout(resolve, 200));
  await clock.advance(2_999);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(answered).toBe(false);
  await eventually(async () => {
    await clock.advance(3_000);
    return answered;
  });
  expect(await answer).toBe(200);
});

describe('the key of a file', () => {
  let dir = '';
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'lce-origin-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('is read for each request; the one before it counts for an hour, as a key and as a signature', async () => {
    const file = join(dir, 'key');
    const clock = handClock();
    await writeFile(file, 'the first of two keys\n');
    const rotated = await startOrigin({ key: Secret.fromFile(file), clock });
    const askWith = (given: string, asked = nonce()) =>
      post(APIS.chat, bodyFor('chat', asked), { authorization: `Bearer ${given}` }, rotated.port);
    const asked = nonce();
    const before = JSON.parse((await askWith('the first of two keys', asked)).body);
    expect((await askWith('the second of two keys')).status).toBe(401);
    await writeFile(file, 'the second of two keys\n');
    expect((await askWith('the second of two keys')).status).toBe(200);
    expect((await askWith('the first of two keys')).status).toBe(200);
    expect(witnessOf('chat', before, asked, await rotated.keys())).toMatchObject({ kind: 'genuine' });
    await clock.advance(OVERLAP_MS - 1);
    expect((await askWith('the first of two keys')).status).toBe(200);
    await clock.advance(1);
    expect((await askWith('the first of two keys')).status).toBe(401);
    expect((await askWith('the second of two keys')).status).toBe(200);
    expect(witnessOf('chat', before, asked, await rotated.keys())).toEqual({ kind: 'broken' });
    await rm(file);
    expect(await askWith('the second of two keys')).toMatchObject({ status: 503 });
    expect(await askWith('the second of two keys')).toMatchObject({ status: 503 });
    expect(rotated.lines.filter((line) => line.includes('cannot be read'))).toHaveLength(1);
    await writeFile(file, 'the first of two keys');
    expect((await askWith('the first of two keys')).status).toBe(200);
    expect((await askWith('the second of two keys')).status).toBe(200);
  });

  it('counts without the spaces around it, which no header carries', async () => {
    const file = join(dir, 'spaces');
    await writeFile(file, '  a key with spaces  \n');
    const spaced = await startOrigin({ key: Secret.fromFile(file) });
    for (const headers of [{ authorization: 'Bearer a key with spaces' }, { authorization: '', 'x-api-key': 'a key with spaces' }]) {
      expect((await post(APIS.chat, bodyFor('chat', nonce()), headers, spaced.port)).status).toBe(200);
    }
  });

  it('signs with the key that a gateway sent, so that an exporter which has no other one yet can check', async () => {
    const file = join(dir, 'other');
    await writeFile(file, 'the key that is old');
    const rotated = await startOrigin({ key: Secret.fromFile(file) });
    await rotated.keys();
    await writeFile(file, 'the key that is new');
    const asked = nonce();
    for (const given of ['the key that is old', 'the key that is new']) {
      const { body } = await post(APIS.chat, bodyFor('chat', asked), { authorization: `Bearer ${given}` }, rotated.port);
      expect(witnessOf('chat', JSON.parse(body), asked, [given])).toMatchObject({ kind: 'genuine' });
    }
  });
});

it('two exporters that answer by turns give what either of them verifies', async () => {
  const other = await startOrigin({ key: Secret.of(key) });
  const asked = nonce();
  const kinds = new Set<string>();
  const numbers = new Set<string>();
  for (let turn = 0; turn < 20; turn++) {
    const [from, checks] = turn % 2 === 0 ? [origin, other] : [other, origin];
    const { body } = await post(APIS.chat, bodyFor('chat', asked), {}, from.port);
    const witness = witnessOf('chat', JSON.parse(body), asked, await checks.keys());
    kinds.add(witness.kind);
    if (witness.kind === 'genuine') numbers.add(witness.stamp.number);
  }
  expect([...kinds]).toEqual(['genuine']);
  expect(numbers.size).toBe(20);
});
