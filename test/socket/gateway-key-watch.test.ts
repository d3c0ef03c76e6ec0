import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redisServer, SERVER_RELEASE } from '../../dev/redis.ts';
import { createTarget } from '../../src/redis/connection/connect.ts';
import type { Target } from '../../src/redis/connection/target.ts';
import { instanceOf, newProbe } from '../../src/redis/probe-keys/names.ts';
import { createKeyWatch, type KeyWatch } from '../../src/redis/probe-keys/watch.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { eventually } from '../support/eventually.ts';
import { lacks } from '../support/lacks.ts';
import { type RunningRedis, startRedis } from '../support/redis.ts';
import { targetConfig } from '../support/target.ts';

const HASH = 'a'.repeat(64);
const never = new AbortController().signal;

/** The key that a gateway with this namespace stores for a probe. */
function keyOf(probe: string, namespace?: string): string {
  return `${namespace === undefined ? '' : `${namespace}:`}${probe}:${HASH}`;
}

/** The clock of the system, set forward by some milliseconds. */
function laterClock() {
  let ahead = 0;
  const later = (milliseconds: number) => {
    ahead += milliseconds;
  };
  return { ...systemClock, monotonic: () => systemClock.monotonic() + ahead, later };
}

/** DEBUG is off by default from 7.0 on. */
function debugging(release: string): string[] {
  return release === '6.2.14' ? [] : ['--enable-debug-command', 'yes'];
}

for (const release of SERVER_RELEASE) {
  describe.skipIf(await lacks(() => redisServer(release, () => undefined)))(`the keys of probes in Redis ${release}`, () => {
    let redis: RunningRedis;
    const open: KeyWatch[] = [];

    beforeAll(async () => {
      const rights =
        '~* resetchannels &__redis__:invalidate +info +ping +select +exists +pttl +client|id +client|tracking +subscribe'.split(' ');
      redis = await startRedis({ release, args: [...debugging(release), '--user', 'exporter', 'on', '>secret', ...rights] });
    });
    afterAll(() => {
      for (const keys of open) keys.close();
    });

    async function watch(
      namespace: string | null | undefined,
      credentials = { username: 'exporter', password: 'secret' },
    ): Promise<{ keys: KeyWatch; target: Target }> {
      const target = createTarget(targetConfig(redis.url, credentials));
      target.auth = 'ok';
      const keys = createKeyWatch(target, systemClock);
      open.push(keys);
      await keys.connect(namespace, never);
      return { keys, target };
    }

    /** More writes of others than are listened to. */
    async function flood(): Promise<void> {
      for (const command of ["redis.call('SET', 'k' .. i, 1)", "redis.call('DEL', 'k' .. i)"])
        await redis.command('EVAL', `for i = 1, 12000 do ${command} end`, 0);
    }

    it('are announced at once, and found with their time to live', async () => {
      const { keys, target } = await watch('litellm');
      expect([keys.watching, keys.failure]).toEqual([true, undefined]);
      const waiting = keys.written('lce-probe-01', 5_000, never);
      const before = performance.now();
      await redis.command('SET', keyOf('lce-probe-01', 'litellm'), 'x', 'PX', '60000');
      const written = await waiting;
      expect(written).toMatchObject({ key: keyOf('lce-probe-01', 'litellm'), times: 1, flushed: false });
      expect(written?.at).toBeGreaterThanOrEqual(before);
      expect(written?.at).toBeLessThanOrEqual(performance.now());
      const look = await keys.inspect('lce-probe-01', undefined, true, never);
      expect(look.state).toBe('present');
      expect(look.ttlSeconds).toSatisfy((ttl: number) => ttl > 50 && ttl <= 60);
      expect(target.own).toMatchObject({ hits: 2, misses: 0 });
    });

    it('are found without the namespace, too, and without a time to live', async () => {
      const { keys } = await watch('litellm');
      await redis.command('SET', keyOf('lce-probe-02'), 'x');
      expect(await keys.written('lce-probe-02', 5_000, never)).toMatchObject({ key: keyOf('lce-probe-02') });
      expect(await keys.inspect('lce-probe-02', undefined, true, never)).toEqual({ state: 'present', ttlSeconds: undefined });
    });

    it('are found by the name that the gateway gives, under its namespace', async () => {
      const { keys, target } = await watch('litellm');
      await redis.command('SET', `litellm:${HASH}`, 'x');
      expect((await keys.inspect('lce-probe-03', HASH, true, never)).state).toBe('present');
      await redis.command('DEL', `litellm:${HASH}`);
      expect((await keys.inspect('lce-probe-03', HASH, true, never)).state).toBe('absent');
      expect(target.own).toMatchObject({ hits: 2, misses: 6 });
    });

    it('are announced of another database, where they are elsewhere', async () => {
      const { keys } = await watch(null);
      await redis.command('SELECT', '3');
      await redis.command('SET', keyOf('lce-probe-04'), 'x');
      await redis.command('SELECT', '0');
      expect(await keys.written('lce-probe-04', 5_000, never)).toBeDefined();
      expect((await keys.inspect('lce-probe-04', undefined, true, never)).state).toBe('other_database');
    });

    it('are absent, not elsewhere, when they were removed again', async () => {
      const { keys } = await watch(null);
      await redis.command('SET', keyOf('lce-probe-05'), 'x');
      await redis.command('DEL', keyOf('lce-probe-05'));
      expect(await eventually(async () => (await keys.written('lce-probe-05', 100, never))?.times === 2)).toBe(true);
      expect(await keys.inspect('lce-probe-05', undefined, true, never)).toEqual({ state: 'absent', lostAfterWrite: true });
    });

    it('are lost when they were removed and written again, and only then', async () => {
      const { keys } = await watch(null);
      const spokenOf = (probe: string, times: number) => eventually(async () => (await keys.written(probe, 100, never))?.times === times);
      await redis.command('SET', keyOf('lce-probe-0c'), 'x');
      await redis.command('SET', keyOf('lce-probe-0c'), 'x');
      await spokenOf('lce-probe-0c', 2);
      expect(await keys.inspect('lce-probe-0c', undefined, true, never)).toEqual({ state: 'present', ttlSeconds: undefined });
      await redis.command('SET', keyOf('lce-probe-0d'), 'x');
      await redis.command('DEL', keyOf('lce-probe-0d'));
      await redis.command('SET', keyOf('lce-probe-0d'), 'x');
      await spokenOf('lce-probe-0d', 3);
      expect(await keys.inspect('lce-probe-0d', undefined, true, never)).toMatchObject({ state: 'present', lostAfterWrite: true });
    });

    it('are absent when the look-up itself makes them expire', async () => {
      const { keys } = await watch(null);
      await redis.command('DEBUG', 'SET-ACTIVE-EXPIRE', '0');
      await redis.command('SET', keyOf('lce-probe-0e'), 'x', 'PX', '1');
      const over = performance.now() + 5;
      expect(await keys.written('lce-probe-0e', 5_000, never)).toMatchObject({ times: 1 });
      await eventually(() => performance.now() > over);
      const look = await keys.inspect('lce-probe-0e', undefined, true, never);
      await redis.command('DEBUG', 'SET-ACTIVE-EXPIRE', '1');
      expect(look).toEqual({ state: 'absent', lostAfterWrite: true });
    });

    it('are lost by a flush, where keys were found before', async () => {
      const { keys } = await watch(null);
      const lose = async (probe: string) => {
        await redis.command('SET', keyOf(probe), 'x');
        expect(await keys.written(probe, 5_000, never)).toMatchObject({ flushed: false });
        await redis.command('FLUSHALL');
        await eventually(async () => (await keys.written(probe, 100, never))?.flushed);
        return keys.inspect(probe, undefined, true, never);
      };
      expect(await lose('lce-probe-0f')).toEqual({ state: 'unknown' });
      await redis.command('SET', keyOf('lce-probe-10'), 'x');
      await keys.written('lce-probe-10', 5_000, never);
      expect((await keys.inspect('lce-probe-10', undefined, true, never)).state).toBe('present');
      expect(await lose('lce-probe-11')).toEqual({ state: 'absent', lostAfterWrite: true });
    });

    it('are absent when none is announced and the namespace is known, unknown otherwise', async () => {
      const { keys } = await watch(null);
      const start = performance.now();
      expect(await keys.written('lce-probe-06', 200, never)).toBeUndefined();
      expect(performance.now() - start).toBeGreaterThanOrEqual(195);
      expect((await keys.inspect('lce-probe-06', undefined, true, never)).state).toBe('absent');
      const { keys: unsure } = await watch(undefined);
      expect(unsure.watching).toBe(false);
      expect((await unsure.inspect('lce-probe-06', undefined, true, never)).state).toBe('unknown');
      expect((await unsure.inspect('lce-probe-06', HASH, true, never)).state).toBe('unknown');
    });

    it('are told apart in one message, whatever else it names', async () => {
      const { keys } = await watch(null);
      await redis.command('MSET', keyOf('lce-probe-07'), 'x', 'lce-probe-other', 'x', keyOf('lce-probe-08'), 'x');
      expect(await keys.written('lce-probe-07', 5_000, never)).toMatchObject({ key: keyOf('lce-probe-07') });
      expect(await keys.written('lce-probe-08', 5_000, never)).toMatchObject({ key: keyOf('lce-probe-08') });
    });

    it('are unknown to a user without the rights, never absent', async () => {
      await redis.command('ACL', 'SETUSER', 'poor', 'on', '>secret', '~*', '&*', '-@all', '+info');
      const { keys, target } = await watch(null, { username: 'poor', password: 'secret' });
      expect([keys.watching, keys.failure]).toEqual([false, 'noperm']);
      expect((await keys.inspect('lce-probe-09', HASH, true, never)).state).toBe('unknown');
      expect((await keys.inspect('lce-probe-09', undefined, true, never)).state).toBe('unknown');
      expect((await keys.counters(never))?.errors.NOPERM).toBeGreaterThan(0);
      expect(target.own.NOPERM).toBeGreaterThan(0);
    });

    it('tell an unknown namespace, once and to whoever sent the probe; then only their prefixes are watched', async () => {
      const { keys } = await watch(undefined);
      await keys.expect('lce-probe-0c', never);
      await redis.command('SET', keyOf('lce-probe-0d', 'another'), 'x');
      await redis.command('SET', keyOf('lce-probe-0c', 'team:litellm'), 'x');
      await eventually(() => keys.learnedNamespace !== undefined);
      expect(keys.learnedNamespace).toBe('team:litellm');
      expect(await keys.inspect('lce-probe-0c', undefined, true, never)).toMatchObject({ state: 'present' });
      await keys.connect(undefined, never);
      expect(keys.watching).toBe(true);
      const clients = String(await redis.command('CLIENT', 'LIST'));
      expect(clients).toMatch(/flags=[^ ]*B/);
      await redis.command('SET', keyOf('lce-probe-0e', 'team:litellm'), 'x');
      expect(await keys.written('lce-probe-0e', 5_000, never)).toBeDefined();
    });

    it('tell that there is no namespace also after all writes were listened to in vain', async () => {
      const { keys } = await watch(undefined);
      await flood();
      // The connection that heard of all writes ends, and the next round opens one that does not.
      await keys.expect('lce-probe-60', never);
      await eventually(async () => {
        await keys.connect(undefined, never);
        const clients = String(await redis.command('CLIENT', 'LIST', 'TYPE', 'pubsub'));
        return clients.includes('user=exporter');
      });
      expect(keys.learnedNamespace).toBeUndefined();
      await eventually(async () => {
        await keys.connect(undefined, never);
        await redis.command('SET', keyOf('lce-probe-60'), 'x');
        return keys.learnedNamespace === null;
      });
      await keys.expect('lce-probe-61', never);
      expect(keys.watching).toBe(true);
    });

    it('tell a namespace later where it was not told in time, and not before a minute has passed', async () => {
      const clock = laterClock();
      const target = createTarget(targetConfig(redis.url, { username: 'exporter', password: 'secret' }));
      target.auth = 'ok';
      const keys = createKeyWatch(target, clock);
      open.push(keys);
      await keys.connect(undefined, never);
      await flood();
      const told = async (probe: string) => {
        await keys.connect(undefined, never);
        await keys.expect(probe, never);
        await redis.command('SET', keyOf(probe, 'slow'), 'x');
        await keys.connect(undefined, never);
        await keys.inspect(probe, undefined, true, never);
        return keys.learnedNamespace;
      };
      for (const probe of ['lce-probe-62', 'lce-probe-63']) expect(await told(probe)).toBeUndefined();
      clock.later(60_000);
      await keys.connect(undefined, never);
      await keys.expect('lce-probe-64', never);
      await setTimeout(1_200);
      await redis.command('SET', keyOf('lce-probe-64', 'slow'), 'x');
      await eventually(() => keys.learnedNamespace === 'slow');
    });

    it('are not called absent under a namespace that another one may have followed: the next pair tells the new one', async () => {
      const { keys } = await watch(undefined);
      await keys.expect('lce-probe-20', never);
      await redis.command('SET', keyOf('lce-probe-20', 'before'), 'x');
      await eventually(() => keys.learnedNamespace === 'before');
      await keys.connect(undefined, never);
      await keys.expect('lce-probe-21', never);
      await redis.command('SET', keyOf('lce-probe-21', 'after'), 'x');
      expect(await keys.inspect('lce-probe-21', undefined, true, never)).toMatchObject({ state: 'unknown' });
      await keys.connect(undefined, never);
      await keys.expect('lce-probe-22', never);
      await redis.command('SET', keyOf('lce-probe-22', 'after'), 'x');
      await eventually(() => keys.learnedNamespace === 'after');
      expect(await keys.inspect('lce-probe-22', undefined, true, never)).toMatchObject({ state: 'present' });
    });

    it.each<[string, string | null | undefined]>([
      ['learnt', undefined],
      ['told long ago', 'kept'],
      ['none', null],
    ])('are absent where the namespace was %s, and nothing is written anywhere during a pair', async (_, known) => {
      const { keys } = await watch(known);
      const namespace = known === null ? undefined : 'kept';
      await keys.expect('lce-probe-23', never);
      await redis.command('SET', keyOf('lce-probe-23', namespace), 'x');
      if (known === undefined) await eventually(() => keys.learnedNamespace !== undefined);
      else await keys.written('lce-probe-23', 5_000, never);
      expect(await keys.inspect('lce-probe-23', undefined, true, never)).toMatchObject({ state: 'present' });
      const states = [];
      for (const probe of ['lce-probe-24', 'lce-probe-25', 'lce-probe-26']) {
        await keys.connect(known, never, false);
        await keys.expect(probe, never);
        await redis.command('SET', 'unrelated', 'x');
        states.push((await keys.inspect(probe, undefined, true, never)).state);
      }
      expect(states).toEqual(['unknown', 'absent', 'absent']);
      await keys.connect(known, never, false);
      await redis.command('SET', keyOf('lce-probe-27', namespace), 'x');
      expect(await keys.written('lce-probe-27', 5_000, never)).toBeDefined();
      expect(await keys.inspect('lce-probe-27', undefined, true, never)).toMatchObject({ state: 'present' });
    });

    it('stay unknown while not all of a pair was listened to, and are found again where they were', async () => {
      const { keys } = await watch('kept');
      await redis.command('SET', keyOf('lce-probe-30', 'kept'), 'x');
      await keys.written('lce-probe-30', 5_000, never);
      expect(await keys.inspect('lce-probe-30', undefined, true, never)).toMatchObject({ state: 'present' });
      await keys.connect('kept', never, false);
      await keys.expect('lce-probe-31', never);
      expect(await keys.inspect('lce-probe-31', undefined, true, never)).toMatchObject({ state: 'unknown' });
      expect(keys.doubts).toBe(true);
      await keys.listen(never);
      // Sent before, or not sent at all.
      for (const probe of ['lce-probe-31', undefined])
        expect(await keys.inspect(probe, undefined, true, never)).toMatchObject({ state: 'unknown' });
      await keys.expect('lce-probe-32', never);
      await flood();
      await eventually(() => keys.learnedNamespace === 'kept');
      // Others wrote more than was listened to: no such pair again before some time has passed.
      expect(keys.doubts).toBe(false);
      for (const probe of ['lce-probe-32', 'lce-probe-33']) {
        await keys.connect('kept', never, false);
        expect(await keys.inspect(probe, undefined, true, never)).toMatchObject({ state: 'unknown' });
      }
      await redis.command('SET', keyOf('lce-probe-34', 'kept'), 'x');
      await keys.written('lce-probe-34', 5_000, never);
      expect(await keys.inspect('lce-probe-34', undefined, true, never)).toMatchObject({ state: 'present' });
    });

    it('are told by one pair that was listened to at once, however long its model takes', async () => {
      const { keys } = await watch('kept');
      await redis.command('SET', keyOf('lce-probe-40', 'kept'), 'x');
      await keys.written('lce-probe-40', 5_000, never);
      expect(await keys.inspect('lce-probe-40', undefined, true, never)).toMatchObject({ state: 'present' });
      await keys.connect('kept', never, false);
      const doubtful = async (probe: string) => {
        await keys.expect(probe, never);
        expect(await keys.inspect(probe, undefined, true, never)).toMatchObject({ state: 'unknown' });
        expect(keys.doubts).toBe(true);
        await keys.listen(never);
      };
      await doubtful('lce-probe-41');
      await keys.expect('lce-probe-42', never);
      // Longer than what tells a namespace is listened to.
      await setTimeout(1_200);
      expect(await keys.inspect('lce-probe-42', undefined, true, never)).toMatchObject({ state: 'absent' });
      // The next pair of the same round is watched by its prefix, and nothing is in doubt any more.
      expect([keys.watching, keys.doubts]).toEqual([true, false]);
      await keys.expect('lce-probe-43', never);
      expect(await keys.inspect('lce-probe-43', undefined, true, never)).toMatchObject({ state: 'absent' });
      // Whoever writes there again is believed, and doubted again.
      await redis.command('SET', keyOf('lce-probe-44', 'kept'), 'x');
      await keys.written('lce-probe-44', 5_000, never);
      expect(await keys.inspect('lce-probe-44', undefined, true, never)).toMatchObject({ state: 'present' });
      await doubtful('lce-probe-45');
      await keys.expect('lce-probe-46', never);
      await redis.command('SET', keyOf('lce-probe-46', 'moved'), 'x');
      await eventually(() => keys.learnedNamespace === 'moved');
      expect(await keys.inspect('lce-probe-46', undefined, true, never)).toMatchObject({ state: 'present' });
      await keys.expect('lce-probe-47', never);
      expect(keys.watching).toBe(true);
    });

    it('stay unknown when the connection that hears of all writes was lost during the pair', async () => {
      const { keys } = await watch('kept');
      await redis.command('SET', keyOf('lce-probe-70', 'kept'), 'x');
      await keys.written('lce-probe-70', 5_000, never);
      expect(await keys.inspect('lce-probe-70', undefined, true, never)).toMatchObject({ state: 'present' });
      await keys.connect('kept', never, false);
      await keys.expect('lce-probe-71', never);
      expect(await keys.inspect('lce-probe-71', undefined, true, never)).toMatchObject({ state: 'unknown' });
      await keys.listen(never);
      await keys.expect('lce-probe-72', never);
      await redis.command('CLIENT', 'KILL', 'USER', 'exporter');
      await eventually(() => keys.connections.size === 0);
      await keys.connect('kept', never, false);
      expect(await keys.inspect('lce-probe-72', undefined, true, never)).toMatchObject({ state: 'unknown' });
    });

    it('are absent without a doubt for a pair that was no hit, and for the hits of the same round', async () => {
      const { keys } = await watch('kept');
      await redis.command('SET', keyOf('lce-probe-50', 'kept'), 'x');
      await keys.written('lce-probe-50', 5_000, never);
      expect(await keys.inspect('lce-probe-50', undefined, true, never)).toMatchObject({ state: 'present' });
      await keys.connect('kept', never, false);
      expect(await keys.inspect('lce-probe-51', undefined, false, never)).toMatchObject({ state: 'absent' });
      expect(await keys.inspect('lce-probe-52', undefined, true, never)).toMatchObject({ state: 'absent' });
      expect([keys.watching, keys.doubts]).toEqual([true, false]);
      await keys.connect('kept', never, false);
      expect(await keys.inspect('lce-probe-53', undefined, true, never)).toMatchObject({ state: 'unknown' });
    });

    it('are absent at once under a namespace that the gateway has just told', async () => {
      const { keys } = await watch('told');
      await redis.command('SET', keyOf('lce-probe-35', 'told'), 'x');
      await keys.written('lce-probe-35', 5_000, never);
      expect(await keys.inspect('lce-probe-35', undefined, true, never)).toMatchObject({ state: 'present' });
      expect(await keys.inspect('lce-probe-36', undefined, true, never)).toMatchObject({ state: 'absent' });
    });

    it('stop listening to all writes after 10,000 of them, when none is the probe’s', async () => {
      const { keys } = await watch(undefined);
      await flood();
      await eventually(
        async () => !/flags=[^ ]*B[^ ]* [^\n]*user=exporter[^\n]*cmd=subscribe/.test(String(await redis.command('CLIENT', 'LIST'))),
        10_000,
      );
      await keys.expect('lce-probe-0f', never);
      await redis.command('SET', keyOf('lce-probe-0f', 'late'), 'x');
      expect(await keys.written('lce-probe-0f', 2_000, never)).toBeUndefined();
      expect(keys.learnedNamespace).toBeUndefined();
    });

    it('tell how many other exporters probe in the same namespace', async () => {
      const target = createTarget(targetConfig(redis.url, { username: 'exporter', password: 'secret' }));
      target.auth = 'ok';
      const [own, other] = [instanceOf(['own']), instanceOf(['other'])];
      const keys = createKeyWatch(target, systemClock, own);
      open.push(keys);
      expect(keys.others(0)).toBeUndefined();
      await keys.connect('shared', never);
      const last = newProbe(own);
      for (const probe of [newProbe(other), newProbe(other), newProbe(own), last]) await redis.command('SET', keyOf(probe, 'shared'), 'x');
      await redis.command('SET', keyOf(newProbe(instanceOf(['third'])), 'not-shared'), 'x');
      expect(await keys.written(last, 5_000, never)).toBeDefined();
      expect(keys.others(0)).toBe(1);
    });

    it('are watched under a namespace that becomes known later', async () => {
      const { keys } = await watch(undefined);
      await keys.connect('later', never);
      await redis.command('SET', keyOf('lce-probe-0a', 'later'), 'x');
      expect(await keys.written('lce-probe-0a', 5_000, never)).toMatchObject({ key: keyOf('lce-probe-0a', 'later') });
    });

    it('are watched again after the connections were lost', async () => {
      const { keys } = await watch(null);
      await redis.command('CLIENT', 'KILL', 'USER', 'exporter');
      await eventually(() => !keys.watching);
      await keys.connect(null, never);
      await redis.command('SET', keyOf('lce-probe-0b'), 'x');
      expect(await keys.written('lce-probe-0b', 5_000, never)).toBeDefined();
    });

    it('are not looked for before the exporter’s own credential is known to be good', async () => {
      const target = createTarget(targetConfig(redis.url, { username: 'exporter', password: 'wrong' }));
      const keys = createKeyWatch(target, systemClock);
      open.push(keys);
      target.auth = 'failed';
      await keys.connect(null, never);
      expect([keys.watching, target.own.WRONGPASS, target.connections]).toEqual([false, 0, 0]);
    });
  });
}
