import { setTimeout as sleep } from 'node:timers/promises';
import type { Credential } from '../../config/effective.ts';
import { type Connection, withAbort } from './connection.ts';
import { expectWord, RedisError } from './failure.ts';
import type { AuthAnswer } from './target.ts';

/** What `AUTH password` is answered with where the default user needs none: from 6.0 on (src/acl.c), and before (src/server.c). */
const NO_PASSWORD_CONFIGURED = /^ERR (?:AUTH <password> called without any password configured|Client sent AUTH, but no password is set)/;

/** A file is being written for so long at most: what renews a token first has it accepted, then writes it. Milliseconds. */
const RENEWAL_MS = 400;
const STEP_MS = 50;

/**
 * Another password that the file of a credential holds than those that were refused, now or in a moment: a password that was
 * refused while it was being renewed says nothing. `refused` holds undefined where the file could not be read. Undefined
 * where none comes, and for a password that comes from no file.
 */
export async function renewed(
  { password }: Credential,
  refused: ReadonlySet<string | undefined>,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (password?.file === undefined) return undefined;
  for (let waited = 0; !signal.aborted; waited += STEP_MS) {
    const now = await password.read().catch(() => undefined);
    if (now !== undefined && !refused.has(now)) return now;
    if (waited >= RENEWAL_MS) return undefined;
    await sleep(STEP_MS, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

/** `authenticate` with the password of the credential as it is now; nothing is sent where it has none. */
export async function authenticateNow(redis: Connection, credential: Credential, signal: AbortSignal): Promise<AuthAnswer> {
  const password = await passwordOf(credential);
  return password === undefined ? 'not sent' : authenticate(redis, credential.username, password, signal);
}

/**
 * Sends `AUTH [user] password` and says what the server made of it. It is sent
 * by hand, not by the client library, so that it happens once, can be timed and fails with its own error.
 */
export async function authenticate(
  redis: Connection,
  username: string | undefined,
  password: string,
  signal: AbortSignal,
): Promise<AuthAnswer> {
  const args = username === undefined ? [password] : [username, password];
  return withAbort(redis, signal, 'AUTH', async () => {
    try {
      expectWord(await redis.send(['AUTH', ...args]), 'OK', 'AUTH');
      return 'accepted';
    } catch (error) {
      if (error instanceof Error && NO_PASSWORD_CONFIGURED.test(error.message)) return 'no password configured';
      throw error;
    }
  });
}

/** The password of a credential as it is now; undefined where it has none. Rejects with RedisError `secret_unreadable`. */
export async function passwordOf({ name, password }: Credential): Promise<string | undefined> {
  try {
    return await password?.read();
  } catch {
    throw new RedisError('secret_unreadable', `the password file ${password?.file} of the credential ${name} cannot be read`);
  }
}
