import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redisServer, SERVER_RELEASE } from '../../dev/redis.ts';
import type { Cause } from '../../src/model/cache.ts';
import { createTarget } from '../../src/redis/connection/connect.ts';
import { readServerCounters } from '../../src/redis/replies/server-counters.ts';
import { type CounterSnapshot, deltaBetween, increasesIn } from '../../src/verdict/growth.ts';
import { judge } from '../../src/verdict/judge.ts';
import { lacks } from '../support/lacks.ts';
import { quietSignals } from '../support/quiet-signals.ts';
import { type RunningRedis, startRedis } from '../support/redis.ts';
import { targetConfig } from '../support/target.ts';

const never = new AbortController().signal;

/** A client that sends some lines and reads what it is answered. */
function send(port: number, ...lines: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let heard = '';
    socket.on('data', (data) => {
      heard += data;
    });
    socket.once('error', reject).once('close', () => resolve(heard));
    socket.write([...lines, 'QUIT', ''].join('\r\n'));
  });
}

for (const release of SERVER_RELEASE) {
  describe.skipIf(await lacks(() => redisServer(release, () => undefined)))(`what ${release} shows of an outage`, () => {
    let redis: RunningRedis;
    let target: ReturnType<typeof createTarget>;

    beforeAll(async () => {
      redis = await startRedis({ release });
      target = createTarget(targetConfig(redis.url, { password: 'one that the server does not have' }));
    });
    afterAll(() => redis.stop());

    async function snapshot(): Promise<CounterSnapshot> {
      const counters = readServerCounters(await redis.command('INFO', 'all'));
      const { WRONGPASS, NOAUTH, NOPERM, logins } = target.own;
      return { at: performance.now(), counters, own: { WRONGPASS, NOAUTH, NOPERM, logins } };
    }

    /** The cause of an outage in which nothing is written, by what the server shows of what happens meanwhile. */
    async function causeOf(happens: () => Promise<unknown>): Promise<{ cause: Cause; evidence: string; logins: number | undefined }> {
      const before = await snapshot();
      await happens();
      const after = await snapshot();
      const during = deltaBetween(before, after);
      if (during === undefined) throw new Error('The counters cannot be compared.');
      const good = [{ during: { seconds: 60, by: {} } }];
      const judged = judge(
        [{ route: 'completions', outcome: 'miss_not_written', key: 'absent' }],
        quietSignals({ deltas: during.by, increases: increasesIn({ during }, good), server: after.counters.state }),
      );
      return { ...judged, logins: during.by.logins };
    }

    it('is redis_auth where it has no password and is sent one, without what the exporter sends', async () => {
      const { cause, logins, evidence } = await causeOf(async () => {
        for (let own = 0; own < 5; own += 1) (await target.open(target.credential, never)).disconnect();
        for (let other = 0; other < 4; other += 1) expect(await send(redis.port, 'AUTH somepassword')).toMatch(/^-ERR .*password/);
      });
      expect([cause, logins], evidence).toEqual(['redis_auth', 4]);
      expect(target.own.logins).toBe(5);
    });

    it('is none where only the exporter is refused', async () => {
      const { cause, logins } = await causeOf(async () => {
        for (let own = 0; own < 5; own += 1) (await target.open(target.credential, never)).disconnect();
      });
      expect([cause, logins]).toEqual(['undetermined', 0]);
    });

    it.each([
      ['a wrong password', 'redis_auth', ['AUTH litellm wrong']],
      ['a wrong password by HELLO', 'redis_auth', ['HELLO 3 AUTH litellm wrong']],
      ['a user without rights', 'redis_permission', ['AUTH poor poor', 'GET a', 'SET a b']],
      ['a key of another type and a script that is not known', 'undetermined', ['EVALSHA abc 0', 'LPUSH list a', 'GET list']],
    ] as const)('is told by its counters: %s', async (_, expected, lines) => {
      await redis.command('ACL', 'SETUSER', 'poor', 'on', '>poor', '-@all', '+auth');
      const { cause, evidence } = await causeOf(async () => {
        for (let time = 0; time < 4; time += 1) await send(redis.port, ...lines);
      });
      expect(cause, evidence).toBe(expected);
    });

    it('is redis_out_of_memory where it is full and has nothing to evict, whoever is refused besides', async () => {
      await redis.command('SET', 'without-ttl', 'x');
      for (const policy of ['noeviction', 'volatile-lru', 'volatile-ttl']) {
        await redis.command('CONFIG', 'SET', 'maxmemory-policy', policy);
        await redis.command('CONFIG', 'SET', 'maxmemory', '1');
        const noisy = await causeOf(async () => {
          for (let time = 0; time < 30; time += 1) await send(redis.port, 'AUTH poor poor', 'GET a');
        });
        expect(noisy.cause, `${policy}: ${noisy.evidence}`).toBe('redis_out_of_memory');
      }
      await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
      expect((await causeOf(async () => undefined)).cause).toBe('undetermined');
      await redis.command('CONFIG', 'SET', 'maxmemory', '0');
    });

    it('is redis_read_only while it is a replica that takes no writes, and only then', async () => {
      await redis.command('REPLICAOF', '127.0.0.1', '1');
      expect((await causeOf(async () => undefined)).cause).toBe('redis_read_only');
      await redis.command('CONFIG', 'SET', 'replica-read-only', 'no');
      expect((await causeOf(async () => undefined)).cause).toBe('undetermined');
      await redis.command('CONFIG', 'SET', 'replica-read-only', 'yes');
      await redis.command('REPLICAOF', 'NO', 'ONE');
      expect((await causeOf(async () => undefined)).cause).toBe('undetermined');
    });

    it('is told without a cause where writes are refused because replicas are missing', async () => {
      await redis.command('CONFIG', 'SET', 'min-replicas-to-write', '1');
      const { cause, evidence } = await causeOf(async () => {
        for (let time = 0; time < 4; time += 1) await send(redis.port, 'SET a b');
      });
      await redis.command('CONFIG', 'SET', 'min-replicas-to-write', '0');
      expect(cause).toBe('undetermined');
      expect(evidence).toMatch(/^Redis refused 4 writes because it has too few replicas \(NOREPLICAS\)/);
    });

    it('cannot be compared across CONFIG RESETSTAT', async () => {
      for (let time = 0; time < 4; time += 1) await send(redis.port, 'PING');
      await expect(causeOf(() => redis.command('CONFIG', 'RESETSTAT'))).rejects.toThrow('cannot be compared');
    });
  });
}
