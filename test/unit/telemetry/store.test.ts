import { describe, expect, it } from 'vitest';
import { type Sample, sample, states } from '../../../src/catalogue/sample.ts';
import type { Clock } from '../../../src/schedule/clock.ts';
import { createStore, type Owner, type Store } from '../../../src/telemetry/store.ts';

const START = 1_700_000_000_000;
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const TARGET: Owner = { kind: 'target', name: 'cache', staleAfter: 45_000 };

function clockAt(now: number): Clock & { time: number } {
  return { time: now, now: (): number => now, monotonic: () => 0, sleep: async () => undefined };
}

function shown(store: Store, now = START): Record<string, unknown> {
  const rows: Record<string, unknown> = {};
  for (const family of store.read(now)) {
    for (const { attributes, value } of family.points) rows[`${family.metric} ${JSON.stringify(attributes)}`] = value;
  }
  return rows;
}

describe('owners', () => {
  it('name their series and take them along when they close', () => {
    const store = createStore(clockAt(START));
    const target = store.open(TARGET);
    const gateway = store.open({ kind: 'gateway', name: 'proxy', staleAfter: 1_000 });
    const exporter = store.open({ kind: 'exporter', name: 'self', staleAfter: 1_000 });
    target.replace('scrape', [sample('redis.db.keys', { db: '0' }, 7)], START);
    gateway.replace('gateway', [sample('llm.gateway.up', {}, 1)], START);
    exporter.replace('self', [sample('process.uptime', {}, 3)], START);
    expect(shown(store)).toEqual({
      'redis.db.keys {"redis_target":"cache","db":"0"}': 7,
      'llm.gateway.up {"gateway":"proxy"}': 1,
      'process.uptime {}': 3,
    });
    target.close();
    expect(Object.keys(shown(store))).toEqual(['llm.gateway.up {"gateway":"proxy"}', 'process.uptime {}']);
  });

  it('may be nodes of a target, each with series of its own that go with it', () => {
    const store = createStore(clockAt(START), (text) => text.replace('secret', '***'));
    const whole = store.open(TARGET);
    const [first, second] = ['10.0.0.1:6379', 'secret.example:6379'].map((node) => store.open({ ...TARGET, node }));
    whole.replace('scrape', [sample('redis.cluster.state', {}, 1)], START);
    first?.replace('scrape', [sample('redis.up', {}, 1)], START);
    first?.add('redis.scrape.failures', { 'error.type': 'timeout' });
    second?.replace('scrape', [sample('redis.up', {}, 0)], START);
    expect(shown(store)).toEqual({
      'redis.cluster.state {"redis_target":"cache"}': 1,
      'redis.up {"redis_target":"cache","redis_node":"10.0.0.1:6379"}': 1,
      'redis.scrape.failures {"redis_target":"cache","redis_node":"10.0.0.1:6379","error.type":"timeout"}': 1,
      'redis.up {"redis_target":"cache","redis_node":"***.example:6379"}': 0,
    });
    first?.close();
    first?.add('redis.scrape.failures', { 'error.type': 'timeout' });
    expect(Object.keys(shown(store)).filter((row) => row.includes('10.0.0.1'))).toEqual([]);
    expect(() => store.open({ ...TARGET, node: 'secret.example:6379' })).toThrow('open already');
    store.open({ ...TARGET, node: '10.0.0.1:6379' });
  });

  it('cannot be open twice, but the same name may be of two kinds', () => {
    const store = createStore(clockAt(START));
    store.open(TARGET);
    store.open({ ...TARGET, kind: 'gateway' });
    expect(() => store.open(TARGET)).toThrow('the series of target cache are open already');
  });

  it('may have a successor, which shows nothing before they close', () => {
    const store = createStore(clockAt(START));
    const old = store.open(TARGET);
    old.replace('scrape', [sample('redis.up', {}, 1)], START);
    const next = store.openNext(TARGET);
    next.replace('scrape', [sample('redis.up', {}, 0)], START);
    expect(() => store.openNext(TARGET)).toThrow('the series of a successor of target cache are open already');
    expect(Object.values(shown(store))).toEqual([1]);
    next.close();
    expect(Object.values(shown(store))).toEqual([1]);
    const another = store.openNext(TARGET);
    another.replace('scrape', [sample('redis.up', {}, 0)], START);
    old.close();
    expect(Object.values(shown(store))).toEqual([0]);
  });

  it('start fresh after a close, which late writes of an aborted tick do not disturb', () => {
    const store = createStore(clockAt(START));
    const old = store.open(TARGET);
    old.add('redis.auth.attempts', { credential: 'litellm', outcome: 'failure' }, 3);
    old.close();
    const fresh = store.open(TARGET);
    old.add('redis.auth.attempts', { credential: 'litellm', outcome: 'failure' });
    old.replace('scrape', [sample('redis.up', {}, 1)], START);
    old.observe('redis.scrape.duration', { outcome: 'success' }, 0.1, TRACE);
    old.close();
    fresh.add('redis.auth.attempts', { credential: 'litellm', outcome: 'failure' });
    expect(shown(store)).toEqual({ 'redis.auth.attempts {"redis_target":"cache","credential":"litellm","outcome":"failure"}': 1 });
  });
});

describe('parts', () => {
  it('are replaced as a whole, each for itself', () => {
    const store = createStore(clockAt(START));
    const series = store.open(TARGET);
    series.replace('scrape', [sample('redis.db.keys', { db: '0' }, 1), sample('redis.db.keys', { db: '1' }, 2)], START);
    series.replace('health', [sample('redis.up', {}, 1)], START);
    series.replace('scrape', [sample('redis.db.keys', { db: '1' }, 3)], START);
    expect(shown(store)).toEqual({ 'redis.db.keys {"redis_target":"cache","db":"1"}': 3, 'redis.up {"redis_target":"cache"}': 1 });
    series.replace('scrape', [], START);
    expect(shown(store)).toEqual({ 'redis.up {"redis_target":"cache"}': 1 });
  });

  it('grow stale after the time of their owner, but for those that last', () => {
    const store = createStore(clockAt(START));
    const series = store.open(TARGET);
    series.replace('scrape', [sample('redis.clients.connected', {}, 9)], START);
    series.replace('health', [sample('redis.up', {}, 1)], START);
    expect(Object.keys(shown(store, START + 45_000))).toHaveLength(2);
    expect(Object.keys(shown(store, START + 45_001))).toEqual(['redis.up {"redis_target":"cache"}']);
  });

  it('may live longer than their owner says', () => {
    const store = createStore(clockAt(START));
    const series = store.open({ ...TARGET, lifetimes: { census: 900_000 } });
    series.replace('scrape', [sample('redis.clients.connected', {}, 9)], START);
    series.replace('census', [sample('redis.census.coverage', {}, 1)], START);
    expect(Object.keys(shown(store, START + 900_000))).toEqual(['redis.census.coverage {"redis_target":"cache"}']);
    expect(shown(store, START + 900_001)).toEqual({});
  });

  it('hide what their owner does not show, and keep it', () => {
    const store = createStore(clockAt(START));
    let quiet = true;
    const series = store.open({ ...TARGET, isShown: (metric) => !quiet || metric === 'redis.up' });
    series.replace('health', [sample('redis.up', {}, 1), sample('redis.clients.connected', {}, 9)], START);
    series.add('redis.scrape.failures', { 'error.type': 'timeout' });
    expect(Object.keys(shown(store))).toEqual(['redis.up {"redis_target":"cache"}']);
    quiet = false;
    expect(Object.keys(shown(store))).toHaveLength(3);
  });

  it('still move when the clock steps back', () => {
    const store = createStore(clockAt(START));
    const series = store.open(TARGET);
    series.replace('scrape', [sample('redis.clients.connected', {}, 9)], START);
    series.replace('scrape', [sample('redis.clients.connected', {}, 8)], START - 3_600_000);
    expect(shown(store, START - 3_600_000)).toEqual({ 'redis.clients.connected {"redis_target":"cache"}': 8 });
  });

  it('leave out what is not a number, and the rest stands', () => {
    const store = createStore(clockAt(START));
    const series = store.open(TARGET);
    const latency = (counts: number[], sum: number): Sample => sample('redis.cmd.duration', { cmd: 'get' }, { counts, sum });
    series.replace('scrape', [sample('redis.uptime', {}, 5), sample('redis.maxmemory', {}, 1)], START);
    series.replace(
      'scrape',
      [sample('redis.uptime', {}, Number.NaN), sample('redis.maxmemory', {}, Infinity), sample('redis.up', {}, 1)],
      START,
    );
    expect(shown(store)).toEqual({ 'redis.up {"redis_target":"cache"}': 1 });
    series.replace('scrape', [latency(new Array(22).fill(Number.NaN), 1)], START);
    expect(shown(store)).toEqual({});
    series.replace('scrape', [latency([1, 2, 3], 1)], START);
    expect(shown(store)).toEqual({});
    series.replace('scrape', [sample('redis.uptime', {}, 6)], START);
    expect(shown(store)).toEqual({ 'redis.uptime {"redis_target":"cache"}': 6 });
  });

  it('keep one attributes object per series, whatever the order of its labels, also over a failed tick', () => {
    const store = createStore(clockAt(START));
    const series = store.open(TARGET);
    const attributes = () => [...store.read(START)].flatMap((family) => family.points.map((point) => point.attributes));
    series.replace('scrape', [sample('redis.db.string_sizes', { db: '0', size: '64' }, 1)], START);
    const [before] = attributes();
    series.replace('scrape', [sample('redis.db.string_sizes', { size: '64', db: '0' }, 2)], START);
    series.replace('scrape', [], START);
    series.replace('scrape', [sample('redis.db.string_sizes', { size: '64', db: '0' }, 3)], START);
    expect(attributes()).toHaveLength(1);
    expect(attributes()[0]).toBe(before);
  });

  it('show a state set with exactly one member at 1', () => {
    const store = createStore(clockAt(START));
    const series = store.open({ kind: 'gateway', name: 'proxy', staleAfter: 1_000 });
    series.replace('verdict', states('llm.cache.verdict', {}, 'memory_only'), START);
    const rows = shown(store);
    expect(rows['llm.cache.verdict {"gateway":"proxy","verdict":"memory_only"}']).toBe(1);
    expect(Object.values(rows).filter((value) => value === 1)).toHaveLength(1);
  });

  it('do not carry an attribute whose value is empty', () => {
    const store = createStore(clockAt(START));
    const series = store.open(TARGET);
    series.observe('db.client.operation.duration', { 'db.system.name': 'redis', 'db.operation.name': 'PING', 'error.type': '' }, 0.01, '');
    expect(Object.keys(shown(store))).toEqual([
      'db.client.operation.duration {"redis_target":"cache","db.system.name":"redis","db.operation.name":"PING"}',
    ]);
  });
});

describe('counters', () => {
  const labels = { credential: 'litellm', outcome: 'failure' } as const;

  it('exist from an addition of 0 and never go backwards', () => {
    const store = createStore(clockAt(START));
    const series = store.open(TARGET);
    const value = () => Object.values(shown(store));
    series.add('redis.auth.attempts', labels, 0);
    expect(value()).toEqual([0]);
    series.add('redis.auth.attempts', labels);
    series.add('redis.auth.attempts', labels, 2.5);
    for (const by of [-1, Number.NaN, Infinity]) series.add('redis.auth.attempts', labels, by);
    expect(value()).toEqual([3.5]);
  });

  it('do not grow stale', () => {
    const store = createStore(clockAt(START));
    store.open(TARGET).add('redis.auth.attempts', labels);
    expect(Object.values(shown(store, START + 1e9))).toEqual([1]);
  });

  it('start when their owner opens, and again at a decrease of what they mirror', () => {
    const store = createStore(clockAt(START));
    const series = store.open(TARGET);
    const start = () => [...store.read(START)].flatMap((family) => family.points.map((point) => point.startTime));
    const mirrored = (value: number, at: number) => series.replace('scrape', [sample('redis.commands.processed', {}, value)], at);
    mirrored(100, START + 15_000);
    mirrored(110, START + 30_000);
    expect(start()).toEqual([[1_700_000_000, 0]]);
    series.replace('scrape', [], START + 45_000);
    mirrored(5, START + 60_250);
    expect(start()).toEqual([[1_700_000_060, 250_000_000]]);
    expect(Object.values(shown(store, START + 60_250))).toEqual([5]);
  });

  it('that fall are another matter than gauges that fall', () => {
    const store = createStore(clockAt(START));
    const series = store.open(TARGET);
    series.replace('scrape', [sample('redis.clients.connected', {}, 9)], START + 1_000);
    series.replace('scrape', [sample('redis.clients.connected', {}, 2)], START + 2_000);
    expect([...store.read(START)][0]?.points[0]?.startTime).toEqual([1_700_000_000, 0]);
  });
});

describe('histograms', () => {
  it('count into inclusive buckets and keep the last exemplar of each', () => {
    const store = createStore(clockAt(START));
    const series = store.open(TARGET);
    for (const [seconds, trace] of [
      [0.0005, TRACE],
      [0.0006, ''],
      [0.0007, TRACE.replace('0', 'f')],
      [99, TRACE],
      [Number.NaN, TRACE],
      [-1, TRACE],
    ] as const)
      series.observe('redis.scrape.duration', { outcome: 'success' }, seconds, trace);
    const [family] = store.read(START);
    const point = family?.points[0];
    expect(point?.value).toEqual({
      buckets: {
        boundaries: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
        counts: [1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
      },
      sum: 0.0005 + 0.0006 + 0.0007 + 99,
      count: 4,
    });
    expect(point !== undefined && 'exemplars' in point && point.exemplars.filter((exemplar) => exemplar !== undefined)).toEqual([
      { traceId: TRACE, value: 0.0005, at: START / 1000 },
      { traceId: TRACE.replace('0', 'f'), value: 0.0007, at: START / 1000 },
      { traceId: TRACE, value: 99, at: START / 1000 },
    ]);
  });

  it('mirror a distribution, and start anew when one of its counts falls', () => {
    const store = createStore(clockAt(START));
    const series = store.open(TARGET);
    const mirrored = (first: number, at: number) =>
      series.replace('scrape', [sample('redis.cmd.duration', { cmd: 'get' }, { counts: [first, ...new Array(21).fill(1)], sum: 2 })], at);
    mirrored(4, START + 1_000);
    const [family] = store.read(START + 1_000);
    expect(family?.points[0]).toMatchObject({ startTime: [1_700_000_000, 0], value: { count: 25, sum: 2 } });
    mirrored(3, START + 2_000);
    expect(family?.points[0]).toMatchObject({ startTime: [1_700_000_002, 0], value: { count: 24, sum: 2 } });
  });
});
