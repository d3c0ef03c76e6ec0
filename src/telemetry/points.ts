import type { Attributes, HrTime } from '@opentelemetry/api';
import type { Histogram } from '@opentelemetry/sdk-metrics';
import type { Distribution } from '../catalogue/sample.ts';

/** One value of a gauge or counter, in the shape of an OpenTelemetry data point. */
export interface NumberPoint {
  readonly attributes: Attributes;
  startTime: HrTime;
  readonly endTime: HrTime;
  value: number;
}

/** The trace behind the last value that fell into a bucket; `at` is Unix seconds. */
export interface Exemplar {
  readonly traceId: string;
  readonly value: number;
  readonly at: number;
}

/**
 * One histogram, in the shape of an OpenTelemetry data point. The data point of the JavaScript SDK has no
 * place for exemplars, so they ride beside the value, one per bucket; the OTLP serializer ignores them.
 */
export interface HistogramPoint {
  readonly attributes: Attributes;
  startTime: HrTime;
  readonly endTime: HrTime;
  readonly value: Histogram;
  readonly exemplars: (Exemplar | undefined)[];
}

const TRACE_ID = /^[0-9a-f]{32}$/;

/** A time of OpenTelemetry, seconds and nanoseconds, of Unix milliseconds. */
export function hrTime(milliseconds: number): HrTime {
  const seconds = Math.floor(milliseconds / 1000);
  return [seconds, Math.round((milliseconds - seconds * 1000) * 1e6)];
}

/** A histogram that has seen nothing; `boundaries` are upper bounds, inclusive, without infinity. */
export function emptyHistogram(attributes: Attributes, boundaries: number[], startTime: HrTime, endTime: HrTime): HistogramPoint {
  const counts = new Array<number>(boundaries.length + 1).fill(0);
  return { attributes, startTime, endTime, value: { buckets: { boundaries, counts }, sum: 0, count: 0 }, exemplars: [] };
}

/** The exemplars of a data point, one per bucket; none for a point that is not of this daemon's making. */
export function exemplarsOf(point: object): HistogramPoint['exemplars'] {
  return isHistogramPoint(point) ? point.exemplars : [];
}

function isHistogramPoint(point: object): point is HistogramPoint {
  return 'exemplars' in point;
}

/** Adds one value, with its trace where `traceId` is one. What would make the sum fall or not a number is left out. */
export function observeValue(point: HistogramPoint, value: number, traceId: string, now: number): void {
  if (!Number.isFinite(value) || value < 0) return;
  const { boundaries, counts } = point.value.buckets;
  let bucket = 0;
  while (bucket < boundaries.length && value > (boundaries[bucket] ?? Infinity)) bucket++;
  counts[bucket] = (counts[bucket] ?? 0) + 1;
  point.value.sum = (point.value.sum ?? 0) + value;
  point.value.count++;
  if (TRACE_ID.test(traceId)) point.exemplars[bucket] = { traceId, value, at: now / 1000 };
}

/** Whether a mirrored histogram can be shown: one finite count per bucket and a finite sum. */
export function isComplete(distribution: Distribution, boundaries: readonly number[]): boolean {
  return (
    distribution.counts.length === boundaries.length + 1 &&
    Number.isFinite(distribution.sum) &&
    distribution.counts.every((count) => Number.isFinite(count) && count >= 0)
  );
}

/** Sets a mirrored histogram; says whether it went backwards, as it does when its source restarted. */
export function setDistribution(point: HistogramPoint, distribution: Distribution): boolean {
  const { counts } = point.value.buckets;
  let total = 0;
  let fell = false;
  distribution.counts.forEach((count, bucket) => {
    if (count < (counts[bucket] ?? 0)) fell = true;
    counts[bucket] = count;
    total += count;
  });
  point.value.sum = distribution.sum;
  point.value.count = total;
  return fell;
}
