import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../dev/process.ts';
import { type RunningRedis, type ServerRelease, startRedis } from '../../dev/redis.ts';
import { aclRules } from '../../src/collectors/acl/acl.ts';
import { type Certificate, certificateAuthority } from '../support/certificates.ts';

/** The one release of the stack that can speak TLS. */
export const REDIS = '7.0.15';

/** The servers that faults are run on. The wheel of Valkey brings one without TLS. */
export const SERVER = ['redis', 'valkey'] as const;
export type ServerName = (typeof SERVER)[number];
export const SERVER_OF: Readonly<Record<ServerName, { release: ServerRelease; title: string; tls: boolean }>> = {
  redis: { release: REDIS, title: `Redis ${REDIS}`, tls: true },
  valkey: { release: 'valkey-9.1.2', title: 'Valkey 9.1.2', tls: false },
};

/** The users of the server beside the default one, which has a password, too, that nobody is told. */
const USERS = ['litellm', 'exporter', 'noise', 'gauntlet'] as const;
type User = (typeof USERS)[number];

/** The Redis of the standard gateway, which goes and comes back at the same address. */
export interface Server {
  port: number;
  tlsPort: number;
  /** The certificate of the authority that signed its own. */
  ca: Certificate;
  /** Where its data set lies. */
  dir: string;
  passwords: Readonly<Record<User, string>>;
  /** The process that runs now. */
  redis(): RunningRedis;
  /** With all rights, over a connection that is kept. */
  command(...args: [string, ...(string | number)[]]): Promise<unknown>;
  /** The same over a connection of its own, for when the other one is busy. */
  aside(...args: [string, ...(string | number)[]]): Promise<unknown>;
  /** Cuts the connections of users. */
  cut(...users: readonly (User | 'default')[]): Promise<void>;
  stop(): Promise<void>;
  /** Starts it again, with its data set if it was saved. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a server that listens without TLS and, where it can, with it. */
export async function startServer(name: ServerName = 'redis'): Promise<Server> {
  const { release, tls } = SERVER_OF[name];
  const dir = await mkdtemp(join(tmpdir(), 'lce-gauntlet-redis-'));
  const [port, tlsPort] = [await freePort(), await freePort()];
  const ca = certificateAuthority(dir, 'authority');
  const own = ca.sign('server');
  const secret = () => randomBytes(12).toString('hex');
  const passwords = { litellm: secret(), exporter: secret(), noise: secret(), gauntlet: secret() };
  const all = ['~*', '&*', '+@all'];
  const rules: Readonly<Record<User, readonly string[]>> = {
    litellm: ['on', ...all],
    exporter: aclRules(release),
    // What it sends is refused, whatever it is.
    noise: ['on', '-@all', '+auth'],
    gauntlet: ['on', ...all],
  };
  const args = [
    ...['--requirepass', secret(), '--enable-debug-command', 'yes', '--repl-diskless-sync-delay', '0'],
    ...['--loading-process-events-interval-bytes', '20000', '--rdbcompression', 'no'],
    ...(tls ? ['--tls-port', String(tlsPort), '--tls-auth-clients', 'no'] : []),
    ...(tls ? ['--tls-cert-file', own.certFile, '--tls-key-file', own.keyFile, '--tls-ca-cert-file', ca.certFile] : []),
    ...USERS.flatMap((user) => ['--user', user, ...rules[user], `>${passwords[user]}`]),
  ];
  const start = () => startRedis({ release, port, dir, args, progress: () => undefined });
  let redis: RunningRedis | undefined = await start();

  function running(): RunningRedis {
    if (redis === undefined) throw new Error('The Redis of the gauntlet does not run.');
    return redis;
  }

  return {
    port,
    tlsPort,
    ca,
    dir,
    passwords,
    redis: running,
    command: (...command) => running().command(...command),
    async aside(name, ...rest) {
      const client = new Redis({ port, username: 'gauntlet', password: passwords.gauntlet, enableReadyCheck: false, lazyConnect: true });
      client.on('error', () => undefined);
      try {
        await client.connect();
        return await client.call(name, ...rest);
      } finally {
        client.disconnect();
      }
    },
    async cut(...users) {
      for (const user of users) await running().command('CLIENT', 'KILL', 'USER', user);
    },
    async stop() {
      await running().stop();
      redis = undefined;
    },
    async start() {
      redis ??= await start();
    },
    async close() {
      await redis?.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
