import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aclRules, clusterRules } from '../../src/collectors/acl/acl.ts';
import { createKeyWatch } from '../../src/redis/probe-keys/watch.ts';
import { keySlot } from '../../src/redis/replies/key-slot.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { lacksRedis, type RunningRedis } from '../support/redis.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { watchCluster } from '../support/target.ts';

const nodeOf = ({ port }: RunningRedis) => `127.0.0.1:${port}`;

const never = new AbortController().signal;

const open: { close(): Promise<void> }[] = [];

function watch(...args: Parameters<typeof watchCluster>) {
  const watched = watchCluster(...args);
  open.push(watched.watch);
  return watched;
}

afterAll(() => Promise.all(open.map((watched) => watched.close())));

describe.each(['8.2.3', '6.2.14', 'valkey-9.1.2'] as const)('a cluster of three masters and three replicas of %s', async (release) => {
  describe.skipIf(await lacksRedis(release))('', () => {
    let nodes: RunningRedis[];

    beforeAll(async () => {
      nodes = await startRedisCluster({ release, replicas: true });
    }, 60_000);
    afterAll(() => Promise.all(nodes.map((node) => node.stop())));

    it('is found from one of its nodes, and each of them is scraped', async () => {
      const { tick, series, watch: target } = watch(nodes.slice(4, 5).map(nodeOf));
      expect(await tick()).toBeUndefined();
      expect(series('redis.up')).toEqual(Object.fromEntries(nodes.map((node) => [`redis_node=${nodeOf(node)}`, 1])));
      expect(series('redis.cluster.state')).toEqual({ '': 1 });
      expect(series('redis.cluster.slots')).toEqual({ 'state=assigned': 16_384, 'state=ok': 16_384, 'state=pfail': 0, 'state=fail': 0 });
      expect(series('redis.cluster.nodes')).toMatchObject({
        'role=master,state=ok': 3,
        'role=replica,state=ok': 3,
        'role=master,state=fail': 0,
      });
      expect(Object.keys(series('redis.memory.used'))).toHaveLength(6);
      const status = target.status();
      expect(status).toMatchObject({ up: true, failure: undefined, clusterOk: true });
      expect(status.problems).toBeUndefined();
      expect(status.nodes?.map(({ role, slots }) => [role, slots])).toEqual(
        expect.arrayContaining([
          ['master', 5461],
          ['master', 5462],
          ['replica', 0],
        ]),
      );
    });

    it('is watched whole by a user with the documented rights and no others', async () => {
      for (const node of nodes) await node.command('ACL', 'SETUSER', 'watcher', ...aclRules(release), ...clusterRules(release), '>pass');
      const watched = watch(nodes.slice(0, 1).map(nodeOf), { username: 'watcher', password: 'pass' });
      expect(await watched.tick()).toBeUndefined();
      expect(await watched.tick()).toBeUndefined();
      expect(watched.watch.status()).toMatchObject({ failure: undefined, clusterOk: true });
      expect(watched.watch.status().nodes).toHaveLength(6);
      const keys = createKeyWatch(watched.target, systemClock);
      open.push({ close: async () => keys.close() });
      await keys.connect('litellm', never);
      await keys.inspect(undefined, `lce-probe-01:${'0'.repeat(64)}`, true, never);
      expect(keys.watching).toBe(true);
      expect(await keys.counters(never)).toMatchObject({ whole: true, clusterOk: true });
      for (const node of nodes) expect(String(await node.command('INFO', 'errorstats'))).not.toMatch(/NOPERM|MOVED/);
    });

    it('has its keys on the masters that its own servers name', async () => {
      for (const key of ['a', 'litellm:lce-probe-01:ff', '{user}:1', 'x{}y', 'ключ', 'a{b}c{d}'])
        expect(keySlot(key)).toBe(Number(await nodes[0]?.command('CLUSTER', 'KEYSLOT', key)));
    });
  });
});
