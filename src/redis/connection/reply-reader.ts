import type { ReplyRefusal } from '../../model/redis.ts';
import { RedisError, ReplyError } from './failure.ts';

/** Limits of the bytes until every sent command has its reply, and of one message that was not requested. */
export const REPLY_LIMITS = {
  /** INFO of 20,000 databases has two megabytes, a list of 2,000 clients one. */
  bytes: 8 * 1024 * 1024,
  /** Values of any type, lists included; the longest ACL LOG has 4,000. */
  values: 65_536,
  /** Lists within lists; no command that is sent here needs more than five. */
  depth: 16,
  /** One line: an error, a number, a status. */
  line: 64 * 1024,
} as const;

/** The receiver of what a reader has read. */
export interface ReplyReceiver {
  /** A reply to a command: text as bytes, numbers, null, lists of these, a ReplyError. Maps are lists of names and values. */
  reply(value: unknown): void;
  /** An RESP3 push. */
  push(values: readonly unknown[]): void;
}

/** Reads the bytes of a server as they come, in pieces of any size. */
export interface ReplyReader {
  /** Throws RedisError with `refusal` at bytes that are no reply or too much of one; nothing may be read after that. */
  read(chunk: Buffer): void;
  /** Everything that was asked is answered: the limits count from here. */
  settle(): void;
}

interface Container {
  kind: 'list' | 'attribute' | 'push';
  left: number;
  values: unknown[];
}

const LF = 10;
const CR = 13;
const EMPTY = Buffer.alloc(0);
/** The types of RESP2 and RESP3, without the streamed ones, which no server sends. */
const TYPES = new Set(Buffer.from('+-:$*_#,(!=~%>|'));

/**
 * A reader of RESP2 and RESP3 (github.com/redis/redis-specifications, protocol/RESP3.md) that holds what it was
 * given and nothing in advance: a length that is announced is compared with the limits and never allocated.
 */
export function createReplyReader(receiver: ReplyReceiver): ReplyReader {
  const containers: Container[] = [];
  let bytes = 0;
  let values = 0;
  /** The beginning of a line whose end has not come. */
  const line = createPiece();
  /** A text whose length is known: how many bytes are missing, its line end included. */
  let text: { type: string; missing: number } | undefined;
  const body = createPiece();

  function read(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      const start = at;
      at = text === undefined ? readLine(chunk, at) : readText(chunk, at, text);
      bytes += at - start;
      if (bytes > REPLY_LIMITS.bytes) throw tooLong();
    }
  }

  function readLine(chunk: Buffer, at: number): number {
    if (line.length === 0) checkType(chunk[at] ?? 0);
    const end = chunk.indexOf(LF, at);
    const stop = end < 0 ? chunk.length : end;
    if (line.length + stop - at > REPLY_LIMITS.line) throw tooLong();
    if (end < 0) {
      line.add(chunk.subarray(at, stop));
      return stop;
    }
    const whole = line.take(chunk.subarray(at, stop));
    if (whole[whole.length - 1] !== CR) throw refuse('type', 'a line without its end');
    take(String.fromCharCode(whole[0] ?? 0), whole.subarray(1, -1));
    return end + 1;
  }

  function readText(chunk: Buffer, at: number, { type, missing }: { type: string; missing: number }): number {
    const stop = Math.min(chunk.length, at + missing);
    if (stop - at < missing) {
      body.add(chunk.subarray(at, stop));
      text = { type, missing: missing - (stop - at) };
      return stop;
    }
    text = undefined;
    const whole = body.take(chunk.subarray(at, stop));
    if (whole[whole.length - 2] !== CR || whole[whole.length - 1] !== LF) throw refuse('type', 'a text that is longer than announced');
    const content = whole.subarray(0, -2);
    // A verbatim text begins with its form and a colon.
    add(type === '!' ? errorOf(content) : type === '=' ? content.subarray(4) : content);
    return stop;
  }

  function take(type: string, rest: Buffer): void {
    if (containers.length === 0) count(1);
    switch (type) {
      case '+':
      case '(':
      case ',':
        add(rest);
        break;
      case '-':
        add(errorOf(rest));
        break;
      case ':':
        add(integerOf(rest));
        break;
      case '#':
        add(booleanOf(rest));
        break;
      case '_':
        add(null);
        break;
      case '$':
      case '!':
      case '=':
        beginText(type, lengthOf(rest));
        break;
      default:
        beginContainer(type, lengthOf(rest));
    }
  }

  /** Only a text and a list of RESP2 can be none. */
  function isNone(type: string, length: number): boolean {
    if (length >= 0) return false;
    if (type === '$' || type === '*') return true;
    throw refuse('length', 'a length that is none');
  }

  function beginText(type: string, length: number): void {
    if (isNone(type, length)) {
      add(null);
      return;
    }
    if (bytes + length > REPLY_LIMITS.bytes) throw tooLong();
    text = { type, missing: length + 2 };
  }

  function beginContainer(type: string, length: number): void {
    if (type === '>' && containers.length > 0) throw refuse('type', 'a message within a reply');
    if (isNone(type, length)) {
      add(null);
      return;
    }
    const left = type === '%' || type === '|' ? length * 2 : length;
    count(1 + left);
    if (containers.length >= REPLY_LIMITS.depth) throw refuse('depth', `more than ${REPLY_LIMITS.depth} lists within each other`);
    containers.push({ kind: type === '|' ? 'attribute' : type === '>' ? 'push' : 'list', left, values: [] });
    if (left === 0) close();
  }

  /** The places of a list count when they are announced. */
  function count(more: number): void {
    values += more;
    if (values > REPLY_LIMITS.values) throw tooLong();
  }

  function add(value: unknown): void {
    const container = containers.at(-1);
    if (container === undefined) {
      receiver.reply(value);
      return;
    }
    container.values.push(value);
    container.left -= 1;
    if (container.left === 0) close();
  }

  /** A full container is a value of the one around it; what an attribute says of the next value is left out. */
  function close(): void {
    const container = containers.pop();
    if (container?.kind === 'list') add(container.values);
    else if (container?.kind === 'push') receiver.push(container.values);
  }

  return {
    read,
    settle() {
      bytes = 0;
      values = 0;
    },
  };
}

/** A text or a line that comes in several chunks. */
function createPiece() {
  let held = EMPTY;
  let length = 0;

  /** Doubles what is held, so that a megabyte in single bytes is copied some twenty times and not a million. */
  function add(piece: Buffer): void {
    if (length + piece.length > held.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(64, length + piece.length, held.length * 2));
      held.copy(larger, 0, 0, length);
      held = larger;
    }
    piece.copy(held, length);
    length += piece.length;
  }

  return {
    get length() {
      return length;
    },
    add,
    /** The whole with its last piece, which is not copied when it is the only one. */
    take(last: Buffer): Buffer {
      if (length === 0) return last;
      add(last);
      const whole = held.subarray(0, length);
      held = EMPTY;
      length = 0;
      return whole;
    },
  };
}

function checkType(byte: number): void {
  if (TYPES.has(byte)) return;
  if (byte === 0x15) throw new RedisError('tls', 'the peer answers with TLS; write rediss:// in the URL', undefined, 'type');
  if (byte === 0x48) throw new RedisError('protocol', 'the peer speaks HTTP, not the Redis protocol; check the port', undefined, 'type');
  throw refuse('type', 'bytes of no known type');
}

function integerOf(line: Buffer): number {
  const text = line.length > 20 ? '' : line.toString('latin1');
  if (!/^[+-]?\d{1,19}$/.test(text)) throw refuse('type', 'a number that is none');
  return Number(text);
}

/** The length of a text or a list; -1 for none. */
function lengthOf(line: Buffer): number {
  const text = line.length > 20 ? 'x' : line.toString('latin1');
  if (text === '-1') return -1;
  if (!/^\d{1,19}$/.test(text)) throw refuse('length', 'a length that is none');
  return Number(text);
}

function booleanOf(line: Buffer): number {
  const text = line.length === 1 ? line.toString('latin1') : '';
  if (text !== 't' && text !== 'f') throw refuse('type', 'a truth value that is none');
  return text === 't' ? 1 : 0;
}

function errorOf(line: Buffer): ReplyError {
  return new ReplyError(line.toString('utf8', 0, 512));
}

function tooLong(): RedisError {
  return refuse('length', `more than ${REPLY_LIMITS.bytes / 1024 / 1024} MB or ${REPLY_LIMITS.values} values`);
}

function refuse(reason: ReplyRefusal, what: string): RedisError {
  return new RedisError('protocol', `the peer sent ${what}, which is no reply of a Redis server; check the port`, undefined, reason);
}

/** A reply with text in place of bytes. Its depth is bounded by the reader. */
export function asText(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString();
  return Array.isArray(value) ? value.map(asText) : value;
}
