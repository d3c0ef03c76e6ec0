import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Results kept; a client that guesses cannot grow the memory, only push results out. */
const KEPT = 256;
/** Comparisons that may wait for one another; each takes tens of milliseconds of a core, or more. */
const WAITING = 8;

/** `busy`: so many logins are being checked that this one was not. */
export type Admission = 'admitted' | 'refused' | 'busy';

/** Checks logins against tables of bcrypt hashes by user. */
export interface Passwords {
  /** Whether an `Authorization` header names a user of the table with its password (RFC 7617). */
  admit(authorization: string | undefined, users: ReadonlyMap<string, string>): Promise<Admission>;
}

/**
 * Basic authentication. Results are kept by the SHA-256 of user, hash and password, so that a scrape
 * does not pay for bcrypt each time. An unknown user costs the same as a wrong password. Comparisons run
 * one after another, each in a thread: in this one they would hold up the timing of probes.
 */
export function createPasswords(): Passwords {
  const results = new Map<string, Promise<boolean>>();
  let last: Promise<void> = Promise.resolve();
  let waiting = 0;

  function compareInTurn(password: string, hash: string): Promise<boolean> {
    waiting += 1;
    const result = last
      .then(() => compareInThread(password, hash))
      .finally(() => {
        waiting -= 1;
      });
    last = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  function keep(key: string, result: Promise<boolean>): void {
    // The end of the map is what was asked for last; the beginning is what may go.
    results.delete(key);
    results.set(key, result);
    const oldest = results.keys().next();
    if (results.size > KEPT && !oldest.done) results.delete(oldest.value);
  }

  return {
    async admit(authorization, users) {
      const login = readBasic(authorization);
      // Another user's hash is as slow to compare as one's own; the result does not count.
      const hash = users.get(login?.user ?? '') ?? users.values().next().value;
      if (login === undefined || hash === undefined) return 'refused';
      const key = createHash('sha256')
        .update(JSON.stringify([login.user, hash, login.password]))
        .digest('base64');
      let result = results.get(key);
      if (result === undefined) {
        if (waiting >= WAITING) return 'busy';
        result = compareInTurn(login.password, hash);
        result.then(undefined, () => results.delete(key));
      }
      keep(key, result);
      return (await result) && users.has(login.user) ? 'admitted' : 'refused';
    },
  };
}

/** User and password of a header of the Basic scheme; undefined for anything else. */
export function readBasic(header: string | undefined): { user: string; password: string } | undefined {
  const credentials = /^basic +([A-Za-z0-9+/_-]+={0,2}) *$/i.exec(header ?? '')?.[1];
  if (credentials === undefined) return undefined;
  const text = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

async function compareInThread(password: string, hash: string): Promise<boolean> {
  const file = import.meta.url.endsWith('.ts') ? './bcrypt-worker.ts' : './bcrypt-worker.js';
  const worker = new Worker(new URL(file, import.meta.url), { workerData: { password, hash }, env: {}, execArgv: [] });
  const [fits] = await once(worker, 'message');
  return fits === true;
}
