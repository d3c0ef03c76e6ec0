import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** An address of the loopback interface that stays while what is behind it changes, as that of a load balancer. */
export interface Front {
  port: number;
  /** New connections go to this port; those that are open stay where they are. */
  to(port: number): void;
  /** Answers every HTTP request itself, with this status. */
  answer(status: number): void;
  close(): Promise<void>;
}

/** Opens a front, on a port of its own unless one is given. */
export async function openFront(first: number, port = 0): Promise<Front> {
  let target = first;
  let status: number | undefined;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    keep(client);
    if (status !== undefined) {
      client.once('data', () => client.end(`HTTP/1.1 ${status} Broken\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`));
      return;
    }
    const back = connect(target, '127.0.0.1');
    keep(back);
    client.pipe(back).pipe(client);
    client.on('close', () => back.destroy());
    back.on('close', () => client.destroy());
  });

  function keep(socket: Socket): void {
    open.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => open.delete(socket));
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    to(next) {
      [target, status] = [next, undefined];
    },
    answer(code) {
      status = code;
    },
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
