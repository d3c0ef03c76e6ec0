import type { Credential } from '../../config/effective.ts';
import { authenticate, passwordOf, renewed } from './auth.ts';
import type { Connection } from './connection.ts';
import { RedisError, settle } from './failure.ts';
import type { AuthAnswer } from './target.ts';

/** What the logins of a target work with. */
interface LoginParts {
  /** The newest passwords that were sent to the server: each that is sent is added. */
  sent: Set<string>;
  /** Counts what the server refuses. */
  counted<T>(attempt: Promise<T>): Promise<T>;
  /** The server counted a failed login. */
  failed(): void;
}

/** Logs in over a connection; rejects with RedisError. */
type Login = (redis: Connection, as: Credential, signal: AbortSignal) => Promise<AuthAnswer>;

/** More passwords than are in use with one server at a time. */
const MAX_PASSWORDS = 16;

/**
 * The logins of a target: AUTH, and once more where the file of the password was written anew meanwhile, as a token that a
 * side-car renews. No password that was refused before is waited out, or sent as the new one.
 */
export function createLogin({ sent, counted, failed }: LoginParts): Login {
  /** By credential, the passwords that were refused since one was accepted; undefined where its file gave none. */
  const refused = new Map<string, Set<string | undefined>>();

  return async (redis, as, signal) => {
    const read = await settle(passwordOf(as));
    const before = read.ok ? read.value : undefined;
    const first = read.ok ? await settle(once(redis, as, before, signal)) : read;
    if (first.ok) return accepted(as, first.value);
    const mayBeRenewed = ['wrongpass', 'noauth', 'secret_unreadable'].includes(first.error.failure);
    if (!mayBeRenewed || as.password?.file === undefined || !note(as, before)) throw first.error;
    const next = await renewed(as, refused.get(as.name) ?? new Set(), signal);
    if (next === undefined || redis.socket.destroyed) throw first.error;
    const second = await settle(once(redis, as, next, signal));
    if (second.ok) return accepted(as, second.value);
    // A server that hangs up after a refused login has answered it all the same.
    if (second.error.prefix === undefined) throw first.error;
    note(as, next);
    throw second.error;
  };

  function accepted(as: Credential, answer: AuthAnswer): AuthAnswer {
    refused.delete(as.name);
    return answer;
  }

  /** Remembers a refused password; false for one that was refused before. */
  function note({ name }: Credential, password: string | undefined): boolean {
    const known = refused.get(name) ?? new Set();
    refused.set(name, known);
    if (known.has(password)) return false;
    known.add(password);
    keepNewest(known);
    return true;
  }

  /** AUTH, counted as the server counts it: one that it has no password for has failed. */
  async function once(redis: Connection, { username }: Credential, password: string | undefined, signal: AbortSignal): Promise<AuthAnswer> {
    if (password === undefined) return 'not sent';
    sent.add(password);
    keepNewest(sent);
    try {
      const answer = await counted(authenticate(redis, username, password, signal));
      if (answer === 'no password configured') failed();
      return answer;
    } catch (error) {
      // A server without room for another client refuses it before it reads AUTH.
      if (error instanceof RedisError && error.prefix !== undefined && error.failure !== 'maxclients') failed();
      throw error;
    }
  }
}

function keepNewest<T>(passwords: Set<T>): void {
  for (const old of [...passwords].slice(0, -MAX_PASSWORDS)) passwords.delete(old);
}
