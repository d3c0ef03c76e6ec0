import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ListenError } from '../../src/http/server/listen-address.ts';
import { ask, EMPTY, portOf, raw, serve } from '../support/http.ts';
import { piecesOf } from '../support/page-text.ts';

const LARGE = 'redis_up{redis_target="cache"} 1\n'.repeat(1_000);

describe('GET /metrics', () => {
  it('gives what the daemon rendered for the Accept header', async () => {
    const { port } = await serve({ metrics: async (accept) => ({ contentType: 'text/x', ...piecesOf(`for ${accept}\n`) }) });
    const reply = await ask(port, '/metrics', { headers: { Accept: 'application/openmetrics-text;version=1.0.0' } });
    expect(reply).toMatchObject({ status: 200, body: 'for application/openmetrics-text;version=1.0.0\n' });
    expect(reply.headers['content-type']).toBe('text/x');
  });

  it('takes a query, an absolute target and HEAD', async () => {
    const { port } = await serve();
    expect(await ask(port, '/metrics?x=1')).toMatchObject({ status: 200, body: 'up 1\n' });
    expect(await ask(port, 'http://elsewhere/metrics')).toMatchObject({ status: 200, body: 'up 1\n' });
    const head = await ask(port, '/metrics', { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, body: '' });
    expect(head.headers['content-length']).toBe('5');
  });

  it('compresses a body over 1 kB for those who accept it', async () => {
    const { port } = await serve({ metrics: async () => ({ contentType: 'text/plain', ...piecesOf(LARGE) }) });
    const reply = await ask(port, '/metrics', { headers: { 'Accept-Encoding': 'deflate, gzip;q=0.5' } });
    expect(reply.headers['content-encoding']).toBe('gzip');
    expect(reply.headers['content-length']).toBe(String(reply.bytes.length));
    expect(reply.headers.vary).toBe('Accept, Accept-Encoding');
    expect(gunzipSync(reply.bytes).toString()).toBe(LARGE);
    const plain = await ask(port, '/metrics', { headers: { 'Accept-Encoding': 'gzip;q=0' } });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.body).toBe(LARGE);
  });

  it('leaves a small body as it is', async () => {
    const { port } = await serve();
    const reply = await ask(port, '/metrics', { headers: { 'Accept-Encoding': 'gzip' } });
    expect(reply.headers['content-encoding']).toBeUndefined();
    expect(reply.body).toBe('up 1\n');
  });

  it('is 500 with one sentence, and a log line with the reason, when the collection fails', async () => {
    const { port, lines } = await serve({ metrics: () => Promise.reject(new Error('no store')) });
    const reply = await ask(port, '/metrics');
    expect(reply).toMatchObject({ status: 500, body: 'This page could not be made; the log has the error.\n' });
    expect(lines.filter(({ level }) => level === 'error')).toEqual([
      { level: 'error', sentence: 'A request failed', details: { method: 'GET', url: '/metrics', error: 'no store' } },
    ]);
  });
});

describe('health', () => {
  it('is 200 while the loops turn and 503 when they do not', async () => {
    let healthy = true;
    const { port } = await serve({ healthy: () => healthy });
    expect((await ask(port, '/-/healthy')).status).toBe(200);
    healthy = false;
    expect((await ask(port, '/-/healthy')).status).toBe(503);
  });

  it('names what is missing until everything was tried', async () => {
    let missing = ['target cache has not been tried yet', 'gateway litellm has not been tried yet'];
    const { port } = await serve({ missing: () => missing });
    expect(await ask(port, '/-/ready')).toMatchObject({
      status: 503,
      body: 'Not ready: target cache has not been tried yet; gateway litellm has not been tried yet.\n',
    });
    missing = [];
    expect(await ask(port, '/-/ready')).toMatchObject({ status: 200, body: 'Ready.\n' });
  });
});

describe('POST /-/reload', () => {
  it('loads the configuration again, or says what is wrong with it', async () => {
    let problems: string[] = [];
    const { port } = await serve({ reload: async () => problems });
    expect((await ask(port, '/-/reload', { method: 'POST' })).status).toBe(200);
    problems = ['cache.yaml:1:1: first', 'cache.yaml:2:1: second'];
    expect(await ask(port, '/-/reload', { method: 'POST' })).toMatchObject({
      status: 400,
      body: 'cache.yaml:1:1: first\ncache.yaml:2:1: second\n',
    });
  });

  it('is not done for a page in a browser or through a proxy, unless the lifecycle is enabled', async () => {
    let reloads = 0;
    const reload = async () => {
      reloads += 1;
      return [];
    };
    const { port } = await serve({ reload });
    const headers = [{ Origin: 'http://evil.example' }, { 'X-Forwarded-For': '192.0.2.1' }, { Forwarded: 'for=192.0.2.1' }];
    for (const header of headers) expect((await ask(port, '/-/reload', { method: 'POST', headers: header })).status).toBe(403);
    expect(reloads).toBe(0);
    const open = await serve({ reload }, { enable_lifecycle: true });
    expect((await ask(open.port, '/-/reload', { method: 'POST', headers: headers[1] })).status).toBe(200);
    expect(reloads).toBe(1);
  });
});

describe('other pages', () => {
  it('give the status as JSON and as a page', async () => {
    const { port } = await serve();
    const json = await ask(port, '/api/v1/status');
    expect(json.headers['content-type']).toBe('application/json');
    expect(JSON.parse(json.body)).toEqual(EMPTY);
    const page = await ask(port, '/');
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.body).toContain('Version 1.2.3, up for 60 s');
  });

  it('tell about one gateway, and which there are when there is no such one', async () => {
    const gateway = {
      name: 'a b',
      url: 'http://x',
      verdict: 'unknown',
      cause: 'undetermined',
      evidence: '',
      pairs: [],
      costUsd: 0,
    } as const;
    const status = () => ({ ...EMPTY, gateways: [{ ...gateway, pairs: [] }] });
    const { port } = await serve({ status, debug: (name) => `about ${name}` });
    expect(await ask(port, '/debug/gateways/a%20b')).toMatchObject({ status: 200, body: 'about a b\n' });
    expect(await ask(port, '/debug/gateways/other')).toMatchObject({ status: 404, body: 'No such gateway. Known: a b.\n' });
    expect((await ask(port, '/debug/gateways/%E0%A4%A')).status).toBe(404);
  });

  it('are 404 when unknown and 405 with Allow for another method', async () => {
    const { port } = await serve();
    for (const path of ['/metric', '/metrics/', '/debug', '/-/quit', '//metrics', '/..%2fmetrics']) {
      expect((await ask(port, path)).status, path).toBe(404);
    }
    const post = await ask(port, '/metrics', { method: 'POST', body: 'x' });
    expect(post).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
    expect(await ask(port, '/-/reload')).toMatchObject({ status: 405, headers: { allow: 'POST' } });
    expect(await ask(port, '/', { method: 'OPTIONS' })).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });

  it('carry the security headers, whatever the answer', async () => {
    const { port } = await serve({ metrics: () => Promise.reject(new Error('x')) });
    for (const [method, path] of [
      ['GET', '/'],
      ['GET', '/metrics'],
      ['GET', '/nothing'],
      ['PUT', '/'],
      ['GET', '/api/v1/status'],
    ] as const) {
      const { headers } = await ask(port, path, { method });
      expect(headers, path).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      });
      expect(headers['content-security-policy'], path).toContain("default-src 'none'");
      expect(headers['content-security-policy'], path).toContain("frame-ancestors 'none'");
    }
    expect(await raw(port, 'garbage\r\n\r\n')).toContain('X-Content-Type-Options: nosniff\r\n');
  });
});

describe('bad requests', () => {
  it.each([
    ['no request at all', 'garbage\r\n\r\n', 400],
    ['an unknown method', 'GRAB / HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['an unknown version', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n', 400],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 400],
    ['a length and chunks', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400],
    ['a space before the colon', 'GET / HTTP/1.1\r\nHost : x\r\n\r\n', 400],
    ['a control character in a header', 'GET / HTTP/1.1\r\nHost: x\r\nA: \u0001\r\n\r\n', 400],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001', 400],
    ['a header of 20 kB', `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['a target of 20 kB', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
    ['a tunnel', 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n', 405],
  ])('%s', async (_name, text, status) => {
    const { port } = await serve();
    const reply = await raw(port, text);
    expect(reply).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(reply).toContain('Connection: close\r\n');
    expect((await ask(port, '/metrics')).status).toBe(200);
  });

  it('a body is ignored up to 64 KiB and refused above', async () => {
    const { port } = await serve();
    expect((await ask(port, '/-/reload', { method: 'POST', body: 'x'.repeat(60_000) })).status).toBe(200);
    expect(
      await ask(port, '/-/reload', { method: 'POST', headers: { 'Content-Length': '70000' }, body: 'x'.repeat(70_000) }),
    ).toMatchObject({
      status: 413,
      headers: { connection: 'close' },
    });
  });

  it('a body of unknown length is cut off above 64 KiB', async () => {
    const { port } = await serve();
    const sent = await new Promise<number>((resolve) => {
      const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
      let written = 0;
      const socket = connect(port, '127.0.0.1', () => {
        socket.write('POST /-/reload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
        const more = () => {
          while (!socket.destroyed && written < 64_000_000) {
            written += chunk.length;
            if (!socket.write(chunk)) {
              socket.once('drain', more);
              return;
            }
          }
        };
        more();
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(written));
      socket.resume();
    });
    expect(sent).toBeLessThan(16_000_000);
  });

  it('a request that never ends is answered 408', async () => {
    const { port } = await serve();
    // Without a limit of its own the request would still wait when the test times out.
    const reply = await raw(port, 'GET / HTTP/1.1\r\nHost: x\r\nX: ');
    expect(reply).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('a connection that says nothing is closed', async () => {
    const { port } = await serve();
    expect(await raw(port, '')).not.toMatch(/^HTTP\/1\.1 2/);
  });
});

describe('listening', () => {
  it('takes several addresses, IPv6 and all of the machine among them', async () => {
    const { addresses } = await serve({}, { listen: ['127.0.0.1:0', ':0'] });
    expect(addresses).toHaveLength(2);
    expect(addresses[0]).toMatch(/^127\.0\.0\.1:\d+$/);
    for (const address of addresses) expect((await ask(portOf(address), '/metrics')).status).toBe(200);
  });

  it('says in one sentence that an address is in use, and keeps none of the others', async () => {
    const { port } = await serve();
    const before = await serve();
    await before.close();
    await expect(serve({}, { listen: [`127.0.0.1:${before.port}`, `127.0.0.1:${port}`] })).rejects.toEqual(
      new ListenError(
        `cannot listen on 127.0.0.1:${port}: the address is in use; stop the other process or choose another with http.listen or --listen`,
      ),
    );
    expect((await serve({}, { listen: [`127.0.0.1:${before.port}`] })).port).toBe(before.port);
  });

  it('says that an address is not one of this machine', async () => {
    await expect(serve({}, { listen: ['192.0.2.1:0'] })).rejects.toEqual(
      new ListenError('cannot listen on 192.0.2.1:0: this machine does not have the address; choose another with http.listen or --listen'),
    );
  });
});

describe('close', () => {
  it('ends idle connections at once', async () => {
    const { port, close } = await serve();
    const socket = connect(port, '127.0.0.1');
    await new Promise<void>((resolve) => {
      socket.once('data', () => resolve());
      socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
    });
    // Two seconds after the call whatever is left is cut off: an idle connection does not wait for that.
    const events: string[] = [];
    const cut = setTimeout(() => events.push('cut off'), 1_900);
    await close();
    events.push('closed');
    clearTimeout(cut);
    expect(events[0]).toBe('closed');
    socket.destroy();
    await expect(ask(port, '/metrics')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('lets answers under way out, on connections that end with them', async () => {
    let finish = () => {};
    const slow = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const begun: (() => void)[] = [];
    const { port, close } = await serve({
      metrics: async () => {
        for (const notify of begun) notify();
        await slow;
        return { contentType: 'text/plain', ...piecesOf(LARGE) };
      },
    });
    const asked = new Promise<void>((resolve) => {
      begun.push(resolve);
    });
    const reply = raw(port, 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
    await asked;
    const closed = close();
    finish();
    expect(await reply).toContain('Connection: close\r\n');
    expect((await reply).endsWith(LARGE)).toBe(true);
    await closed;
  });

  it('cuts off what does not end, and not before two seconds', async () => {
    const { port, close } = await serve({ metrics: () => new Promise(() => {}) });
    const reply = raw(port, 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
    const idle = raw(port, '');
    await ask(port, '/-/healthy');
    const started = performance.now();
    await close();
    const took = performance.now() - started;
    expect(took).toBeGreaterThan(1_900);
    expect(await reply).toBe('');
    expect(await idle).toBe('');
  });

  it('loses no answer under load that was begun', async () => {
    const { port, close } = await serve({ metrics: async () => ({ contentType: 'text/plain', ...piecesOf(LARGE) }) });
    const replies = Array.from({ length: 100 }, () => ask(port, '/metrics').catch((error: NodeJS.ErrnoException) => error.code));
    await Promise.race(replies);
    await close();
    for (const reply of await Promise.all(replies)) {
      if (typeof reply === 'object') expect(reply.body).toBe(LARGE);
      else expect(['ECONNREFUSED', 'ECONNRESET']).toContain(reply);
    }
  });
});
