import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createConnection, sendText, withAbort } from '../../src/redis/connection/connection.ts';
import { settle } from '../../src/redis/connection/failure.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A connection to a server that takes everything and answers nothing, and the server's end of it. */
async function silent() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const accepted = once(server, 'connection');
  const socket = connect(address.port, '127.0.0.1');
  await once(socket, 'connect');
  // As socket.ts does for every socket that it opens.
  socket.on('error', () => undefined);
  const [peer]: Socket[] = await accepted;
  if (peer === undefined) throw new Error('nobody connected');
  peer.resume().on('error', () => undefined);
  closing.push(() => {
    socket.destroy();
    peer.destroy();
    server.close();
  });
  return { connection: createConnection(socket), peer };
}

describe('commands that wait on one connection', () => {
  it('all fail by the time when one has run out of it, also those that are sent after that', async () => {
    const { connection } = await silent();
    const limited = new AbortController();
    const first = settle(withAbort(connection, limited.signal, 'INFO', () => sendText(connection, ['INFO'])));
    const other = settle(withAbort(connection, new AbortController().signal, 'PING', () => sendText(connection, ['PING'])));
    limited.abort(new DOMException('too long', 'TimeoutError'));
    const later = settle(withAbort(connection, new AbortController().signal, 'TIME', () => sendText(connection, ['TIME'])));
    for (const settled of await Promise.all([first, other, later]))
      expect(settled).toMatchObject({ ok: false, error: { failure: 'timeout' } });
  });

  it.each(['a command that waits', 'a command that comes after it'])('blame nobody else when the exporter ends it: %s', async (which) => {
    const { connection } = await silent();
    const ask = () => settle(withAbort(connection, new AbortController().signal, 'PING', () => sendText(connection, ['PING'])));
    const before = which === 'a command that waits' ? ask() : undefined;
    connection.disconnect();
    expect(await (before ?? ask())).toMatchObject({
      ok: false,
      error: { failure: 'closed', message: 'the exporter ended the connection' },
    });
  });

  it.each(['end', 'destroy'] as const)('fail by the end of the connection when the peer closes it (%s)', async (way) => {
    const { connection, peer } = await silent();
    const asked = settle(withAbort(connection, new AbortController().signal, 'PING', () => sendText(connection, ['PING'])));
    peer[way]();
    expect(await asked).toMatchObject({ ok: false, error: { failure: 'closed' } });
    const limited = AbortSignal.abort(new DOMException('too long', 'TimeoutError'));
    const later = settle(withAbort(connection, limited, 'TIME', () => sendText(connection, ['TIME'])));
    expect(await later).toMatchObject({ ok: false, error: { failure: 'timeout' } });
  });
});
