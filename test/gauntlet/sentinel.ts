import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort, startProcess, waitUntilReady } from '../../dev/process.ts';
import { redisServer, startRedis } from '../../dev/redis.ts';
import { eventually } from '../support/eventually.ts';
import { REDIS } from './server.ts';

/** A master and a replica, and a Sentinel that makes them change places. */
export interface SentinelSet {
  master: string;
  port: number;
  /** The password of the Redis servers; the Sentinel has none. */
  password: string;
  /** Lets the Sentinel make the replica the master. The old one is told some ten seconds later. */
  failover(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a set without persistence. */
export async function startSentinelSet(): Promise<SentinelSet> {
  const password = 'the password of both';
  const both = ['--requirepass', password, '--masterauth', password, '--repl-diskless-sync-delay', '0'];
  const first = await startRedis({ release: REDIS, args: both });
  const second = await startRedis({ release: REDIS, args: [...both, '--replicaof', '127.0.0.1', String(first.port)] });
  const servers = [first, second];
  const [dir, port] = [await mkdtemp(join(tmpdir(), 'lce-gauntlet-sentinel-')), await freePort()];
  const file = join(dir, 'sentinel.conf');
  const lines = [
    'bind 127.0.0.1',
    `port ${port}`,
    `sentinel monitor cache 127.0.0.1 ${first.port} 1`,
    `sentinel auth-pass cache "${password}"`,
    'sentinel down-after-milliseconds cache 1000',
    'sentinel failover-timeout cache 3000',
  ];
  await writeFile(file, lines.join('\n'));
  const program = await redisServer(REDIS, () => undefined);
  const child = startProcess(program, [file, '--sentinel'], { cwd: dir, env: { PATH: process.env.PATH ?? '' } });
  await waitUntilReady('The Sentinel', child, 10_000, async () => child.log().includes('+slave'));
  return {
    master: 'cache',
    port,
    password,
    async failover() {
      const client = new Redis({ port, enableReadyCheck: false, disableClientInfo: true });
      const address = async () => String(await client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'cache'));
      const before = await address();
      // Refused while the one before is under way, and until the replica has caught up.
      await eventually(() => client.call('SENTINEL', 'FAILOVER', 'cache'), 30_000);
      await eventually(async () => (await address()) !== before, 10_000);
      client.disconnect();
    },
    async close() {
      await child.stop();
      for (const server of servers) await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
