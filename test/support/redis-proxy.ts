import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** What a proxy answers in place of the server, in the protocol's own form; undefined to hand the command on. */
export type Answer = (command: readonly string[]) => string | undefined;

/** A proxy in front of a real Redis that answers some commands by itself, as proxies of providers do. */
export interface RedisProxy {
  url: string;
  /** The commands that came through, or were answered here, in order, without their other arguments: `ACL LOG`, `INFO`. */
  readonly asked: string[];
  /** Replaces what is answered from now on. */
  answer(next: Answer): void;
}

/** Starts a proxy that ends with the test. */
export async function startRedisProxy(port: number, first: Answer): Promise<RedisProxy> {
  let answer = first;
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    sockets.add(client).add(upstream);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const)
      one.on('error', () => undefined).on('close', () => other.destroy());
    /** What is still to come, in the order of the commands: an answer of this proxy, or one of the server. */
    const waiting: (string | 'of the server')[] = [];
    const flush = () => {
      while (waiting.length > 0 && waiting[0] !== 'of the server') client.write(waiting.shift() ?? '');
    };
    let [sent, received] = [Buffer.alloc(0), Buffer.alloc(0)];
    client.on('data', (chunk) => {
      sent = Buffer.concat([sent, chunk]);
      for (let end = frameEnd(sent, 0); end !== undefined; end = frameEnd(sent, 0)) {
        const frame = sent.subarray(0, end);
        sent = sent.subarray(end);
        const words = wordsOf(frame);
        asked.push(words.slice(0, 2).join(' ').toUpperCase());
        const own = answer(words);
        waiting.push(own ?? 'of the server');
        if (own === undefined) upstream.write(frame);
      }
      flush();
    });
    upstream.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      for (let end = frameEnd(received, 0); end !== undefined; end = frameEnd(received, 0)) {
        client.write(received.subarray(0, end));
        received = received.subarray(end);
        // A message of a channel comes when no answer is waited for, and takes no place among them.
        if (waiting[0] === 'of the server') waiting.shift();
        flush();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return {
    url: `redis://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    asked,
    answer: (next) => {
      answer = next;
    },
  };
}

/** Where a frame that begins at a place ends; undefined while it is not whole. */
function frameEnd(bytes: Buffer, start: number): number | undefined {
  const line = bytes.indexOf('\r\n', start);
  if (line < 0) return undefined;
  const count = Number(bytes.toString('latin1', start + 1, line));
  const kind = String.fromCharCode(bytes[start] ?? 0);
  if (kind === '$') return count < 0 ? line + 2 : line + 2 + count + 2 <= bytes.length ? line + 2 + count + 2 : undefined;
  if (kind !== '*') return line + 2;
  let end: number | undefined = line + 2;
  for (let index = 0; index < count && end !== undefined; index++) end = frameEnd(bytes, end);
  return end;
}

/** The words of a command, which is an array of texts. */
function wordsOf(frame: Buffer): string[] {
  return frame
    .toString()
    .split('\r\n')
    .filter((_, index) => index > 0 && index % 2 === 0)
    .filter((word) => word !== '');
}
