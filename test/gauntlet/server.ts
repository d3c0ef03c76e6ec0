import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { Mapping } from '../../dev/merge.ts';
import { freePort } from '../../dev/process.ts';
import { type RunningRedis, type ServerRelease, startRedis } from '../../dev/redis.ts';
import { type Certificate, certificateAuthority } from '../support/certificates.ts';
import { type Passwords, type User, usersOf } from './users.ts';

/** The one release of the stack that can speak TLS. */
export const REDIS = '7.0.15';

/** The release of a node of a cluster. */
export const CLUSTER = '8.2.3';

/** The servers that faults are run on. The wheels of Valkey and of the cluster bring one without TLS. */
export const SERVER = ['redis', 'valkey', 'cluster'] as const;
export type ServerName = (typeof SERVER)[number];
export const SERVER_OF: Readonly<Record<ServerName, { release: ServerRelease; title: string; tls: boolean }>> = {
  redis: { release: REDIS, title: `Redis ${REDIS}`, tls: true },
  valkey: { release: 'valkey-9.1.2', title: 'Valkey 9.1.2', tls: false },
  cluster: { release: CLUSTER, title: `Redis Cluster ${CLUSTER} of three masters and three replicas`, tls: false },
};

/** The Redis of the standard gateway, which goes and comes back at the same address. Of a cluster all nodes are meant. */
export interface Server {
  port: number;
  tlsPort: number;
  /** The certificate of the authority that signed its own. */
  ca: Certificate;
  /** The ports of everything that runs or will run again; of a cluster those of its nodes. */
  ports: readonly number[];
  /** Where its data set lies; of a cluster where those of its nodes lie. */
  dirs: readonly string[];
  passwords: Passwords;
  /** Where the exporter finds it, as the configuration names it. */
  target: Mapping;
  /** Where a gateway finds it, as the settings of its cache name it, beside port, user and password. */
  cacheParams?: Mapping;
  /** LiteLLM from 1.104 on takes seconds for /cache/ping before a cluster and lets every other request wait meanwhile. */
  pingStalls?: true;
  /** The processes that run now and keep what a gateway writes: the one, or the masters of a cluster. */
  masters(): Promise<readonly RunningRedis[]>;
  /** What the name of a key has to hold so that this master keeps it; only of a cluster. */
  tagOf?(master: RunningRedis): Promise<string>;
  /** With all rights, over a connection that is kept. Every node of a cluster is sent it; a replica may refuse to write. */
  command(...args: [string, ...(string | number)[]]): Promise<unknown>;
  /** The same over a connection of its own, for when the other one is busy. */
  aside(...args: [string, ...(string | number)[]]): Promise<unknown>;
  /** Cuts the connections of users. */
  cut(...users: readonly (User | 'default')[]): Promise<void>;
  /** Freezes it: connections are accepted by the kernel and nothing is answered. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
  /** Starts it again, with its data set if it was saved. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** What lets faults of loading be brought about, and a replica begin at once. */
export const DEBUGGED = [
  ...['--enable-debug-command', 'yes', '--repl-diskless-sync-delay', '0'],
  ...['--loading-process-events-interval-bytes', '20000', '--rdbcompression', 'no'],
] as const;

/** Sends one command to a port over a connection of its own, as a user with all rights. */
export async function sendAside(
  port: number,
  { gauntlet }: Passwords,
  [name, ...rest]: readonly [string, ...(string | number)[]],
): Promise<unknown> {
  const client = new Redis({ port, username: 'gauntlet', password: gauntlet, enableReadyCheck: false, lazyConnect: true });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await client.call(name, ...rest);
  } finally {
    client.disconnect();
  }
}

/** Starts a server that listens without TLS and, where it can, with it. */
export async function startServer(name: Exclude<ServerName, 'cluster'> = 'redis'): Promise<Server> {
  const { release, tls } = SERVER_OF[name];
  const dir = await mkdtemp(join(tmpdir(), 'lce-gauntlet-redis-'));
  const [port, tlsPort] = [await freePort(), await freePort()];
  const ca = certificateAuthority(dir, 'authority');
  const own = ca.sign('server');
  const users = usersOf(release);
  const args = [
    ...DEBUGGED,
    ...(tls ? ['--tls-port', String(tlsPort), '--tls-auth-clients', 'no'] : []),
    ...(tls ? ['--tls-cert-file', own.certFile, '--tls-key-file', own.keyFile, '--tls-ca-cert-file', ca.certFile] : []),
    ...users.args,
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
    ports: [port],
    dirs: [dir],
    passwords: users.passwords,
    target: { url: `redis://127.0.0.1:${port}` },
    masters: async () => [running()],
    command: (...command) => running().command(...command),
    aside: (...command) => sendAside(port, users.passwords, command),
    async cut(...names) {
      for (const user of names) await running().command('CLIENT', 'KILL', 'USER', user);
    },
    pause: () => running().pause(),
    resume: () => running().resume(),
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
