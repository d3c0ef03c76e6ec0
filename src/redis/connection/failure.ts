import { TLS_CODE, tlsAdvice } from '../../config/tls/advice.ts';
import { ERROR_PREFIX, type ErrorPrefix, type RedisFailure, type ReplyRefusal } from '../../model/redis.ts';

/**
 * Why a conversation with a Redis server failed. The message is for people; it holds neither arguments
 * of commands nor text that the peer chose. `prefix` is there when the server answered: the first word of
 * its error, `other` for a word that is not in the closed set.
 */
export class RedisError extends Error {
  override readonly name = 'RedisError';
  readonly failure: RedisFailure;
  readonly prefix: ErrorPrefix | undefined;
  /** Which bound the bytes of the peer went past. */
  readonly refusal: ReplyRefusal | undefined;

  constructor(failure: RedisFailure, message: string, prefix?: ErrorPrefix, refusal?: ReplyRefusal) {
    super(message);
    this.failure = failure;
    this.prefix = prefix;
    this.refusal = refusal;
  }
}

/** An error that a server answered with, in its own words: not for people, nor for logs. */
export class ReplyError extends Error {
  override readonly name = 'ReplyError';
}

/** The result of an attempt whose failure is a value. */
export type Settled<T> = { ok: true; value: T } | { ok: false; error: RedisError };

/** Waits for an attempt and turns its RedisError into a value; any other error goes on. */
export async function settle<T>(attempt: Promise<T>): Promise<Settled<T>> {
  try {
    return { ok: true, value: await attempt };
  } catch (error) {
    if (error instanceof RedisError) return { ok: false, error };
    throw error;
  }
}

/** Throws RedisError `protocol` where a command that Redis always answers with one word was answered with something else. */
export function expectWord(reply: unknown, word: string, command: string): void {
  const isText = typeof reply === 'string' || Buffer.isBuffer(reply);
  if (isText && String(reply).toUpperCase() === word) return;
  throw new RedisError(
    'protocol',
    `${command}: the peer does not answer ${word}, as every Redis server does; check the address and the port`,
  );
}

type Rule = readonly [pattern: RegExp, failure: RedisFailure, sentence: string];

/** Error replies by their text (Redis 6.2 to 8.2, src/server.c, src/acl.c, src/networking.c). */
const REPLIES: readonly Rule[] = [
  [/^WRONGPASS\b/, 'wrongpass', 'the server refuses the user or the password; compare them with ACL LIST or requirepass of the server'],
  [/^NOAUTH\b/, 'noauth', 'the server asks for a password and none was sent; configure one'],
  [/^NOPERM\b/, 'noperm', 'the user may not do this; grant what the documented ACL line grants'],
  [/^LOADING\b/, 'loading', 'the server loads its data set and refuses commands until it has ended'],
  [
    /^ERR (?:invalid password|invalid username-password)/i,
    'wrongpass',
    'the server refuses the password; compare it with requirepass of the server',
  ],
  [
    /^ERR wrong number of arguments for 'auth'/i,
    'wrongpass',
    'the server takes no user name, as Redis before 6.0; configure the password alone, without a username',
  ],
  [/^ERR operation not permitted/i, 'noauth', 'the server asks for a password and none was sent; configure one'],
  [/^ERR max .{0,40}(?:limit|exceeded)/i, 'refused', 'the provider of the server refuses more of this account; look at its limits'],
  [
    /^(?:ERR )?(?:no upstream host|upstream (?:failure|protocol error)|Connection (?:refused|reset|timed out)|Broken pipe|Host is down)/i,
    'refused',
    'a proxy answers and cannot reach the server behind it',
  ],
  [/^BUSY\b/, 'timeout', 'a script or a function keeps the server busy; look at SCRIPT KILL and FUNCTION KILL'],
  [/^ERR max number of clients\b/, 'maxclients', 'the server has reached maxclients; raise it or find who keeps connections open'],
  [/^READONLY\b/, 'readonly', 'the server is a read-only replica'],
  [/^MASTERDOWN\b/, 'masterdown', 'the server is a replica without its master and refuses to serve stale data'],
  [/^CLUSTERDOWN\b/, 'clusterdown', 'the cluster is down'],
  [/^DENIED\b/, 'refused', 'the server runs in protected mode and refuses other hosts; give it a password or a bind address'],
  [/^/, 'unknown', 'the server answered with an error'],
];

/** Errors of sockets and of TLS by code (Node, OpenSSL). */
const CODES: readonly Rule[] = [
  [/^(ENOTFOUND|EAI_)/, 'dns', 'the name of the host cannot be resolved'],
  [/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|EADDRNOTAVAIL)$/, 'refused', 'nothing accepts connections at this address'],
  [/^(ENOENT|EACCES|ENOTSOCK)$/, 'refused', 'the unix socket does not exist or may not be opened'],
  [/^(ERR_SOCKET_BAD_PORT|ERR_INVALID_ARG_VALUE|ERR_INVALID_ARG_TYPE)$/, 'refused', 'this is no address that can be connected to'],
  [/^(ETIMEDOUT)$/, 'timeout', 'the server did not answer in time'],
  [/^(ECONNRESET|EPIPE|ECONNABORTED)$/, 'closed', 'the peer closed the connection'],
  [TLS_CODE, 'tls', 'TLS could not be agreed on'],
];

const UNKNOWN: Rule = [/^/, 'unknown', 'the conversation failed in an unforeseen way'];

/** The own error for whatever went wrong while doing something, `doing` being a fixed text such as `PING`. */
export function classify(error: unknown, doing: string): RedisError {
  if (error instanceof RedisError) return error;
  if (!(error instanceof Error)) return failed(UNKNOWN, doing);
  if (error.name === 'TimeoutError') return failed([/^/, 'timeout', 'the server did not answer in time'], doing);
  if (error.name === 'AbortError') return failed([/^/, 'closed', 'it was stopped'], doing);
  if (error instanceof ReplyError) return failed(ruleFor(REPLIES, error.message), doing, prefixOf(error.message));
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code !== undefined) {
    const [pattern, failure, sentence] = ruleFor(CODES, code);
    return failed([pattern, failure, failure === 'tls' ? tlsAdvice(code) : sentence], `${doing} (${code.slice(0, 64)})`);
  }
  return failed(UNKNOWN, doing);
}

function ruleFor(rules: readonly Rule[], text: string): Rule {
  return rules.find(([pattern]) => pattern.test(text)) ?? UNKNOWN;
}

function failed([, failure, sentence]: Rule, doing: string, prefix?: ErrorPrefix): RedisError {
  return new RedisError(failure, `${doing}: ${sentence}${prefix === undefined ? '' : ` (${prefix})`}`, prefix);
}

function prefixOf(message: string): ErrorPrefix {
  const word = message.split(' ', 1)[0];
  return ERROR_PREFIX.find((prefix) => prefix === word) ?? 'other';
}
