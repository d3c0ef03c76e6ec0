import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NODE_ARGS, nodePort } from '../../dev/redis-cluster.ts';
import { createKeyWatch } from '../../src/redis/probe-keys/watch.ts';
import { keySlot } from '../../src/redis/replies/key-slot.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { Secret } from '../../src/source/secret.ts';
import { eventually } from '../support/eventually.ts';
import { lacksRedis, type RunningRedis, startRedis } from '../support/redis.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { watchCluster } from '../support/target.ts';

const never = new AbortController().signal;
const nodeOf = ({ port }: RunningRedis) => `127.0.0.1:${port}`;
const stats = async (node: RunningRedis | undefined) => String(await node?.command('INFO', 'stats'));
/** Connections of a user on which a node tells of written keys. */
const trackingIn = async (node: RunningRedis | undefined, user: string) =>
  String(await node?.command('CLIENT', 'LIST'))
    .split('\n')
    .filter((client) => client.includes(` user=${user} `) && /flags=\w*t/.test(client)).length;
const keyOf = (probe: string) => `${probe}:${randomBytes(32).toString('hex')}`;

describe.skipIf(await lacksRedis('8.2.3'))('the nodes of a cluster', () => {
  let nodes: RunningRedis[];
  const open: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    nodes = await startRedisCluster({ replicas: true });
  }, 60_000);
  afterAll(async () => {
    for (const watched of open) await watched.close();
    await Promise.all(nodes.map((node) => node.kill().catch(() => undefined)));
  });

  function watch(rest: Parameters<typeof watchCluster>[1] = {}, seeds = nodes.slice(0, 1).map(nodeOf)) {
    const watched = watchCluster(seeds, rest);
    open.push(watched.watch);
    return watched;
  }

  /** The node that serves the slot of a key. */
  function ownerOf(key: string, { target }: ReturnType<typeof watch>): RunningRedis {
    const name = target.ownerOf(key)?.name;
    const owner = nodes.find((node) => nodeOf(node) === name);
    if (owner === undefined) throw new Error(`nobody has the slot of ${key}`);
    return owner;
  }

  it('have the keys of probes, each on its master, and the exporter asks no other for them', async () => {
    const watched = watch();
    expect(await watched.tick()).toBeUndefined();
    const keys = createKeyWatch(watched.target, systemClock);
    open.push({ close: async () => keys.close() });
    await keys.connect(null, never);
    expect(keys.watching).toBe(true);
    expect(keys.connections.size).toBe(3);
    const before = await keys.counters(never);
    expect(before).toMatchObject({ mode: 'cluster', whole: true, clusterOk: true });
    const owners = new Set<number>();
    for (let probe = 0; owners.size < 3; probe++) {
      const name = `lce-probe-${probe.toString(16).padStart(20, '0')}`;
      const key = keyOf(name);
      const owner = ownerOf(key, watched);
      owners.add(owner.port);
      expect(Number(await owner.command('CLUSTER', 'KEYSLOT', key))).toBe(keySlot(key));
      await owner.command('SET', key, 'x', 'EX', 100);
      expect(await keys.written(name, 5_000, never)).toMatchObject({ key, times: 1 });
      expect(await keys.inspect(name, undefined, true, never)).toMatchObject({ state: 'present' });
      await owner.command('DEL', key);
      expect((await keys.inspect(undefined, key, true, never)).state).toBe('absent');
    }
    expect((await keys.inspect('lce-probe-ffff', undefined, false, never)).state).toBe('absent');
    const after = await keys.counters(never);
    expect((after?.sets ?? 0) - (before?.sets ?? 0)).toBeGreaterThanOrEqual(3);
    for (const node of nodes) expect(String(await node.command('INFO', 'errorstats'))).not.toContain('MOVED');
  });

  it('refuse who is refused each for itself, and the canaries are tried on every one', async () => {
    await nodes[1]?.command('ACL', 'SETUSER', 'litellm', 'on', '>right', '~*', '+@all');
    const canaries = [{ name: 'litellm', username: 'litellm', password: Secret.of('right') }];
    const watched = watch({ canaries });
    await watched.tick();
    const states = watched.series('redis.auth.state');
    const of = (node: RunningRedis | undefined, state: string) =>
      states[`redis_node=${node && nodeOf(node)},credential=litellm,state=${state}`];
    expect(of(nodes[1], 'ok')).toBe(1);
    expect(of(nodes[0], 'failed')).toBe(1);
    // What one master refuses is refused.
    expect(watched.watch.status().credentials.find(({ credential }) => credential === 'litellm')).toMatchObject({ state: 'failed' });
    expect(watched.target.state?.refused).toMatchObject([{ credential: 'litellm' }]);
    expect(watched.target.state?.accepted).toEqual([]);
    for (const node of nodes) await node.command('ACL', 'SETUSER', 'litellm', 'on', '>right', '~*', '+@all');
    await watched.tick();
    expect(watched.target.state).toMatchObject({ refused: [], accepted: ['litellm'] });
  });

  it('are refused commands that the user may not send, which are named with the right that is missing', async () => {
    for (const node of nodes) await node.command('ACL', 'SETUSER', 'few', 'on', '>few', '~*', '+@all', '-cluster');
    const watched = watch({ username: 'few', password: 'few' });
    expect(await watched.tick()).toBeDefined();
    expect(watched.watch.status().problems?.join()).toContain('grant the exporter +cluster|shards and +cluster|nodes');
    for (const node of nodes) await node.command('ACL', 'SETUSER', 'few', '+cluster');
    await eventually(async () => (await watched.tick()) === undefined, 20_000);
    expect(watched.watch.status().problems).toBeUndefined();
    expect(watched.watch.status().nodes).toHaveLength(6);
  });

  it('may be no nodes of a cluster, or nodes of another one, which are named', async () => {
    const single = await startRedis();
    const other = await startRedis({ port: await nodePort(), args: NODE_ARGS });
    open.push({ close: () => single.stop() }, { close: () => other.stop() });
    await other.command('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
    await eventually(async () => String(await other.command('CLUSTER', 'INFO')).includes('cluster_state:ok'));
    const alone = watch({}, [nodeOf(single)]);
    expect(await alone.tick()).toMatchObject({ failure: 'protocol', message: expect.stringContaining('is no node of a cluster') });
    const mixed = watch({}, [...nodes.slice(0, 1), single, other].map(nodeOf));
    expect(await mixed.tick()).toBeUndefined();
    const problems = mixed.watch.status().problems?.join('\n') ?? '';
    expect(problems).toContain(`${nodeOf(single)} is no node of a cluster`);
    expect(problems).toContain(`${nodeOf(other)} belongs to another cluster than ${nodes[0] && nodeOf(nodes[0])}`);
    expect(Object.keys(mixed.series('redis.up')).sort()).toEqual(nodes.map((node) => `redis_node=${nodeOf(node)}`).sort());
    expect(mixed.log.filter(({ level }) => level === 'warn')).not.toEqual([]);
  });

  it('may be started before they are made a cluster, and then nothing is told of that any more', async () => {
    const [first, second] = [
      await startRedis({ port: await nodePort(), args: NODE_ARGS }),
      await startRedis({ port: await nodePort(), args: NODE_ARGS }),
    ];
    open.push({ close: () => first.stop() }, { close: () => second.stop() });
    const early = watch({}, [first, second].map(nodeOf));
    await early.tick();
    expect(early.watch.status().problems?.join()).toContain(`${nodeOf(second)} belongs to another cluster than ${nodeOf(first)}`);
    await first.command('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
    await first.command('CLUSTER', 'MEET', '127.0.0.1', second.port);
    await eventually(async () => {
      await early.tick();
      return early.watch.status().nodes?.length === 2 && early.watch.status().problems === undefined;
    }, 30_000);
  });

  it('may announce an address that cannot be reached, which is named with the setting that helps', async () => {
    const [node] = nodes.slice(5);
    await node?.command('CONFIG', 'SET', 'cluster-announce-port', await nodePort());
    const watched = watch();
    try {
      const told = await eventually(async () => {
        await watched.tick();
        return watched.watch.status().problems?.join('\n');
      }, 30_000);
      expect(told).toContain('The cluster reaches 127.0.0.1:');
      expect(told).toContain('set cluster-announce-ip and cluster-announce-port');
      // It is a replica: nothing is lost without it.
      expect(watched.watch.status()).toMatchObject({ up: true, failure: undefined });
    } finally {
      await node?.command('CONFIG', 'SET', 'cluster-announce-port', 0);
    }
    await eventually(async () => {
      await watched.tick();
      return watched.watch.status().problems === undefined;
    }, 30_000);
    expect(watched.series('redis.up')[`redis_node=${node && nodeOf(node)}`]).toBe(1);
  });

  it('take nothing from the others when one does not answer', async () => {
    for (const node of nodes) await node.command('CONFIG', 'SET', 'cluster-node-timeout', 60_000);
    const watched = watch({ timeout: 1_000, interval: 3_000 });
    const seen = () => Object.keys(watched.series('redis.memory.used'));
    await eventually(async () => (await watched.tick(watched.watch.job.timeout)) === undefined && seen().length === nodes.length);
    const keys = createKeyWatch(watched.target, systemClock);
    open.push({ close: async () => keys.close() });
    await keys.connect(null, never);
    const [frozen, ...others] = watched.target.masters().map(({ name }) => nodes.find((node) => nodeOf(node) === name));
    frozen?.pause();
    try {
      expect(await watched.tick(watched.watch.job.timeout)).toMatchObject({ failure: 'timeout' });
      expect(seen().join()).not.toContain(String(frozen?.port));
      // On a busy machine another one may be late once.
      await eventually(async () => (await watched.tick(watched.watch.job.timeout)) !== undefined && seen().length === nodes.length - 1);
      expect(watched.target.state).toMatchObject({ up: true, failure: 'timeout', timedOutAt: expect.any(Number) });
      expect(await keys.counters(never)).toBeUndefined();
      expect(keys.failure).toBe('timeout');
      // What is on the others is found all the same, and what is on that one is not called missing.
      await keys.connect(null, never);
      for (let probe = 0, found = 0; found < 2; probe++) {
        const key = keyOf(`lce-probe-${probe.toString(16).padStart(20, '1')}`);
        const owner = ownerOf(key, watched);
        if (owner === frozen) expect((await keys.inspect(undefined, key, true, never)).state).toBe('unknown');
        else if (owner === others[0]) {
          await owner.command('SET', key, 'x', 'EX', 100);
          expect((await keys.inspect(undefined, key, true, never)).state).toBe('present');
          found += 1;
        }
      }
      // A key that nobody announced may be on the one that is silent.
      expect((await keys.inspect('lce-probe-eeee', undefined, false, never)).state).toBe('unknown');
      expect(keys.watching).toBe(false);
    } finally {
      frozen?.resume();
      for (const node of nodes) await node.command('CONFIG', 'SET', 'cluster-node-timeout', 1_000);
    }
    await eventually(async () => (await watched.tick(watched.watch.job.timeout)) === undefined, 20_000);
    await keys.connect(null, never);
    expect(keys.watching).toBe(true);
  });

  it('keep the connections of the others where one refuses to tell of writes, or has ended its own', async () => {
    const [, deaf] = nodes;
    for (const node of nodes) await node.command('ACL', 'SETUSER', 'part', 'on', '>part', '~*', '&*', '+@all');
    const watched = watch({ username: 'part', password: 'part' });
    expect(await watched.tick()).toBeUndefined();
    const masters = watched.target.masters().map(({ name }) => nodes.find((node) => nodeOf(node) === name));
    expect(masters).toContain(deaf);
    await deaf?.command('ACL', 'SETUSER', 'part', '-client|tracking');
    const keys = createKeyWatch(watched.target, systemClock);
    open.push({ close: async () => keys.close() });
    await keys.connect(null, never);
    expect(keys.watching).toBe(false);
    expect(keys.connections.size).toBe(masters.length);

    const opened = () => Promise.all(masters.map(async (node) => Number(/total_connections_received:(\d+)/.exec(await stats(node))?.[1])));
    const before = await opened();
    for (let round = 0; round < 3; round++) await keys.connect(null, never);
    expect(await opened()).toEqual(before);
    // The others tell of the keys that are written there all the same.
    const listening = masters.filter((node) => node !== deaf);
    for (const node of listening) expect(await trackingIn(node, 'part')).toBe(1);

    const [ended] = listening;
    await ended?.command('CLIENT', 'KILL', 'USER', 'part');
    await eventually(async () => keys.connections.size === masters.length - 1);
    await eventually(async () => {
      await keys.connect(null, never);
      return keys.connections.size === masters.length && (await trackingIn(ended, 'part')) === 1;
    });
    const after = await opened();
    for (const [index, node] of masters.entries())
      if (node === ended) expect(after[index]).toBeGreaterThan(before[index] ?? 0);
      else expect(after[index]).toBe(before[index]);
  });

  it('have one name each where they announce none, whichever of them is asked by whatever name', async () => {
    const type = 'cluster-preferred-endpoint-type';
    for (const node of nodes) await node.command('CONFIG', 'SET', type, 'unknown-endpoint');
    try {
      const [first, second] = nodes;
      const watched = watch({}, [`localhost:${first?.port}`, `127.0.0.1:${second?.port}`]);
      const names = () => Object.keys(watched.series('redis.up')).sort();
      expect(await watched.tick()).toBeUndefined();
      const before = names();
      expect(before).toHaveLength(nodes.length);
      expect(new Set(before.map((name) => name.split(':').at(-1))).size).toBe(nodes.length);
      for (let tick = 0; tick < 4; tick++) {
        await watched.tick();
        expect(names()).toEqual(before);
      }
    } finally {
      for (const node of nodes) await node.command('CONFIG', 'SET', type, 'ip');
    }
  });

  it('are counted together in a census, all masters or none', async () => {
    for (const node of nodes) await node.command('ACL', 'SETUSER', 'counter', 'on', '>counter', '~*', '&*', '+@all');
    const census = { interval: 10_000, sample: 10_000 };
    const watched = watch({ username: 'counter', password: 'counter', census });
    expect(await watched.tick()).toBeUndefined();
    const masters = watched.target.masters().map(({ name }) => nodes.find((node) => nodeOf(node) === name));
    for (const master of masters) await master?.command('FLUSHALL');
    expect(await watched.census()).toBeUndefined();
    expect(watched.censusStatus()?.census).toMatchObject({ keys: 0, sampled: 0, coverage: 1 });

    for (let index = 0; index < 90; index++) {
      const answer = randomBytes(32).toString('hex');
      await ownerOf(answer, watched).command('SET', answer, 'x', ...(index % 3 === 0 ? [] : ['EX', 1_000]));
      const spend = `spend:key:${index}`;
      if (index < 30) await ownerOf(spend, watched).command('SET', spend, 1, 'EX', 1_000);
    }
    expect(await watched.census()).toBeUndefined();
    // So many are drawn that each key is drawn.
    expect(watched.censusStatus()?.census).toMatchObject({ keys: 120, sampled: 120, coverage: 1 });
    const keys = watched.series('redis.census.keys');
    expect(keys).toMatchObject({ 'class=response_or_key_hash': 90, 'class=spend': 30, 'class=other': 0 });
    expect(watched.series('redis.census.without_ttl')).toMatchObject({ 'class=response_or_key_hash': 30, 'class=spend': 0 });
    expect(Object.keys(keys).join()).not.toContain('redis_node');

    const [, second] = masters;
    for (const right of ['dbsize', 'randomkey', 'pttl']) {
      await second?.command('ACL', 'SETUSER', 'counter', `-${right}`);
      expect(await watched.census()).toBeUndefined();
      expect(watched.censusStatus()?.census).toBeUndefined();
      expect(watched.censusStatus()?.censusDetail).toContain(`${second && nodeOf(second)}: `);
      expect(watched.series('redis.census.keys')).toEqual({});
      await second?.command('ACL', 'SETUSER', 'counter', `+${right}`);
      expect(await watched.census()).toBeUndefined();
      expect(watched.censusStatus()?.census).toMatchObject({ keys: 120 });
    }
    await second?.command('ACL', 'SETUSER', 'counter', 'resetpass');
    await second?.command('CLIENT', 'KILL', 'USER', 'counter');
    await eventually(async () => (await watched.tick()) !== undefined);
    expect(await watched.census()).toMatchObject({ message: expect.stringContaining(`${second && nodeOf(second)}: `) });
    expect(watched.censusStatus()?.census).toBeUndefined();
    for (const master of masters) await master?.command('FLUSHALL');
  });

  it('fail and are replaced, and of one that is forgotten nothing is left', async () => {
    const [first, second, ...rest] = nodes;
    if (first === undefined || second === undefined) throw new Error('no nodes');
    const watched = watch({}, rest.map(nodeOf));
    expect(await watched.tick()).toBeUndefined();
    const id = String(await second.command('CLUSTER', 'MYID'));
    await second.kill();
    expect(await watched.tick()).toMatchObject({ failure: 'refused', message: expect.stringContaining(nodeOf(second)) });
    const gone = `redis_node=${nodeOf(second)}`;
    expect(watched.series('redis.up')[gone]).toBe(0);
    expect(watched.series('redis.memory.used')[gone]).toBeUndefined();
    expect(watched.target.state).toMatchObject({ up: true });
    await eventually(async () => (await watched.tick()) === undefined && watched.series('redis.cluster.state')[''] === 1, 30_000);
    expect(watched.series('redis.cluster.nodes')).toMatchObject({ 'role=master,state=ok': 3, 'role=master,state=fail': 1 });
    expect(watched.recoveries).toBeGreaterThan(0);
    expect(watched.series('redis.up')[gone]).toBe(0);

    for (const node of [first, ...rest]) await node.command('CLUSTER', 'FORGET', id);
    await eventually(async () => {
      await watched.tick();
      return watched.series('redis.up')[gone] === undefined;
    }, 20_000);
    for (const metric of watched.metrics())
      expect(
        Object.keys(watched.series(metric)).filter((labels) => labels.includes(gone)),
        metric,
      ).toEqual([]);
    nodes = [first, ...rest];
  });

  it('say that the cluster is down when one fails that nobody can replace', async () => {
    const watched = watch({}, nodes.map(nodeOf));
    await watched.tick();
    const victim = watched.target.masters().at(0)?.name;
    for (const node of nodes) await node.command('CONFIG', 'SET', 'cluster-replica-no-failover', 'yes');
    const [dead] = nodes.filter((node) => nodeOf(node) === victim);
    await dead?.kill();
    nodes = nodes.filter((node) => node !== dead);
    await eventually(async () => {
      await watched.tick();
      return watched.series('redis.cluster.state')[''] === 0;
    }, 30_000);
    expect(watched.series('redis.cluster.slots')['state=fail']).toBeGreaterThan(5_000);
    expect(watched.target.state).toMatchObject({ up: true, failure: 'clusterdown', clusterOk: false });
    expect(watched.watch.status()).toMatchObject({ clusterOk: false });
    // The others stay readable meanwhile.
    expect(Object.values(watched.series('redis.up')).filter((up) => up === 1)).toHaveLength(4);
  });
});
