import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { AbstractConnector, Redis } from 'ioredis';
import { classify, RedisError } from './failure.ts';

/** More than any reply that is asked for here; a peer that sends more is not a Redis server. */
const MAX_REPLY_BYTES = 32 * 1024 * 1024;

const HUNG_UP = 'the peer closed the connection without an answer';

/** Sockets on which anything was received after they were opened. */
const heard = new WeakSet<object>();

/**
 * A client over a socket that is open already. It sends nothing of its own (no HELLO, no CLIENT SETINFO),
 * never reconnects and never repeats a command; `disconnect` destroys the socket at once. Why a command
 * failed with a closed connection is in `stream.errored`.
 */
export async function speakOver(socket: Socket): Promise<Redis> {
  const redis = new Redis({
    // ioredis offers no other way to hand it a socket than a subclass of its connector.
    Connector: class extends AbstractConnector {
      constructor() {
        super(0);
      }
      override connect() {
        return Promise.resolve(socket);
      }
      override disconnect() {
        socket.destroy();
      }
    },
    protocol: 2,
    disableClientInfo: true,
    lazyConnect: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: null,
  });
  // Without a listener ioredis prints errors to stderr; `stream.errored` has them.
  redis.on('error', () => undefined);
  redis.once('connect', () => guard(redis, socket));
  try {
    await redis.connect();
    return redis;
  } catch (error) {
    socket.destroy();
    throw classify(socket.errored ?? error, 'connecting');
  }
}

/** Who takes in what a server pushes, by connection. */
const hearers = new WeakMap<Redis, (channel: string, payload: string) => void>();

/** Has somebody take in the messages of the channels that a connection subscribes to; the members of a list are parted by commas. */
export function hearPushes(redis: Redis, hear: (channel: string, payload: string) => void): void {
  hearers.set(redis, hear);
}

/**
 * Stands between ioredis and its queue of commands: ends the connection when a reply grows too large or comes
 * unasked, and tells messages from replies. ioredis 6 ends the process when a null reply comes while no command
 * waits, or when a server sends what is no message to a connection that it knows to be subscribed. So it finds a
 * stand-in in its queue for every reply, and never learns that a connection is subscribed.
 */
function guard(redis: Redis, socket: Socket): void {
  let received = 0;
  const queue = redis.commandQueue;
  const shift = queue.shift.bind(queue);
  const answered = {
    command: {
      name: 'answered',
      args: [],
      resolve(reply: unknown) {
        const hear = hearers.get(redis);
        const message = hear && messageOf(reply);
        if (message !== undefined) return hear?.(...message);
        const asked = shift();
        if (asked === undefined) socket.destroy(new RedisError('protocol', 'the peer sent a reply that nobody asked for'));
        else asked.command.resolve(reply);
      },
      reject(error: Error) {
        const asked = shift();
        // A server that has no room for another client says so before it is asked anything.
        if (asked === undefined) socket.destroy(classify(error, 'connecting'));
        else asked.command.reject(error);
      },
    },
  };

  Object.assign(queue, {
    shift: () => {
      received = 0;
      // ioredis takes its listener away before it empties the queue of a connection that has ended.
      return socket.listenerCount('data') > 0 ? answered : shift();
    },
  });
  socket.prependListener('data', (chunk: Buffer) => {
    heard.add(socket);
    received += chunk.length;
    if (received > MAX_REPLY_BYTES) socket.destroy(new RedisError('protocol', 'the peer sent a reply of more than 32 MB'));
  });
}

/** The channel and the payload of a message, of which a list and null are the only ones besides text; undefined where a reply is none. */
function messageOf(reply: unknown): [channel: string, payload: string] | undefined {
  if (!Array.isArray(reply) || reply.length !== 3) return undefined;
  const [kind, channel, payload]: unknown[] = reply;
  if (!Buffer.isBuffer(kind) || !Buffer.isBuffer(channel) || kind.toString() !== 'message') return undefined;
  const names = Array.isArray(payload) ? payload : [payload];
  return [channel.toString(), names.filter((name) => Buffer.isBuffer(name)).join()];
}

/**
 * Runs commands on a connection and ends it when the signal is aborted: a command that has timed out
 * would otherwise hold up the next one. Fails with RedisError.
 */
export async function during<T>(redis: Redis, signal: AbortSignal, doing: string, run: () => Promise<T>): Promise<T> {
  const onAbort = () => redis.disconnect();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    return await run();
  } catch (error) {
    throw explain(redis, signal, doing, error);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The own error for a command that failed: the end of the time, the end of the connection, or the answer. */
export function explain(redis: Redis, signal: AbortSignal, doing: string, error: unknown): RedisError {
  if (signal.aborted) return classify(signal.reason, doing);
  const answer = classify(error, doing);
  if (answer.failure !== 'closed') return answer;
  const { stream } = redis;
  const cause = stream.errored ? classify(stream.errored, doing) : answer;
  if (cause.failure !== 'closed' || heard.has(stream)) return cause;
  // A server that refuses the client's certificate often resets the connection before its alert arrives.
  if (stream instanceof TLSSocket)
    return new RedisError('tls', `${doing}: ${HUNG_UP}; it may ask for a client certificate (cert_file, key_file)`);
  return new RedisError('closed', `${doing}: ${HUNG_UP}; it may ask for TLS (rediss://)`);
}
