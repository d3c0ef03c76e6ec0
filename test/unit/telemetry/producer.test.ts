import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { AggregationTemporality, DataPointType, MeterProvider, type MetricData } from '@opentelemetry/sdk-metrics';
import { afterEach, describe, expect, it } from 'vitest';
import { sample, states } from '../../../src/catalogue/sample.ts';
import { systemClock } from '../../../src/schedule/clock.ts';
import { createProducer } from '../../../src/telemetry/producer.ts';
import { createStore } from '../../../src/telemetry/store.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function collection(refresh = () => {}) {
  const store = createStore(systemClock);
  const reader = new PrometheusExporter({
    preventServerStart: true,
    metricProducers: [createProducer(store, systemClock, { name: 'litellm-cache-exporter', version: '1.2.3' }, refresh)],
  });
  const provider = new MeterProvider({ readers: [reader] });
  closing.push(() => provider.shutdown());
  const collect = async (): Promise<MetricData[]> =>
    (await reader.collect()).resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
  return { store, collect };
}

describe('the producer', () => {
  it('gives gauges, cumulative sums and histograms with the names, units and help of the catalogue', async () => {
    const { store, collect } = collection();
    const series = store.open({ kind: 'target', name: 'cache', staleAfter: 60_000 });
    series.replace('scrape', [sample('redis.memory.used', {}, 5), ...states('redis.role', {}, 'master')], systemClock.now());
    series.add('redis.auth.attempts', { credential: 'litellm', outcome: 'success' });
    series.observe('redis.scrape.duration', { outcome: 'success' }, 0.2, '');
    const metrics = new Map((await collect()).map((metric) => [metric.descriptor.name, metric]));
    expect(metrics.get('redis.memory.used')).toMatchObject({ dataPointType: DataPointType.GAUGE, descriptor: { unit: 'By' } });
    expect(metrics.get('redis.role')).toMatchObject({ dataPointType: DataPointType.GAUGE, descriptor: { unit: '' } });
    expect(metrics.get('redis.auth.attempts')).toMatchObject({
      dataPointType: DataPointType.SUM,
      isMonotonic: true,
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
    });
    expect(metrics.get('redis.scrape.duration')).toMatchObject({
      dataPointType: DataPointType.HISTOGRAM,
      descriptor: { description: 'Duration of a scrape of the target, canaries included.' },
    });
  });

  it('forgets a target that is gone, unlike an instrument', async () => {
    const { store, collect } = collection();
    const series = store.open({ kind: 'target', name: 'cache', staleAfter: 60_000 });
    series.replace('health', [sample('redis.up', {}, 1)], systemClock.now());
    expect((await collect()).map(({ descriptor }) => descriptor.name)).toEqual(['redis.up']);
    series.close();
    expect(await collect()).toEqual([]);
  });

  it('passes points on by reference, so that exemplars arrive', async () => {
    const { store, collect } = collection();
    const series = store.open({ kind: 'target', name: 'cache', staleAfter: 60_000 });
    series.observe('redis.scrape.duration', { outcome: 'success' }, 0.2, '0af7651916cd43dd8448eb211c80319c');
    const [metric] = await collect();
    expect(metric?.dataPoints[0]).toHaveProperty('exemplars');
  });

  it('refreshes before it reads, and a refresh that fails fails the collection', async () => {
    let broken = false;
    const { store, collect } = collection(() => {
      if (broken) throw new Error('no such file');
      own.replace('self', [sample('process.uptime', {}, 7)], systemClock.now());
    });
    const own = store.open({ kind: 'exporter', name: 'self', staleAfter: 60_000 });
    expect((await collect())[0]?.dataPoints[0]?.value).toBe(7);
    broken = true;
    await expect(collect()).rejects.toThrow('no such file');
  });
});
