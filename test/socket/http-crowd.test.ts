import { connect, type Socket } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { MAX_CONNECTIONS } from '../../src/http/server/connections.ts';
import type { MetricsPage } from '../../src/http/server/handlers.ts';
import { ask, raw, serve } from '../support/http.ts';
import { piecesOf } from '../support/page-text.ts';

const held: Socket[] = [];
afterAll(() => {
  for (const socket of held) socket.destroy();
});

async function hold(port: number, count: number, sends: string): Promise<void> {
  for (let number = 0; number < count; number++) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    held.push(socket);
    await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
    if (sends !== '') socket.write(sends);
  }
}

describe('a crowd of connections', () => {
  it.each([
    ['that say nothing', ''],
    ['that begin a request and never end it', 'GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: '],
    ['that had an answer and stay', 'GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['that announce a body and do not send it', 'GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n'],
    ['that speak TLS to plain HTTP', '\u0016\u0003\u0001\u0002'],
    ['that do not take their answers', 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('%s locks nobody out', async (what, sends) => {
    const body = 'x'.repeat(what.includes('take') ? 4_000_000 : 10);
    const { port } = await serve({ metrics: async () => ({ contentType: 'text/plain', ...piecesOf(body) }) });
    if (what.includes('take')) {
      // Their readers never read.
      for (let number = 0; number < 40; number++) {
        const socket = connect(port, '127.0.0.1').pause();
        socket.on('error', () => undefined);
        held.push(socket);
        socket.write(sends);
      }
    } else await hold(port, MAX_CONNECTIONS + 100, sends);
    for (let scrape = 0; scrape < 5; scrape++) {
      expect((await ask(port, '/-/healthy')).status).toBe(200);
      expect((await ask(port, '/metrics')).status).toBe(200);
    }
    for (const socket of held.splice(0)) socket.destroy();
  });

  it('does not cut a scrape that waits for its answer', async () => {
    let answer = (_: MetricsPage) => {};
    const { port } = await serve({
      metrics: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    const scrape = ask(port, '/metrics');
    await new Promise((resolve) => setTimeout(resolve, 100));
    await hold(port, MAX_CONNECTIONS + 50, '');
    answer({ contentType: 'text/plain', ...piecesOf('up 1\n') });
    expect(await scrape).toMatchObject({ status: 200, body: 'up 1\n' });
  });

  it('may not send more requests ahead than a few', async () => {
    let rendered = 0;
    const { port } = await serve({
      metrics: async () => {
        rendered += 1;
        return { contentType: 'text/plain', ...piecesOf('x'.repeat(100_000)) };
      },
    });
    await raw(port, 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(5_000)).catch(() => undefined);
    expect(rendered).toBeLessThan(100);
    expect((await ask(port, '/metrics')).status).toBe(200);
  });
});

describe('POST /-/reload without lifecycle', () => {
  const request = (lines: readonly string[], version = '1.1', host = 'localhost:9464') =>
    `POST /-/reload HTTP/${version}\r\nHost: ${host}\r\nContent-Length: 0\r\nConnection: close\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;

  it.each([
    ['Forwarded: for=192.0.2.1'],
    ['X-Forwarded-For: 192.0.2.1'],
    ['X-Forwarded-Host: a.example'],
    ['X-Forwarded-Proto: https'],
    ['X-Forwarded-Server: a.example'],
    ['X-Real-IP: 192.0.2.1'],
    ['X-Client-IP: 192.0.2.1'],
    ['X-Cluster-Client-IP: 192.0.2.1'],
    ['X-Original-URL: /-/reload'],
    ['X-Envoy-External-Address: 192.0.2.1'],
    ['Via: 1.1 proxy'],
    ['True-Client-IP: 192.0.2.1'],
    ['CF-Connecting-IP: 192.0.2.1'],
    ['CF-Ray: 1'],
    ['Fastly-Client-IP: 192.0.2.1'],
    ['Fly-Client-IP: 192.0.2.1'],
    ['Client-IP: 192.0.2.1'],
    ['Origin: http://localhost:9464'],
    ['Origin: null'],
    ['Referer: http://evil.example/'],
    ['Sec-Fetch-Site: cross-site'],
    ['Sec-Fetch-Mode: no-cors'],
    ['Sec-Fetch-Dest: empty'],
    ['Cookie: a=b'],
    ['via: 1.0 x'],
  ])('%s is not local', async (line) => {
    const { port } = await serve();
    expect(await raw(port, request([line]))).toMatch(/^HTTP\/1.1 403 /);
  });

  it.each(['evil.example', 'evil.example:9464', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.1', ''])(
    'for the host %j is not local: a browser may have been led here',
    async (host) => {
      const { port } = await serve();
      expect(await raw(port, request([], '1.1', host))).toMatch(/^HTTP\/1.1 403 /);
    },
  );

  it('over HTTP/1.0, as nginx asks by default, is not local', async () => {
    const { port } = await serve();
    expect(await raw(port, request([], '1.0'))).toMatch(/^HTTP\/1.1 403 /);
  });

  it.each(['localhost', 'localhost:9464', '127.0.0.1:9464', '[::1]:9464', '127.1.2.3'])('for %s is local', async (host) => {
    const { port } = await serve();
    expect(await raw(port, request(['User-Agent: curl/8.5.0', 'Accept: */*'], '1.1', host))).toMatch(/^HTTP\/1.1 200 /);
    expect((await fetch(`http://127.0.0.1:${port}/-/reload`, { method: 'POST' })).status).toBe(200);
  });
});
