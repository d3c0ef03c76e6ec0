import { ValueType } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type MetricDescriptor,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import type { MetricDefinition } from '../catalogue/definition.ts';
import { CATALOGUE } from '../catalogue/index.ts';
import type { Metric } from '../catalogue/sample.ts';
import type { Clock } from '../schedule/clock.ts';
import type { Family, Store } from './store.ts';

/**
 * Hands the store's series to any reader of the OpenTelemetry SDK. `refresh` runs before each collection.
 * Unlike an instrument, a producer forgets a series that its owner dropped.
 */
export function createProducer(store: Store, clock: Clock, scope: { name: string; version: string }, refresh: () => void): MetricProducer {
  const descriptors = new Map<Metric, MetricDescriptor>();

  function descriptorOf(metric: Metric): MetricDescriptor {
    const known = descriptors.get(metric);
    if (known !== undefined) return known;
    const { help, unit } = CATALOGUE[metric];
    const descriptor = { name: metric, description: help, unit, valueType: ValueType.DOUBLE };
    descriptors.set(metric, descriptor);
    return descriptor;
  }

  return {
    async collect() {
      refresh();
      const metrics: MetricData[] = [];
      for (const family of store.read(clock.now())) {
        if (family.points.length > 0) metrics.push(metricData(family, descriptorOf(family.metric)));
      }
      return { resourceMetrics: { resource: emptyResource(), scopeMetrics: [{ scope, metrics }] }, errors: [] };
    },
  };
}

/** What the SDK says of itself and what the store holds, in one collection. */
export function joinProducers(sdk: MetricProducer, own: MetricProducer): MetricProducer {
  return {
    async collect(options) {
      const [first, second] = [await own.collect(options), await sdk.collect(options)];
      const { resource, scopeMetrics } = second.resourceMetrics;
      return {
        resourceMetrics: { resource, scopeMetrics: [...first.resourceMetrics.scopeMetrics, ...scopeMetrics] },
        errors: [...first.errors, ...second.errors],
      };
    },
  };
}

function metricData(family: Family, descriptor: MetricDescriptor): MetricData {
  const aggregationTemporality = AggregationTemporality.CUMULATIVE;
  if (family.form === 'histogram') {
    return { descriptor, aggregationTemporality, dataPointType: DataPointType.HISTOGRAM, dataPoints: family.points };
  }
  const definition: MetricDefinition = CATALOGUE[family.metric];
  if (definition.kind === 'counter') {
    return { descriptor, aggregationTemporality, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: family.points };
  }
  return { descriptor, aggregationTemporality, dataPointType: DataPointType.GAUGE, dataPoints: family.points };
}
