import { setTimeout as sleep } from 'node:timers/promises';
import type { Credential } from '../../config/effective.ts';
import type { Secret } from '../../source/secret.ts';
import { type Connection, withAbort } from './connection.ts';
import { expectWord, RedisError } from './failure.ts';
import type { AuthAnswer } from './target.ts';

/** What `AUTH password` is answered with where the default user needs none: from 6.0 on (src/acl.c), and before (src/server.c). */
const NO_PASSWORD_CONFIGURED = /^ERR (?:AUTH <password> called without any password configured|Client sent AUTH, but no password is set)/;

/** A file is being written for so long at most: what renews a token first has it accepted, then writes it. Milliseconds. */
const RENEWAL_MS = 400;
const STEP_MS = 50;

/**
 * Whether the file of a password holds another one than `before`, now or in a moment: a password that was refused while
 * it was being renewed says nothing. `before` is undefined where the file could not be read. False for a password that
 * comes from no file.
 */
export async function isRenewed({ password }: Credential, before: string | undefined, signal: AbortSignal): Promise<boolean> {
  if (password?.file === undefined) return false;
  const now = () => password.read().catch(() => undefined);
  const isOther = (text: string | undefined) => text !== undefined && text !== before;
  for (let waited = 0; !signal.aborted; waited += STEP_MS) {
    if (isOther(await now())) return true;
    if (waited >= RENEWAL_MS) return false;
    await sleep(STEP_MS, undefined, { signal }).catch(() => undefined);
  }
  return false;
}

/**
 * Sends `AUTH [user] password`, the password as it is now, and says what the server made of it. It is sent
 * by hand, not by the client library, so that it happens once, can be timed and fails with its own error. The password is
 * added to `sent`.
 */
export async function authenticate(
  redis: Connection,
  credential: Credential,
  signal: AbortSignal,
  sent?: Set<string>,
): Promise<AuthAnswer> {
  if (credential.password === undefined) return 'not sent';
  const password = await passwordOf(credential.name, credential.password);
  sent?.add(password);
  const args = credential.username === undefined ? [password] : [credential.username, password];
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

async function passwordOf(credential: string, password: Secret): Promise<string> {
  try {
    return await password.read();
  } catch {
    throw new RedisError('secret_unreadable', `the password file ${password.file} of the credential ${credential} cannot be read`);
  }
}
