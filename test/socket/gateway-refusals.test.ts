import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVER_RELEASE } from '../../dev/redis.ts';
import { createTarget } from '../../src/redis/connection/connect.ts';
import { createKeyWatch, type KeyWatch } from '../../src/redis/probe-keys/watch.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { type AclLogReader, createAclLogReader } from '../../src/watch/gateway/backend/acl-log.ts';
import {
  NO_REFUSALS,
  newlyDenied,
  type RefusalMemory,
  refusalsOfGateway,
  withPairs,
  withRefusals,
} from '../../src/watch/gateway/backend/refusals.ts';
import { lacksRedis, type RunningRedis, startRedis } from '../support/redis.ts';
import { targetConfig } from '../support/target.ts';

const never = new AbortController().signal;
const KEY = `lce-probe-01:${'a'.repeat(64)}`;
const GATEWAY = '127.0.0.1';

describe.each(SERVER_RELEASE)('refusals of a gateway in the ACL LOG of Redis %s', async (release) => {
  describe.skipIf(await lacksRedis(release))('are told', () => {
    let redis: RunningRedis;
    const open: KeyWatch[] = [];

    beforeAll(async () => {
      const exporter = ['--user', 'exporter', 'on', '>x', '~*', '&*', '+@all'];
      redis = await startRedis({ release, args: ['--bind', '127.0.0.1', '::1', ...exporter] });
      await redis.command('ACL', 'SETUSER', 'poor', 'on', '>x', '~other:*', '+get', '+ping');
    });
    afterAll(() => {
      for (const keys of open) keys.close();
    });

    /** A reader with what its rounds have left. */
    interface View {
      reader: AclLogReader;
      memory: RefusalMemory;
    }

    /** The view of an exporter that comes from ::1, as others from 127.0.0.1 do not. */
    async function view(host: string, username = 'exporter'): Promise<View> {
      const target = createTarget(targetConfig(redis.url.replace('127.0.0.1', '[::1]'), { username, password: 'x' }));
      target.auth = 'ok';
      const keys = createKeyWatch(target, systemClock);
      open.push(keys);
      await keys.connect(null, never);
      return { reader: createAclLogReader([host], target, keys, systemClock), memory: NO_REFUSALS };
    }

    /** What a view makes of refusals while a pair of the probe `lce-probe-01` runs. */
    async function seen(refusals: View, pairs: boolean | 'good while it began', ...commands: [string, ...string[]][]) {
      const before = await refusals.reader.before(never);
      const client = new Redis({ port: redis.port, protocol: 2, disableClientInfo: true, enableReadyCheck: false, retryStrategy: null });
      client.on('error', () => undefined);
      for (const [command, ...args] of commands) await client.call(command, ...args).catch(() => undefined);
      client.disconnect();
      const evidence = await refusals.reader.after(before, new Set(['lce-probe-01']), never);
      const allGood = pairs !== false;
      refusals.memory = withPairs(withRefusals(refusals.memory, evidence), { allGood, steady: pairs === true });
      return allGood ? [] : refusalsOfGateway(refusals.memory);
    }

    it('by an address that the exporter does not share', async () => {
      expect(await seen(await view(GATEWAY), false, ['AUTH', 'nobody', 'y'], ['AUTH', 'nobody', 'y'])).toEqual([
        { cause: 'redis_auth', count: 2, tie: { address: '127.0.0.1' } },
      ]);
      expect(await seen(await view(GATEWAY), false, ['AUTH', 'poor', 'x'], ['SET', 'other:key', 'x'])).toEqual([
        { cause: 'redis_permission', count: 1, tie: { address: '127.0.0.1' } },
      ]);
    });

    it('neither by an address that it shares, nor by one that nobody comes from, nor by a name that is none', async () => {
      for (const host of ['::1', '127.0.0.7', 'gateway.invalid'])
        expect(await seen(await view(host), false, ['AUTH', 'nobody', 'y'])).toEqual([]);
    });

    it('not for commands and keys without which it caches all the same', async () => {
      expect(await seen(await view(GATEWAY), false, ['AUTH', 'poor', 'x'], ['INCR', 'other:key'], ['GET', 'limit:key'])).toEqual([]);
    });

    it('not for what came before the pairs, nor for what comes with good ones', async () => {
      const refusals = await view(GATEWAY);
      expect(await seen(refusals, true, ['AUTH', 'nobody', 'y'])).toEqual([]);
      expect(await seen(refusals, false)).toEqual([]);
      expect(await seen(refusals, false, ['AUTH', 'nobody', 'y'])).toEqual([]);
    });

    it('also for what came with the last good pairs before an outage', async () => {
      const refusals = await view(GATEWAY);
      expect(await seen(refusals, 'good while it began', ['AUTH', 'nobody', 'y'])).toEqual([]);
      expect(await seen(refusals, false, ['AUTH', 'nobody', 'y'])).toEqual([
        { cause: 'redis_auth', count: 1, tie: { address: '127.0.0.1' } },
      ]);
    });

    it('by the key of its own pair, from anywhere, unless the exporter asked for it', async () => {
      const onKey: [string, ...string[]][] = [
        ['AUTH', 'poor', 'x'],
        ['GET', KEY],
        ['GET', KEY.replace('01', '02')],
      ];
      expect(await seen(await view('127.0.0.7'), false, ...onKey)).toEqual([{ cause: 'redis_permission', count: 1, tie: 'key' }]);
      expect(await seen(await view('127.0.0.7', 'poor'), false, ...onKey)).toEqual([]);
    });

    describe('as of a kind that was never refused before', () => {
      const getAs = (user: string): [string, ...string[]][] => [
        ['AUTH', user, 'x'],
        ['GET', 'lost'],
        ['GET', 'lost'],
      ];
      const good = (refusals: View, users: readonly string[]) => seen(refusals, true, ...users.flatMap(getAs));

      beforeAll(async () => {
        for (const user of ['noise', 'other', ...many]) await redis.command('ACL', 'SETUSER', user, 'on', '>x', '~*', '+ping');
      });
      const many = Array.from({ length: 64 }, (_, index) => `user-${index}`);

      it('where the same command was refused to another user all the time', async () => {
        const refusals = await view('::1');
        for (let round = 0; round < 4; round += 1) await good(refusals, ['noise']);
        await seen(refusals, false, ...getAs('noise'));
        expect(newlyDenied(refusals.memory)).toBe(0);
        await seen(refusals, false, ...getAs('other'), ...getAs('noise'));
        expect(newlyDenied(refusals.memory)).toBe(2);
      });

      it('not by its user where other users come all the time', async () => {
        const refusals = await view('::1');
        for (const user of many.slice(0, 6)) await good(refusals, [user]);
        await seen(refusals, false, ...getAs('other'));
        expect(newlyDenied(refusals.memory)).toBe(0);
        await seen(refusals, false, ['AUTH', 'other', 'x'], ['SET', 'lost', 'x']);
        expect(newlyDenied(refusals.memory)).toBe(1);
      });

      it('not before good pairs, and by the command alone where more users are refused than are kept', async () => {
        const refusals = await view('::1');
        await seen(refusals, false, ...getAs('other'));
        expect(newlyDenied(refusals.memory)).toBe(0);
        for (let begin = 0; begin < many.length; begin += 8) await good(refusals, many.slice(begin, begin + 8));
        for (let round = 0; round < 4; round += 1) await good(refusals, []);
        await seen(refusals, false, ...getAs('other'));
        expect(newlyDenied(refusals.memory)).toBe(0);
        await seen(refusals, false, ['AUTH', 'other', 'x'], ['SET', 'lost', 'x']);
        expect(newlyDenied(refusals.memory)).toBe(1);
      });

      it('from the address of the gateway, beside what another user from there is refused all the time', async () => {
        const refusals = await view(GATEWAY);
        await good(refusals, ['noise']);
        expect(await seen(refusals, false, ...getAs('noise'))).toEqual([]);
        expect(await seen(refusals, false, ...getAs('other'))).toEqual([
          { cause: 'redis_permission', count: 2, tie: { address: '127.0.0.1' } },
        ]);
      });
    });

    it('not by an exporter that may not read the log, which asks once', async () => {
      await redis.command('ACL', 'SETUSER', 'blind', 'on', '>x', '~*', '&*', '+@all', '-acl');
      const refusals = await view(GATEWAY, 'blind');
      await redis.command('ACL', 'LOG', 'RESET');
      for (let tick = 0; tick < 3; tick++) expect(await seen(refusals, false)).toEqual([]);
      expect(await redis.command('ACL', 'LOG')).toEqual([expect.arrayContaining(['count', 1, 'blind'])]);
    });
  });
});
