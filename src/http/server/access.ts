import type { ServerOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { ClientAuth } from '../../config/web/schema.ts';
import { fingerprint, loadWebConfig, type WebConfig } from '../../config/web/web-config.ts';
import type { Log } from '../../model/tick.ts';
import { createPasswords, type LoginResult } from './passwords.ts';
import { createRateLimit } from './rate-limit.ts';

/** The web config file cannot be used; the message has one problem per line, for people. */
export class WebConfigError extends Error {
  override readonly name = 'WebConfigError';
}

/** What the web config file asks of connections and requests, as the file is now. */
export interface AccessPolicy {
  /** What an HTTPS server starts with; undefined for plain HTTP. */
  readonly tls: ServerOptions | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Reads the files again when one of them changed; calls back with certificates to use from now on. Takes no longer than a second. */
  refresh(renew: (options: ServerOptions) => void): Promise<void>;
  /** Whether a connection may be used, going by its client certificate. */
  checkCertificate(socket: TLSSocket): boolean;
  /**
   * Whether a request is within `rate_limit`, by whether it came with a key that is right. The others count apart, so that they
   * leave those all of theirs.
   */
  allows(key: 'right' | 'wrong'): boolean;
  /** Whether a request may pass; `from` is the address of its client. */
  authenticate(authorization: string | undefined, from: string | undefined): Promise<LoginResult | 'limited'>;
}

/** The longest that a connection or a request waits for the files to be looked at, milliseconds. */
const MAX_REFRESH_MS = 1_000;

/** Whether a client certificate is asked for at all, for each way to treat it. */
const REQUESTS_CERTIFICATE: Readonly<Record<ClientAuth, boolean>> = {
  NoClientCert: false,
  RequestClientCert: true,
  RequireAnyClientCert: true,
  VerifyClientCertIfGiven: true,
  RequireAndVerifyClientCert: true,
};

/**
 * Creates the policy of a web config file; without one every request passes. Throws WebConfigError when it cannot be used. A
 * file that turns bad later changes nothing and is logged once per change; neither do changes that need
 * another kind of server, which wait for a restart. A file that asks for nothing any more counts as bad:
 * it is empty while it is being written, and must not let every client in meanwhile. Without `login` users in the file are a
 * problem: there is another way to log in.
 */
export async function createAccessPolicy(path: string | undefined, log: Log, login = true): Promise<AccessPolicy> {
  const passwords = createPasswords();
  const rates = { right: createRateLimit(), wrong: createRateLimit() };
  const inTurn = createSerialCheck();
  let files: readonly string[] = path === undefined ? [] : [path];
  let seen = '';
  let current: WebConfig = { headers: {}, users: new Map(), ignored: [] };

  async function load(file: string): Promise<readonly string[]> {
    seen = await fingerprint(files);
    const result = await loadWebConfig(file);
    if (result.files.join() !== files.join()) {
      files = result.files;
      seen = await fingerprint(files);
    }
    if ('problems' in result) return result.problems;
    if (!login && result.config.users.size > 0) return [`${file}: basic_auth_users cannot be used here; clients send a key instead`];
    if (asksForNothing(result.config) && !asksForNothing(current)) return [`${file} asks for nothing any more`];
    current = result.config;
    if (current.ignored.length > 0) log.info({ file, settings: current.ignored }, 'Settings of the web config file have no effect here');
    return [];
  }

  const problems = path === undefined ? [] : await load(path);
  if (problems.length > 0) throw new WebConfigError(problems.join('\n'));
  const started = current.tls;

  async function renewed(file: string, renew: (options: ServerOptions) => void): Promise<void> {
    if ((await fingerprint(files)) === seen) return;
    const reasons = await load(file);
    if (reasons.length > 0) {
      log.error({ file, problems: reasons }, 'The web config file changed and cannot be used; the previous one stays in force');
      return;
    }
    log.info({ file }, 'The web config file was read again');
    if ((started === undefined) !== (current.tls === undefined)) {
      log.warn({ file }, 'TLS was switched on or off in the web config file; this takes effect after a restart');
    } else if (started !== undefined && current.tls !== undefined) {
      renew(current.tls.context);
      if (REQUESTS_CERTIFICATE[started.clientAuth] !== REQUESTS_CERTIFICATE[current.tls.clientAuth]) {
        log.warn(
          { file },
          'Client certificates were switched on or off in the web config file; asking for them takes effect after a restart',
        );
      }
    }
  }

  return {
    tls: started && {
      ...started.context,
      requestCert: REQUESTS_CERTIFICATE[started.clientAuth],
      // Decided by checkCertificate(), which knows the policy as it is now.
      rejectUnauthorized: false,
      handshakeTimeout: 10_000,
    },
    get headers() {
      return current.headers;
    },
    refresh: (renew) => (path === undefined ? Promise.resolve() : inTurn(() => renewed(path, renew))),
    checkCertificate(socket) {
      const clientAuth = (current.tls ?? started)?.clientAuth ?? 'NoClientCert';
      const given = Object.keys(socket.getPeerCertificate() ?? {}).length > 0;
      return isCertificateAccepted(clientAuth, given, socket.authorized);
    },
    allows: (key) => rates[key].allows(current.rateLimit),
    authenticate: async (authorization, from) => {
      if (!rates.right.allows(current.rateLimit)) return 'limited';
      return current.users.size === 0 ? 'admitted' : passwords.check(authorization, current.users, from);
    },
  };
}

/**
 * Runs a check of files so that none overlaps another, and a call during a check gets the result of the
 * next one. A file system that does not answer delays a caller by MAX_REFRESH_MS at most.
 */
function createSerialCheck(): (check: () => Promise<void>) => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const run = (check: () => Promise<void>): Promise<void> => {
    next = undefined;
    running = check().finally(() => {
      running = undefined;
    });
    return running;
  };
  return (check) => {
    if (running === undefined && next === undefined) return withinLimit(run(check));
    next ??= (running ?? Promise.resolve()).then(
      () => run(check),
      () => run(check),
    );
    return withinLimit(next);
  };
}

async function withinLimit(check: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, MAX_REFRESH_MS);
  });
  await Promise.race([check, limit]);
  clearTimeout(timer);
}

function asksForNothing({ tls, users, rateLimit }: WebConfig): boolean {
  return tls === undefined && users.size === 0 && rateLimit === undefined;
}

/** Whether a client is let in, going by whether it gave a certificate and whether that one verifies. */
export function isCertificateAccepted(clientAuth: ClientAuth, given: boolean, verified: boolean): boolean {
  switch (clientAuth) {
    case 'NoClientCert':
    case 'RequestClientCert':
      return true;
    case 'RequireAnyClientCert':
      return given;
    case 'VerifyClientCertIfGiven':
      return !given || verified;
    case 'RequireAndVerifyClientCert':
      return given && verified;
  }
}
