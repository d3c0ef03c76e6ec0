import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { parseJson } from '../../src/litellm/json.ts';
import { exchange, MAX_BODY_BYTES } from '../../src/litellm/request.ts';
import { createStreamReader } from '../../src/litellm/stream.ts';
import { systemClock } from '../../src/schedule/clock.ts';

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

/** A peer that sends `head` once and then `more` until the other side has had enough. */
async function peer(head: string, more: string, end = 0): Promise<URL> {
  const server = createServer((socket: Socket) => {
    socket.on('error', () => undefined).on('close', () => socket.destroy());
    socket.once('data', () => {
      socket.write(head);
      let left = end === 0 ? Number.POSITIVE_INFINITY : end;
      const pump = () => {
        while (!socket.destroyed && left > 0) {
          left -= 1;
          if (!socket.write(more)) return;
        }
        if (left <= 0) socket.end();
      };
      socket.on('drain', pump);
      pump();
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return new URL(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/v1/chat`);
}

const call = (url: URL) =>
  exchange({ method: 'GET', url, headers: {}, timeout: 60_000, signal: new AbortController().signal }, systemClock);

const OK = 'HTTP/1.1 200 OK\r\n';
const ONE_BYTE_CHUNKS = '1\r\nx\r\n'.repeat(4_000);

describe('a gateway that sends without end', () => {
  it.each([
    ['a body', `${OK}\r\n`, 'x'.repeat(65_536)],
    ['a body of an announced length', `${OK}Content-Length: 999999999999\r\n\r\n`, 'x'.repeat(65_536)],
    ['chunks of one byte', `${OK}Transfer-Encoding: chunked\r\n\r\n`, ONE_BYTE_CHUNKS],
    ['provisional answers', '', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1_000)],
    ['early hints', '', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(1_000)],
    ['headers', OK, `X-A: ${'x'.repeat(1_000)}\r\n`],
    ['one header', `${OK}X-A: `, 'x'.repeat(10_000)],
    ['trailers', `${OK}Transfer-Encoding: chunked\r\nTrailer: X-A\r\n\r\n0\r\n`, `X-A: ${'x'.repeat(1_000)}\r\n`],
    ['a chunk extension', `${OK}Transfer-Encoding: chunked\r\n\r\n1;a=`, 'x'.repeat(10_000)],
  ])('%s is cut long before the time is over', async (_, head, more) => {
    const before = process.memoryUsage().rss;
    await expect(call(await peer(head, more))).rejects.toMatchObject({
      name: 'GatewayError',
      failure: expect.stringMatching(/too_large|protocol/),
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000);
  });
});

describe('a gateway that lies about a length', () => {
  it('and closes early has not answered', async () => {
    const url = await peer(`${OK}Content-Length: 100\r\n\r\n`, 'x', 10);
    await expect(call(url)).rejects.toMatchObject({ failure: 'closed' });
  });

  it('and redirects is not followed', async () => {
    const url = await peer('HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 1\r\n\r\n', 'x', 1);
    expect(await call(url)).toMatchObject({ status: 302, body: 'x' });
  });

  it('and ends without the last chunk has not answered', async () => {
    const url = await peer(`${OK}Transfer-Encoding: chunked\r\n\r\n`, '1\r\nx\r\n', 1_000);
    await expect(call(url)).rejects.toMatchObject({ failure: 'closed' });
  });
});

describe('JSON', () => {
  it.each(['[', '{"a":', '[{"a":'])('nested by %s without end is none', (open) => {
    expect(parseJson(open.repeat(1_000_000))).toBeUndefined();
    expect(parseJson(`${'['.repeat(65)}${']'.repeat(65)}`)).toBeUndefined();
  });

  it.each(['{"a":"[[[["}', '{"a":"\\"[[["}', `"${'['.repeat(1_000)}"`, `[${'[],'.repeat(1_000)}1]`, `${'['.repeat(64)}${']'.repeat(64)}`])(
    '%s is what it is',
    (text) => {
      expect(parseJson(text)).toEqual(JSON.parse(text));
    },
  );
});

describe('a stream in pieces of one byte', () => {
  it('of one endless line is given up', () => {
    const reader = createStreamReader();
    const piece = Buffer.from('x');
    for (let count = 0; count < MAX_BODY_BYTES; count++) reader.feed(piece, 1);
    expect(reader.markers()).toEqual({ complete: false });
  });

  it('reads the same as in one', () => {
    const text = 'data: {"id":"a","choices":[{"delta":{"content":"ü"}}]}\r\n\r\ndata: [DONE]\n\n';
    const reader = createStreamReader();
    for (const byte of Buffer.from(text)) reader.feed(Buffer.from([byte]), 2);
    expect(reader.markers()).toEqual({ id: 'a', firstContentSeconds: 2, complete: true });
  });
});
