import { randomFillSync } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { ask, serve } from '../support/http.ts';
import { piecesOf } from '../support/page-text.ts';

const PIECE = 400_000;

/** A long page whose pieces share their memory, and how many of them were asked for. */
function longPage(pieces: number, fill = (room: Buffer, piece: number) => room.fill(97 + (piece % 26))) {
  const asked = { pieces: 0, ended: 0 };
  const body = {
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    length: pieces * PIECE,
    *pieces() {
      const room = Buffer.alloc(PIECE);
      try {
        for (let piece = 0; piece < pieces; piece++) {
          asked.pieces++;
          yield fill(room, piece);
        }
      } finally {
        asked.ended++;
      }
    },
  };
  const text = Array.from({ length: pieces }, (_, piece) => String.fromCharCode(97 + (piece % 26)).repeat(PIECE)).join('');
  return { asked, text, metrics: async () => body };
}

const held: Socket[] = [];
afterEach(() => {
  for (const socket of held.splice(0)) socket.destroy();
});

function silent(port: number, request = 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'): Socket {
  const socket = connect(port, '127.0.0.1').pause();
  socket.on('error', () => undefined).write(request);
  held.push(socket);
  return socket;
}

describe('a long page', () => {
  it('is whole, in either encoding, and HEAD tells of it without making it', async () => {
    const { asked, text, metrics } = longPage(20);
    const { port } = await serve({ metrics });
    const identity = await ask(port, '/metrics');
    expect(identity.headers['content-length']).toBe(String(text.length));
    expect(identity.body === text).toBe(true);
    const gzip = await ask(port, '/metrics', { headers: { 'Accept-Encoding': 'gzip' } });
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzip.bytes).toString() === text).toBe(true);
    const made = asked.pieces;
    expect((await ask(port, '/metrics', { method: 'HEAD' })).headers['content-length']).toBe(String(text.length));
    expect((await ask(port, '/metrics', { method: 'HEAD', headers: { 'Accept-Encoding': 'gzip' } })).headers['content-encoding']).toBe(
      'gzip',
    );
    expect(asked.pieces).toBe(made);
  });

  it.each(['identity', 'gzip'])('is made no faster than its client reads, and no further when that is gone (%s)', async (coding) => {
    // What cannot be compressed, so that both fill the buffers alike.
    const { asked, metrics } = longPage(200, (room) => randomFillSync(room));
    const { port } = await serve({ metrics });
    const socket = silent(port, `GET /metrics HTTP/1.1\r\nHost: x\r\nAccept-Encoding: ${coding}\r\n\r\n`);
    await eventually(async () => asked.pieces > 0, 10_000);
    socket.destroy();
    await eventually(async () => asked.ended === 1, 20_000);
    expect(asked.pieces).toBeLessThan(100);
    expect((await ask(port, '/-/healthy')).status).toBe(200);
  });

  it('that fails in the middle is cut, not ended', async () => {
    const { port } = await serve({
      metrics: async () => ({
        contentType: 'text/plain',
        length: 2 * PIECE,
        *pieces() {
          yield Buffer.alloc(PIECE, 'a');
          throw new Error('no memory');
        },
      }),
    });
    await expect(ask(port, '/metrics')).rejects.toThrow();
    expect((await ask(port, '/-/healthy')).status).toBe(200);
  });

  it('is sent to sixteen clients at once; the one that began first makes room', async () => {
    const { asked, text, metrics } = longPage(60);
    const { port } = await serve({ metrics });
    for (let number = 0; number < 20; number++) silent(port);
    await eventually(async () => asked.ended >= 4, 20_000);
    expect((await ask(port, '/metrics')).body === text).toBe(true);
  });
});

describe('the part of an owner', () => {
  const page = (text: string) => ({ contentType: 'text/plain; version=0.0.4', ...piecesOf(text) });
  const metricsOf = async (_: unknown, { kind, name, ...rest }: { kind: string; name: string }) =>
    name === 'cache' || name === 'a b&c' ? page(`${kind} ${name}${'judged' in rest ? ' judged' : ''}\n`) : undefined;
  const at = async (path: string) => {
    const { port } = await serve({ metricsOf });
    const { status, body } = await ask(port, path);
    return [status, body];
  };

  it.each([
    ['/metrics?gateway=cache', 200, 'gateway cache\n'],
    ['/metrics?redis_target=cache', 200, 'target cache\n'],
    ['/metrics?gateway=a%20b%26c', 200, 'gateway a b&c\n'],
    ['/metrics?gateway=cache&unknown=1', 200, 'gateway cache\n'],
    ['/metrics?unknown=1', 200, 'up 1\n'],
    ['/probe?gateway=cache', 200, 'gateway cache judged\n'],
    ['/probe?target=cache&module=x', 200, 'gateway cache judged\n'],
    ['/metrics?gateway=other', 404, 'No such gateway; / lists those that are watched.\n'],
    ['/metrics?redis_target=', 404, 'No such Redis target; / lists those that are watched.\n'],
    ['/metrics?gateway', 404, 'No such gateway; / lists those that are watched.\n'],
    ['/probe?target=http://127.0.0.1/', 404, 'No such gateway; / lists those that are watched.\n'],
    ['/metrics?gateway=cache&gateway=cache', 400, 'Ask for one at a time: /metrics?gateway=NAME or /metrics?redis_target=NAME.\n'],
    ['/metrics?gateway=cache&redis_target=cache', 400, 'Ask for one at a time: /metrics?gateway=NAME or /metrics?redis_target=NAME.\n'],
    ['/probe', 400, 'Name one gateway: /probe?gateway=NAME or /probe?target=NAME.\n'],
    ['/probe?redis_target=cache', 400, 'Name one gateway: /probe?gateway=NAME or /probe?target=NAME.\n'],
    ['/probe?target=cache&gateway=cache', 400, 'Name one gateway: /probe?gateway=NAME or /probe?target=NAME.\n'],
  ])('%s is answered with %d', async (path, status, body) => {
    expect(await at(path)).toEqual([status, body]);
  });
});
