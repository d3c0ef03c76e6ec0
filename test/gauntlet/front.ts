import { createServer as createHttpServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

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
  const where: Where = { target: first, status: undefined };
  const open = new Set<Socket>();
  const server = createServer((client) => {
    keep(client);
    const { target, status } = where;
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

  return opened(server, port, where, () => {
    for (const socket of open) socket.destroy();
  });
}

/** What a gateway tells of itself and of its cache in an answer, and of the provider behind it. */
const TOLD = /^(?:x-litellm-|llm_provider-)/;

/** A front that takes these headers out of every answer, as a proxy may that lets only known ones through. */
export async function openStrippingFront(first: number, port = 0): Promise<Front> {
  const where: Where = { target: first, status: undefined };
  const server = createHttpServer((asked, response) => {
    const { target, status } = where;
    if (status === undefined) passOn(asked, response, target);
    else response.writeHead(status, { connection: 'close' }).end();
  });
  return opened(server, port, where, () => server.closeAllConnections());
}

/** So many requests are remembered: a fault lasts for a few rounds. */
const MAX_REMEMBERED = 5_000;

/** A front that gives a request which was sent before an answer with another text, as a cache does that alters what it keeps. */
export async function openAlteringFront(first: number, port = 0): Promise<Front> {
  const where: Where = { target: first, status: undefined };
  const sent = new Set<string>();
  const server = createHttpServer(async (asked, response) => {
    const body = await textOf(asked).catch(() => undefined);
    if (body === undefined) return response.destroy();
    const { method, url: path, headers } = asked;
    const isRepeated = body !== '' && sent.has(body);
    if (sent.size < MAX_REMEMBERED) sent.add(body);
    const onward = request({ host: '127.0.0.1', port: where.target, method, path, headers, agent: false }, async (answer) => {
      const text = await textOf(answer).catch(() => undefined);
      if (text === undefined) return response.destroy();
      const { 'content-length': _, 'transfer-encoding': __, ...left } = answer.headers;
      response.writeHead(answer.statusCode ?? 502, left).end(isRepeated ? text.replaceAll('"ok ', '"no ') : text);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    onward.end(body);
  });
  return opened(server, port, where, () => server.closeAllConnections());
}

async function textOf(message: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of message.setEncoding('utf8')) text += chunk;
  return text;
}

/** Where a front leads to, or the status with which it answers itself. */
interface Where {
  target: number;
  status: number | undefined;
}

/** The front of a server that reads `where` for each connection or request; `drop` ends what is open. */
async function opened(server: Server, port: number, where: Where, drop: () => void): Promise<Front> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    to(target) {
      Object.assign(where, { target, status: undefined });
    },
    answer(status) {
      where.status = status;
    },
    async close() {
      drop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function passOn(asked: IncomingMessage, response: ServerResponse, port: number): void {
  const { method, url: path, headers } = asked;
  const onward = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (answer) => {
    const left = Object.entries(answer.headers).filter(([name]) => !TOLD.test(name));
    response.writeHead(answer.statusCode ?? 502, Object.fromEntries(left));
    answer.on('error', () => response.destroy()).pipe(response);
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  asked.pipe(onward);
}
