import { resourceFromAttributes } from '@opentelemetry/resources';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combinations, type Sample, sample } from '../../../../src/catalogue/sample.ts';
import { createMetricsPage, negotiate } from '../../../../src/telemetry/page/metrics-page.ts';
import { createTexts } from '../../../../src/telemetry/page/texts.ts';
import { createProducer } from '../../../../src/telemetry/producer.ts';
import { createStore, type Owner } from '../../../../src/telemetry/store.ts';
import { handClock } from '../../../support/clock.ts';
import { exposition } from '../../../support/exposition.ts';
import { pageText } from '../../../support/page-text.ts';

const PROMETHEUS_2 =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
const PROMETHEUS_3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1';

describe('the format', () => {
  it.each([
    ['Prometheus 2', PROMETHEUS_2, 'openmetrics'],
    ['Prometheus 3', PROMETHEUS_3, 'openmetrics'],
    [
      'Prometheus with PrometheusText0.0.4 first',
      'text/plain;version=0.0.4;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1',
      'text',
    ],
    ['a client without the header', undefined, 'text'],
    ['an empty header', '', 'text'],
    ['curl', '*/*', 'text'],
    ['a browser', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text'],
    ['OpenMetrics of any version', 'application/openmetrics-text', 'openmetrics'],
    ['OpenMetrics of an older version only', 'application/openmetrics-text;version=0.0.1', 'text'],
    ['either format alike', 'text/plain, application/openmetrics-text', 'openmetrics'],
    ['OpenMetrics refused', 'application/openmetrics-text;q=0, text/plain;q=0.5', 'text'],
    ['other case and spaces', 'Application/OpenMetrics-Text ; Version=1.0.0 ; Q=0.9', 'openmetrics'],
    ['nonsense', ';;=,q', 'text'],
  ])('for %s', (_, accept, format) => {
    expect(negotiate(accept)).toBe(format);
  });
});

const RESOURCE = { resource: resourceFromAttributes({ 'service.name': 'x' }), scopeMetrics: [] };
const START = 1_700_000_000_000;
const TRACE = '0af7651916cd43dd8448eb211c80319c';

function started(mask?: (text: string) => string) {
  const clock = { ...handClock(), now: () => clock.time, time: START };
  const store = createStore(clock, mask);
  const page = createMetricsPage(createTexts(store, clock), async () => RESOURCE);
  const producer = createProducer(store, clock, { name: 'x', version: '0' }, () => undefined);
  return { clock, store, page, producer, text: async (accept?: string) => pageText(await page.whole(accept)) };
}

describe('the page', () => {
  it('says what it is, and how long', async () => {
    const { page } = started();
    const text = await page.whole(undefined);
    expect(text.contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(pageText(text)).toBe('# HELP target_info Target metadata\n# TYPE target_info gauge\ntarget_info{service_name="x"} 1\n');
    const openmetrics = await page.whole(PROMETHEUS_2);
    expect(openmetrics.contentType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(pageText(openmetrics)).toBe('# TYPE target info\n# HELP target Target metadata\ntarget_info{service_name="x"} 1\n# EOF\n');
    expect(openmetrics.length).toBe(pageText(openmetrics).length);
  });

  it('fails when the collection fails, and is there again afterwards', async () => {
    const { store, clock } = started();
    const results = [Promise.reject(new Error('out of order')), Promise.resolve(RESOURCE)];
    const page = createMetricsPage(createTexts(store, clock), () => results.shift() ?? Promise.resolve(RESOURCE));
    await expect(page.whole(undefined)).rejects.toThrow('out of order');
    expect((await page.whole(undefined)).length).toBeGreaterThan(0);
  });

  it('stays as it was when it was asked for, whatever is written while it goes out', async () => {
    const { store, page, text } = started();
    const owners = Array.from({ length: 1_500 }, (_, index) => store.open({ kind: 'target', name: `cache-${index}`, staleAfter: 60_000 }));
    const write = (value: number) => {
      for (const owner of owners)
        owner.replace(
          'scrape',
          combinations('redis.cmd.calls', {}).map((labels) => sample('redis.cmd.calls', labels, value)),
          START,
        );
    };
    write(1_000_001);
    const before = await text();
    const { pieces, length } = await page.whole(undefined);
    let seen = '';
    let count = 0;
    for (const piece of pieces()) {
      seen += Buffer.from(piece).toString();
      count++;
      if (count === 1) for (const owner of owners.splice(200)) owner.close();
      write(9_999_999 + count);
    }
    expect(count).toBeGreaterThan(2);
    expect(seen).toBe(before);
    expect(seen).toHaveLength(length);
    expect(await text()).not.toContain('1000001');
  });

  it('shows what grows stale, what an owner hides and what a clock turns back without another write', async () => {
    const { store, clock, text } = started();
    let shows = true;
    const series = store.open({ kind: 'target', name: 'cache', staleAfter: 45_000, isShown: (metric) => shows || metric === 'redis.up' });
    series.replace('scrape', [sample('redis.maxmemory', {}, 1)], START);
    series.replace('health', [sample('redis.up', {}, 1)], START);
    const names = async () => (await text()).match(/^redis\w+/gm);
    expect(await names()).toEqual(['redis_maxmemory_bytes', 'redis_up']);
    shows = false;
    expect(await names()).toEqual(['redis_up']);
    shows = true;
    clock.time = START + 45_001;
    expect(await names()).toEqual(['redis_up']);
    clock.time = START + 45_000;
    expect(await names()).toEqual(['redis_maxmemory_bytes', 'redis_up']);
  });

  it('keeps the first of two series that the mask made the same', async () => {
    const { store, text } = started((value) => value.replace(/secret-\d/, '***'));
    const target = { kind: 'target', name: 'cache', staleAfter: 45_000 } as const;
    const series = store.open(target);
    series.replace('scrape', [sample('redis.db.keys', { db: 'secret-1' }, 1), sample('redis.db.keys', { db: 'secret-2' }, 2)], START);
    for (const node of ['secret-1:6379', 'secret-2:6379'])
      store.open({ ...target, node }).replace('scrape', [sample('redis.up', {}, 1)], START);
    const lines = (await text()).match(/^redis.*$/gm);
    expect(lines).toEqual(['redis_db_keys{redis_target="cache",db="***"} 1', 'redis_up{redis_target="cache",redis_node="***:6379"} 1']);
  });
});

describe('the part of an owner', () => {
  it('holds its series and those of its nodes, and nothing else', async () => {
    const { store, page } = started();
    const target = { kind: 'target', name: 'cache', staleAfter: 45_000 } as const;
    for (const owner of [
      target,
      { ...target, node: '10.0.0.1:6379' },
      { ...target, name: 'other' },
      { ...target, kind: 'gateway' },
    ] as const)
      store
        .open(owner)
        .replace(
          owner.kind === 'target' ? 'health' : 'verdict',
          [sample(owner.kind === 'target' ? 'redis.up' : 'llm.gateway.up', {}, 1)],
          START,
        );
    const part = async (kind: 'target' | 'gateway', name: string, success?: boolean) => {
      const found = await page.part(undefined, { kind, name }, success);
      return found && pageText(found).match(/^[^#].*$/gm);
    };
    expect(await part('target', 'cache')).toEqual([
      'redis_up{redis_target="cache"} 1',
      'redis_up{redis_target="cache",redis_node="10.0.0.1:6379"} 1',
    ]);
    expect(await part('gateway', 'cache')).toEqual(['llm_gateway_up{gateway="cache"} 1']);
    expect(await part('gateway', 'cache', true)).toEqual(['llm_gateway_up{gateway="cache"} 1', 'probe_success 1']);
    expect((await part('gateway', 'cache', false))?.at(-1)).toBe('probe_success 0');
    for (const name of ['', 'other', 'Cache', '__proto__', 'cache 10.0.0.1:6379']) expect(await part('gateway', name)).toBeUndefined();
  });
});

describe('the texts of owners agree with a collection of the SDK', () => {
  const written = fc.record({
    owner: fc.integer({ min: 0, max: 3 }),
    what: fc.constantFrom('scrape', 'health', 'add', 'observe', 'withdraw', 'close', 'time'),
    values: fc.array(fc.tuple(fc.constantFrom('0', '1', '17', 'a"b\\c\n', ''), fc.double({ noNaN: false })), { maxLength: 4 }),
  });

  it('whatever is written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(written, { maxLength: 30 }), async (writes) => {
        const { store, clock, producer, page } = started();
        const owner = (index: number): Owner => ({
          kind: 'target',
          name: `cache "${index}"`,
          staleAfter: 10_000,
          ...(index > 2 && { node: 'n:1' }),
        });
        const open = [0, 1, 2, 3].map((index) => store.open(owner(index)));
        for (const { owner: index, what, values } of writes) {
          const series = open[index];
          const samples: Sample[] = values.flatMap(([db, value]) => [
            sample('redis.db.keys', { db }, value),
            sample('redis.keyspace.hits', {}, Math.abs(value)),
            sample(
              'redis.cmd.duration',
              { cmd: 'get' },
              { counts: new Array<number>(22).fill(Math.abs(Math.trunc(value))), sum: Math.abs(value) },
            ),
          ]);
          if (what === 'scrape' || what === 'health') series?.replace(what, samples, clock.time);
          else if (what === 'withdraw') series?.replace('scrape', [], clock.time);
          else if (what === 'add')
            series?.add('redis.auth.attempts', { credential: values[0]?.[0] ?? 'x', outcome: 'failure' }, values.length);
          else if (what === 'observe') series?.observe('redis.scrape.duration', { outcome: 'success' }, values.length, TRACE);
          else if (what === 'time') clock.time += 4_000;
          else {
            series?.close();
            open[index] = store.open(owner(index));
          }
          if (values.length > 2) await page.whole(undefined);
        }
        for (const [accept, format] of [
          [undefined, 'text'],
          [PROMETHEUS_2, 'openmetrics'],
        ] as const) {
          const whole = await page.whole(accept);
          const text = pageText(whole);
          const { resourceMetrics } = await producer.collect();
          const expected = exposition({ ...resourceMetrics, resource: RESOURCE.resource }, format);
          expect(text.split('\n').sort()).toEqual(expected.split('\n').sort());
          expect(Buffer.byteLength(text)).toBe(whole.length);
          const families = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
          expect(new Set(families).size).toBe(families.length);
        }
      }),
    );
  });
});
