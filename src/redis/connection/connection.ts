import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ReplyRefusal } from '../../model/redis.ts';
import { classify, RedisError, ReplyError } from './failure.ts';
import { asText, createReplyReader } from './reply-reader.ts';

/** A command with its arguments; names of keys may be any bytes. */
export type Command = readonly (string | Buffer)[];

/** An open connection to a server. It sends each command once, and nothing else. */
export interface Connection {
  readonly socket: Socket;
  /** Whether anything was received. */
  readonly hasReceived: boolean;
  /**
   * Sends a command and gives its reply, text as bytes. Rejects with ReplyError for an error of the server, with
   * RedisError when the connection ends before the reply is there.
   */
  send(command: Command): Promise<unknown>;
  /** Sets the listener for messages of subscribed channels: names of keys with commas between them, empty for a flush. */
  onPushMessage(listener: (channel: string, payload: string) => void): void;
  /** Calls a listener when it has ended, by whichever side. */
  onClose(listener: () => void): void;
  /** Ends it at once. `why` is what the commands that still wait fail with: the exporter has ended it, not the peer. */
  disconnect(why?: RedisError): void;
  /** Why the exporter ended it; undefined while it has not, or where the peer was first. */
  readonly ended: RedisError | undefined;
}

/** RESP3 messages between two replies that are skipped; RESP3 is never requested. */
const MAX_UNREQUESTED_MESSAGES = 1_000;

const CLOSED_WITHOUT_REPLY = 'the peer closed the connection without an answer';

const ENDED = new RedisError('closed', 'the exporter ended the connection');

interface PendingCommand {
  resolve(reply: unknown): void;
  reject(error: Error): void;
}

/**
 * A client over a socket that is open already; every byte of the peer goes through the reply reader and its limits.
 * `onRefusal` is called when they end it. Throws RedisError when the socket has ended before.
 */
export function createConnection(socket: Socket, onRefusal: (reason: ReplyRefusal) => void = () => undefined): Connection {
  if (socket.destroyed)
    throw classify(socket.errored ?? new RedisError('closed', 'connecting: the peer closed the connection'), 'connecting');
  const pending: PendingCommand[] = [];
  let first = 0;
  let hasReceived = false;
  let messages = 0;
  let listener: ((channel: string, payload: string) => void) | undefined;
  let ended: RedisError | undefined;
  const reader = createReplyReader({ reply: handleReply, push: skipPush });

  /** The command that waits longest. */
  function takeOldest(): PendingCommand | undefined {
    const command = pending[first];
    first = command === undefined ? first : first + 1;
    if (first === pending.length) {
      pending.length = 0;
      first = 0;
      reader.settle();
    }
    return command;
  }

  function handleReply(reply: unknown): void {
    messages = 0;
    const message = listener && messageOf(reply);
    if (message !== undefined) {
      if (pending.length === 0) reader.settle();
      listener?.(...message);
      return;
    }
    const command = takeOldest();
    if (command === undefined)
      // A server that has no room for another client says so before it is asked anything.
      throw reply instanceof ReplyError
        ? classify(reply, 'connecting')
        : new RedisError('protocol', 'the peer sent a reply without a command', undefined, 'type');
    if (reply instanceof ReplyError) command.reject(reply);
    else command.resolve(reply);
  }

  function skipPush(): void {
    messages += 1;
    if (messages > MAX_UNREQUESTED_MESSAGES)
      throw new RedisError('protocol', 'the peer sends messages that were not requested', undefined, 'type');
    if (pending.length === 0) reader.settle();
  }

  function rejectPending(error: Error): void {
    const left = pending.splice(first);
    pending.length = 0;
    first = 0;
    for (const { reject } of left) reject(error);
  }

  socket.on('data', (chunk: Buffer) => {
    // What arrives after the end, or behind what was refused, is not read.
    if (socket.destroyed) return;
    hasReceived = true;
    try {
      reader.read(chunk);
    } catch (error) {
      const reason = classify(error, 'reading');
      if (reason.refusal !== undefined) onRefusal(reason.refusal);
      socket.destroy(reason);
    }
  });
  socket.once('end', () => socket.destroy());
  socket.once('close', () => rejectPending(closedError()));

  function closedError(): RedisError {
    if (ended !== undefined) return ended;
    return socket.errored === null ? new RedisError('closed', 'the peer closed the connection') : classify(socket.errored, 'reading');
  }

  return {
    socket,
    get hasReceived() {
      return hasReceived;
    },
    send: (command) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) reject(closedError());
        else {
          pending.push({ resolve, reject });
          socket.write(encode(command));
        }
      }),
    onPushMessage: (take) => {
      listener = take;
    },
    onClose: (listener) => void socket.once('close', listener),
    get ended() {
      return ended;
    },
    disconnect: (why = ENDED) => {
      if (!socket.destroyed) ended = why;
      socket.destroy();
      rejectPending(closedError());
    },
  };
}

/** A command as an array of texts (RESP2). */
function encode(command: Command): Buffer {
  const parts = command.map((part) => (Buffer.isBuffer(part) ? part : Buffer.from(part)));
  const line = Buffer.from('\r\n');
  return Buffer.concat([Buffer.from(`*${parts.length}\r\n`), ...parts.flatMap((part) => [Buffer.from(`$${part.length}\r\n`), part, line])]);
}

/** The channel and the payload of a message, of which a list and null are the only ones besides text; undefined where a reply is none. */
function messageOf(reply: unknown): [channel: string, payload: string] | undefined {
  if (!Array.isArray(reply) || reply.length !== 3) return undefined;
  const [kind, channel, payload]: unknown[] = reply;
  if (!Buffer.isBuffer(kind) || !Buffer.isBuffer(channel) || kind.toString('latin1') !== 'message') return undefined;
  const names = Array.isArray(payload) ? payload : [payload];
  return [channel.toString(), names.filter((name) => Buffer.isBuffer(name)).join()];
}

/**
 * Runs commands on a connection and ends it when the signal is aborted: a command that has timed out
 * would otherwise hold up the next one. Others that wait on it fail for the same reason. Fails with RedisError.
 */
export async function withAbort<T>(connection: Connection, signal: AbortSignal, doing: string, run: () => Promise<T>): Promise<T> {
  const onAbort = () => connection.disconnect(classify(signal.reason, doing));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    return await run();
  } catch (error) {
    throw toRedisError(connection, signal, doing, error);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Sends commands at once and gives what each was answered with, a ReplyError for an error. Rejects with RedisError when the connection ends. */
export async function sendAll(connection: Connection, commands: readonly Command[]): Promise<unknown[]> {
  connection.socket.cork();
  const replies = commands.map((command) => connection.send(command).catch(replyErrorOnly));
  connection.socket.uncork();
  return Promise.all(replies);
}

/** Sends a command and gives its reply, bytes as text. */
export async function sendText(connection: Connection, command: Command): Promise<unknown> {
  return asText(await connection.send(command));
}

function replyErrorOnly(error: unknown): ReplyError {
  if (error instanceof ReplyError) return error;
  throw error;
}

/** The own error for a command that failed: the end of the time, the end of the connection, or the answer. */
export function toRedisError(connection: Connection, signal: AbortSignal, doing: string, error: unknown): RedisError {
  if (signal.aborted) return classify(signal.reason, doing);
  const answer = classify(error, doing);
  const { socket } = connection;
  if (answer.failure !== 'closed' || connection.hasReceived || answer === connection.ended) return answer;
  // A server that refuses the client's certificate often resets the connection before its alert arrives.
  if (socket instanceof TLSSocket)
    return new RedisError('tls', `${doing}: ${CLOSED_WITHOUT_REPLY}; it may ask for a client certificate (cert_file, key_file)`);
  return new RedisError('closed', `${doing}: ${CLOSED_WITHOUT_REPLY}; it may ask for TLS (rediss://)`);
}
