import type { Redis } from 'ioredis';
import type { Credential } from '../config/effective.ts';
import type { Secret } from '../config/secret.ts';
import { during } from './connection.ts';
import { RedisError } from './failure.ts';
import type { AuthAnswer } from './target.ts';

/** What `AUTH password` is answered with where the default user needs none (Redis src/acl.c). */
const NO_PASSWORD_CONFIGURED = /without any password configured/;

/**
 * Sends `AUTH [user] password`, the password as it is now, and says what the server made of it. It is sent
 * by hand, not by the client library, so that it happens once, can be timed and fails with its own error.
 */
export async function authenticate(redis: Redis, credential: Credential, signal: AbortSignal): Promise<AuthAnswer> {
  if (credential.password === undefined) return 'not sent';
  const password = await passwordOf(credential.name, credential.password);
  const args = credential.username === undefined ? [password] : [credential.username, password];
  return during(redis, signal, 'AUTH', async () => {
    try {
      await redis.call('AUTH', ...args);
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
    throw new RedisError('unknown', `the password file ${password.file} of the credential ${credential} cannot be read`);
  }
}
