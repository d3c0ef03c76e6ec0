import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SERVER_RELEASE } from '../../dev/redis.ts';
import { aclRules } from '../../src/collectors/acl/acl.ts';
import type { KeyLoss, Reuse } from '../../src/model/reuse.ts';
import type { Tick } from '../../src/model/tick.ts';
import { createCluster } from '../../src/redis/connection/cluster.ts';
import { createTarget } from '../../src/redis/connection/connect.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { createStore } from '../../src/telemetry/store.ts';
import { createClusterWatch } from '../../src/watch/target/cluster/watch.ts';
import type { GatewayNamespace } from '../../src/watch/target/reuse/namespaces.ts';
import { createReuseWatch } from '../../src/watch/target/reuse/watch.ts';
import { createTargetWatch } from '../../src/watch/target/watch.ts';
import { eventually } from '../support/eventually.ts';
import { lacksRedis, type RunningRedis, startRedis } from '../support/redis.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { startRedisProxy } from '../support/redis-proxy.ts';
import { targetConfig } from '../support/target.ts';

const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** The nth key of the sample: its hash begins with 0. */
function keyOf(number: number, namespace = 'litellm'): string {
  return `${namespace}:0${createHash('sha256').update(String(number)).digest('hex').slice(1)}`;
}

interface Watched {
  /** Scrapes and then runs a tick of reuse. */
  tick(): Promise<void>;
  status(): Reuse;
  /** Writes that were counted, not times the sample. */
  writes(): { first: number; again: number };
  /** Writes again by how the key was lost. */
  losses(): Partial<Record<KeyLoss, number>>;
}

type Options = { gateways?: () => GatewayNamespace[]; limit?: number } & Parameters<typeof targetConfig>[1];

/** Watches a sample of 1/16 of the writes of a gateway with the namespace `litellm`. */
async function watch(where: string | readonly string[], { gateways, limit, ...rest }: Options = {}): Promise<Watched> {
  const usual = () => [{ gateway: 'litellm', namespace: 'litellm' }];
  const store = createStore(systemClock);
  const openNode = (node: string) => store.open({ kind: 'target', name: 'cache', staleAfter: 60_000, node });
  const series = store.open({ kind: 'target', name: 'cache', staleAfter: 60_000 });
  const config =
    typeof where === 'string' ? targetConfig(where, rest) : targetConfig(undefined, { ...rest, cluster: { nodes: [...where] } });
  const common = { config, series, log: SILENT, clock: systemClock, onRecovery: () => undefined };
  const target = typeof where === 'string' ? createTarget(config) : createCluster(config);
  const scrape =
    'nodes' in target ? createClusterWatch({ ...common, cluster: target, openNode }) : createTargetWatch({ ...common, target });
  const reuse = createReuseWatch({
    config: { sample: '1/16' },
    interval: config.interval,
    target,
    gateways: gateways ?? usual,
    facts: scrape.status,
    series,
    log: SILENT,
    clock: systemClock,
    ...(limit !== undefined && { limit }),
  });
  onTestFinished(async () => {
    await reuse.close();
    await scrape.close();
  });
  const tick: Tick = {
    signal: AbortSignal.timeout(60_000),
    traceId: '0af7651916cd43dd8448eb211c80319c',
    step: (_, run) => run({}, () => undefined),
    note: () => undefined,
  };
  const points = (metric: string) => [...store.read(Date.now())].find((one) => one.metric === metric)?.points ?? [];
  const watched: Watched = {
    async tick() {
      await scrape.job.run(tick).catch(() => undefined);
      await reuse.job.run(tick).catch(() => undefined);
    },
    status: () => {
      const { reuse: status } = reuse.status();
      if (status === undefined) throw new Error('there is no status');
      return status;
    },
    writes() {
      const counts = { first: 0, again: 0 };
      for (const { attributes, value } of points('redis.cache.writes'))
        counts[attributes.kind === 'first' ? 'first' : 'again'] += Number(value) / 16;
      return counts;
    },
    losses: () =>
      Object.fromEntries(
        points('redis.cache.rewrite_interval').flatMap(({ attributes, value }) =>
          typeof value === 'number' || value.count === 0 ? [] : [[attributes.lost, value.count / 16]],
        ),
      ),
  };
  await watched.tick();
  return watched;
}

/** Ticks until what is counted is as expected. */
async function counts(watched: Watched, expected: { first: number; again: number; losses?: Partial<Record<KeyLoss, number>> }) {
  await eventually(async () => {
    await watched.tick();
    const { first, again } = watched.writes();
    return first === expected.first && again === expected.again;
  }, 30_000).catch(() => undefined);
  expect({ ...watched.writes(), losses: watched.losses() }).toEqual({ losses: {}, ...expected });
}

/** Waits until what was written is known: a loss is only told after the write before it was looked up. */
function settle(): Promise<void> {
  return systemClock.sleep(300, AbortSignal.timeout(10_000));
}

async function evicting(release: RunningRedis['release']): Promise<RunningRedis> {
  return startRedis({ release, args: ['--maxmemory-policy', 'allkeys-lru'] });
}

describe.each(SERVER_RELEASE)('reuse on %s', async (release) => {
  describe.skipIf(await lacksRedis(release))('with a real server', () => {
    it('tells writes from losses, and why a key was lost', async () => {
      const redis = await evicting(release);
      const watched = await watch(redis.url);
      expect(watched.status()).toMatchObject({ isWatching: true, problems: [], dropped: 0 });

      // A key that ends by itself and is written again; a miss that a longer time to live would have answered.
      await redis.command('SET', keyOf(1), 'x', 'PX', 1_200);
      // Written by a script, as some clients do, and deleted.
      await redis.command('EVAL', "return redis.call('SET', KEYS[1], 'x', 'EX', 100)", 1, keyOf(2));
      // Written twice while it lives.
      await redis.command('SET', keyOf(3), 'x', 'EX', 100);
      // Another sixteenth of the keys, another namespace, and a key that is no answer.
      await redis.command('SET', keyOf(4).replace(':0', ':1'), 'x', 'EX', 100);
      await redis.command('SET', keyOf(5, 'other'), 'x', 'EX', 100);
      await redis.command('SET', 'litellm:0/other', 'x', 'EX', 100);
      await counts(watched, { first: 3, again: 0 });

      await redis.command('DEL', keyOf(2));
      await redis.command('SET', keyOf(3), 'x', 'EX', 100);
      await systemClock.sleep(1_500, AbortSignal.timeout(10_000));
      await redis.command('SET', keyOf(1), 'x', 'EX', 100);
      await redis.command('SET', keyOf(2), 'x', 'EX', 100);
      await counts(watched, { first: 3, again: 3, losses: { expired: 1, deleted: 1, alive: 1 } });

      // Renamed: one key goes, another comes.
      await redis.command('RENAME', keyOf(2), keyOf(6));
      await settle();
      await redis.command('SET', keyOf(2), 'x', 'EX', 100);
      await counts(watched, { first: 4, again: 4, losses: { expired: 1, deleted: 2, alive: 1 } });

      await redis.command('FLUSHALL');
      await settle();
      await redis.command('SET', keyOf(1), 'x', 'EX', 100);
      await counts(watched, { first: 4, again: 5, losses: { expired: 1, deleted: 2, alive: 1, flushed: 1 } });
      expect(watched.status()).toMatchObject({ dropped: 0, forgotten: 0 });
    });

    it('tells evicted keys by the count of the server', async () => {
      const redis = await evicting(release);
      const watched = await watch(redis.url);
      for (let number = 0; number < 20; number += 1) await redis.command('SET', keyOf(number), 'x', 'EX', 1_000);
      await counts(watched, { first: 20, again: 0 });
      await redis.command('CONFIG', 'SET', 'maxmemory', '1');
      await eventually(async () => {
        // Each command that may write makes room first.
        await redis.command('SET', 'fill', 'x').catch(() => undefined);
        return (await redis.command('DBSIZE')) === 0;
      }, 30_000);
      await redis.command('CONFIG', 'SET', 'maxmemory', '0');
      await settle();
      await redis.command('SET', keyOf(7), 'x', 'EX', 1_000);
      await counts(watched, { first: 20, again: 1, losses: { evicted: 1 } });
    });
  });
});

describe('reuse', () => {
  it('leaves keys alone that another database lost in a flush', async () => {
    const redis = await startRedis();
    const watched = await watch(redis.url);
    await redis.command('SET', keyOf(1), 'x', 'EX', 100);
    await counts(watched, { first: 1, again: 0 });
    await redis.command('EVAL', "redis.call('SELECT', 3) redis.call('FLUSHDB') redis.call('SELECT', 0)", 0);
    await settle();
    await redis.command('SET', keyOf(1), 'x', 'EX', 100);
    await counts(watched, { first: 1, again: 1, losses: { alive: 1 } });
  });

  it('follows another time to live of a key, and one that never ends', async () => {
    const redis = await startRedis();
    const watched = await watch(redis.url);
    await redis.command('SET', keyOf(1), 'x', 'EX', 100);
    await redis.command('SET', keyOf(2), 'x', 'PX', 1_500);
    await counts(watched, { first: 2, again: 0 });
    await redis.command('PERSIST', keyOf(2));
    await redis.command('PEXPIRE', keyOf(1), 1_000);
    await systemClock.sleep(2_000, AbortSignal.timeout(10_000));
    await redis.command('SET', keyOf(1), 'x', 'EX', 100);
    await redis.command('DEL', keyOf(2));
    await settle();
    await redis.command('SET', keyOf(2), 'x', 'EX', 100);
    // A change of the time to live looks like a write, and is told as one of a key that lived.
    await counts(watched, { first: 2, again: 4, losses: { alive: 2, expired: 1, deleted: 1 } });
  });

  it('has an honest gap when the connection breaks: what was written meanwhile is no loss', async () => {
    const redis = await startRedis();
    const watched = await watch(redis.url);
    await redis.command('SET', keyOf(1), 'x', 'EX', 100);
    await counts(watched, { first: 1, again: 0 });
    await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await eventually(() => !watched.status().isWatching, 10_000);
    await redis.command('DEL', keyOf(1));
    await watched.tick();
    expect(watched.status().isWatching).toBe(true);
    await redis.command('SET', keyOf(1), 'x', 'EX', 100);
    await counts(watched, { first: 1, again: 1 });
    expect(watched.status().groups[0]).toMatchObject({ sampledWrites: 2, earlyShare: { deleted: 0, unknown: 0 } });
  });

  it('goes on after the server was started again, and counts nothing as lost', async () => {
    const redis = await startRedis();
    const watched = await watch(redis.url);
    await redis.command('SET', keyOf(1), 'x', 'EX', 100);
    await counts(watched, { first: 1, again: 0 });
    await redis.stop();
    const again = await startRedis({ port: redis.port });
    await eventually(async () => {
      await watched.tick();
      return watched.status().isWatching;
    }, 30_000);
    await again.command('SET', keyOf(1), 'x', 'EX', 100);
    await counts(watched, { first: 1, again: 1 });
  });

  it('has a gap where the server closes the connection because too much waits for the reader', async () => {
    const redis = await startRedis({ args: ['--client-output-buffer-limit', 'pubsub 1 1 1'] });
    const watched = await watch(redis.url);
    await redis.command('SET', keyOf(1), 'x', 'EX', 100);
    await counts(watched, { first: 1, again: 0 });
    const many = "for i = 1, 20000 do redis.call('SET', 'litellm:0' .. string.format('%063x', i), 'x', 'EX', 1000) end";
    await redis.command('EVAL', many, 0);
    await eventually(() => !watched.status().isWatching, 30_000);
    await eventually(async () => {
      await watched.tick();
      return watched.status().isWatching;
    }, 30_000);
    const { first } = watched.writes();
    await redis.command('SET', keyOf(2), 'x', 'EX', 100);
    await counts(watched, { first: first + 1, again: 0 });
  });

  it('remembers no more keys than its limit, and says how many it forgot', async () => {
    const redis = await startRedis();
    const watched = await watch(redis.url, { limit: 10 });
    for (let number = 0; number < 30; number += 1) await redis.command('SET', keyOf(number), 'x', 'EX', 100);
    await counts(watched, { first: 30, again: 0 });
    expect(watched.status().forgotten).toBe(20);
  });

  it('takes gateways with one namespace for one, and follows a namespace that changes', async () => {
    const redis = await startRedis();
    const gateways: GatewayNamespace[] = [
      { gateway: 'a', namespace: 'litellm' },
      { gateway: 'b', namespace: 'litellm' },
      { gateway: 'c', namespace: null },
      { gateway: 'd', namespace: undefined },
    ];
    const watched = await watch(redis.url, { gateways: () => gateways });
    expect(watched.status()).toMatchObject({
      isWatching: true,
      problems: ['the namespace of the gateway d is not known yet'],
      groups: [
        { gateway: 'a', gateways: ['a', 'b'] },
        { gateway: 'c', gateways: ['c'] },
      ],
    });
    await redis.command('SET', keyOf(1), 'x', 'EX', 100);
    await redis.command('SET', keyOf(1).slice('litellm:'.length), 'x', 'EX', 100);
    await counts(watched, { first: 2, again: 0 });
    gateways[0] = { gateway: 'a', namespace: 'new' };
    await watched.tick();
    await redis.command('SET', keyOf(1, 'new'), 'x', 'EX', 100);
    await counts(watched, { first: 3, again: 0 });
    expect(watched.status().groups.map(({ gateway }) => gateway)).toEqual(['a', 'b', 'c']);
  });

  it('says in a sentence that it has no right to be told, and works with the rights of the documentation', async () => {
    const redis = await startRedis();
    const rules = aclRules('8.2.3');
    await redis.command('ACL', 'SETUSER', 'exporter', ...rules, '>watch');
    const allowed = await watch(redis.url, { username: 'exporter', password: 'watch' });
    expect(allowed.status()).toMatchObject({ isWatching: true, problems: [] });
    await redis.command('ACL', 'SETUSER', 'less', ...rules.filter((rule) => rule !== '+client|tracking'), '>watch');
    const less = await watch(redis.url, { username: 'less', password: 'watch' });
    const { isWatching, problems } = less.status();
    expect(isWatching).toBe(false);
    expect(problems).toEqual([expect.stringMatching(/^CLIENT: .*NOPERM|no permission/i)]);
  });

  it('counts each message that it could not look up', async () => {
    const redis = await startRedis();
    const proxy = await startRedisProxy(redis.port, () => undefined);
    const watched = await watch(proxy.url);
    expect(watched.status().isWatching).toBe(true);
    proxy.answer(([command]) => (command === 'PTTL' ? '-ERR no PTTL here\r\n' : undefined));
    for (let number = 0; number < 5; number += 1) await redis.command('SET', keyOf(number), 'x', 'EX', 100);
    await eventually(() => watched.status().dropped === 5, 30_000);
    proxy.answer(() => undefined);
    await redis.command('SET', keyOf(9), 'x', 'EX', 100);
    await counts(watched, { first: 1, again: 0 });
  });

  it('listens to every master of a cluster', async () => {
    const nodes = await startRedisCluster();
    const watched = await watch(nodes.map(({ url }) => url.slice('redis://'.length)));
    await eventually(async () => {
      await watched.tick();
      return watched.status().isWatching;
    }, 30_000);
    let written = 0;
    for (let number = 0; number < 30; number += 1)
      for (const node of nodes) {
        const reply = await node.command('SET', keyOf(number), 'x', 'EX', 100).catch(() => undefined);
        written += reply === 'OK' ? 1 : 0;
      }
    expect(written).toBe(30);
    await counts(watched, { first: 30, again: 0 });
    for (const node of nodes) await node.command('FLUSHALL');
    await settle();
    for (const node of nodes) await node.command('SET', keyOf(3), 'x', 'EX', 100).catch(() => undefined);
    await counts(watched, { first: 30, again: 1, losses: { flushed: 1 } });
  });
});
