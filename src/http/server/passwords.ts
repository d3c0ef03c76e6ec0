import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Right logins kept: with those of the table itself there are no more. */
const MAX_ACCEPTED_LOGINS = 256;
/** Wrong logins kept, and logins that were turned away; a client that guesses cannot grow the memory, only push results out. */
const MAX_REJECTED_LOGINS = 4_096;
/** Logins that may wait for their comparison; each takes tens of milliseconds of a core, or more. */
const MAX_WAITING_LOGINS = 16;

/** `busy`: so many logins are being checked that this one was not. */
export type LoginResult = 'admitted' | 'refused' | 'busy';

/** Checks logins against tables of bcrypt hashes by user. */
export interface Passwords {
  /** Whether an `Authorization` header names a user of the table with its password (RFC 7617). `from` is the address of the client. */
  check(authorization: string | undefined, users: ReadonlyMap<string, string>, from?: string): Promise<LoginResult>;
}

interface Login {
  key: string;
  from: string;
  password: string;
  hash: string;
  /** How often it was turned away before. */
  tries: number;
  result: Promise<boolean | 'busy'>;
  settle(result: boolean | 'busy'): void;
}

/**
 * Basic authentication. Results are kept by the SHA-256 of user, hash and password, so that a scrape
 * does not pay for bcrypt each time. An unknown user costs the same as a wrong password. Comparisons run
 * one after another in a thread: in this one they would hold up the timing of probes.
 *
 * Guesses cannot keep a right login out, although only bcrypt tells them apart: where there is no room, the client
 * that has most logins waiting loses one of them, by chance; and a login that comes again after it was turned
 * away, as that of a scraper does and a guess does not, goes first.
 */
export function createPasswords(compare: (password: string, hash: string) => Promise<boolean> = createComparer()): Passwords {
  const right = new Set<string>();
  const wrong = new Set<string>();
  const turnedAway = new Map<string, number>();
  const waiting = new Map<string, Login>();
  let comparing: Login | undefined;

  async function work(): Promise<void> {
    while (comparing === undefined && waiting.size > 0) {
      const login = [...waiting.values()].reduce((first, other) => (other.tries > first.tries ? other : first));
      waiting.delete(login.key);
      turnedAway.delete(login.key);
      comparing = login;
      // A comparison that broke off says nothing of the login: it may come again.
      const fits = await compare(login.password, login.hash).catch(() => 'busy' as const);
      if (fits !== 'busy') keep(fits ? right : wrong, login.key, fits ? MAX_ACCEPTED_LOGINS : MAX_REJECTED_LOGINS);
      comparing = undefined;
      login.settle(fits);
    }
  }

  /** Turns one away of those that wait and were turned away least often, from the client that has most of them. */
  function makeRoom(): void {
    if (waiting.size <= MAX_WAITING_LOGINS) return;
    const logins = [...waiting.values()];
    const fewest = Math.min(...logins.map(({ tries }) => tries));
    const weakest = logins.filter(({ tries }) => tries === fewest);
    const count = (from: string) => weakest.filter((login) => login.from === from).length;
    const most = Math.max(...weakest.map(({ from }) => count(from)));
    const candidates = weakest.filter(({ from }) => count(from) === most);
    const loser = candidates[Math.floor(Math.random() * candidates.length)];
    if (loser === undefined) return;
    waiting.delete(loser.key);
    keepCount(loser.key, loser.tries + 1);
    loser.settle('busy');
  }

  function keepCount(key: string, tries: number): void {
    turnedAway.delete(key);
    turnedAway.set(key, tries);
    const oldest = turnedAway.keys().next();
    if (turnedAway.size > MAX_REJECTED_LOGINS && !oldest.done) turnedAway.delete(oldest.value);
  }

  function ask(key: string, from: string, password: string, hash: string): Promise<boolean | 'busy'> {
    const same = comparing?.key === key ? comparing : waiting.get(key);
    if (same !== undefined) return same.result;
    const tries = turnedAway.get(key) ?? 0;
    let settle: Login['settle'] = () => {};
    const result = new Promise<boolean | 'busy'>((resolve) => {
      settle = resolve;
    });
    waiting.set(key, { key, from, password, hash, tries, settle, result });
    makeRoom();
    void work();
    return result;
  }

  return {
    async check(authorization, users, from = '') {
      const login = readBasic(authorization);
      // Another user's hash is as slow to compare as one's own; the result does not count.
      const hash = users.get(login?.user ?? '') ?? users.values().next().value;
      if (login === undefined || hash === undefined) return 'refused';
      const key = createHash('sha256')
        .update(JSON.stringify([login.user, hash, login.password]))
        .digest('base64');
      const known = right.has(key) || (wrong.has(key) ? false : undefined);
      if (known !== undefined) keep(known ? right : wrong, key, known ? MAX_ACCEPTED_LOGINS : MAX_REJECTED_LOGINS);
      const fits = known ?? (await ask(key, from, login.password, hash));
      if (fits === 'busy') return 'busy';
      return fits && users.has(login.user) ? 'admitted' : 'refused';
    },
  };
}

/** The end of a set is what was asked for last; the beginning is what may go. */
function keep(set: Set<string>, key: string, most: number): void {
  set.delete(key);
  set.add(key);
  const oldest = set.keys().next();
  if (set.size > most && !oldest.done) set.delete(oldest.value);
}

/** User and password of a header of the Basic scheme; undefined for anything else. */
export function readBasic(header: string | undefined): { user: string; password: string } | undefined {
  const credentials = /^basic +([A-Za-z0-9+/_-]+={0,2}) *$/i.exec(header ?? '')?.[1];
  if (credentials === undefined) return undefined;
  const text = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** How long the thread waits for another comparison before it ends, milliseconds. */
const WORKER_IDLE_MS = 30_000;

/** Compares passwords with bcrypt hashes in one thread, which runs while there is something to compare. */
function createComparer(): (password: string, hash: string) => Promise<boolean> {
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;

  function started(): Worker {
    const file = import.meta.url.endsWith('.ts') ? './bcrypt-worker.ts' : './bcrypt-worker.js';
    const thread = new Worker(new URL(file, import.meta.url), { env: {}, execArgv: [] });
    const over = () => {
      if (worker === thread) worker = undefined;
    };
    thread.on('error', over).on('exit', over).unref();
    return thread;
  }

  return async (password, hash) => {
    clearTimeout(idle);
    worker ??= started();
    const thread = worker;
    const over = new AbortController();
    thread.once('exit', () => over.abort());
    thread.postMessage({ password, hash });
    const [fits] = await once(thread, 'message', { signal: over.signal });
    idle = setTimeout(() => void thread.terminate(), WORKER_IDLE_MS).unref();
    return fits === true;
  };
}
