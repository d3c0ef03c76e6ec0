import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { afterEach } from 'vitest';

const open = new Set<() => Promise<void>>();

afterEach(async () => {
  await Promise.all([...open].map((close) => close()));
});

/** A server that takes the place of a gateway and answers as no real one can be made to; its URL. */
export function answering(listener: RequestListener): Promise<string> {
  return listen(createServer(listener));
}

/** The same below HTTP: `talk` has the bare connection. */
export function talking(talk: (socket: Socket) => void): Promise<string> {
  return listen(createTcpServer(talk));
}

async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      open.delete(close);
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
  open.add(close);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
