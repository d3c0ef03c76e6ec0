import { type DataPoint, DataPointType, type Histogram, type MetricData, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { prometheusName } from '../../catalogue/prometheus-name.ts';
import { exemplarsOf } from '../points.ts';
import { type Family, type Format, metadata } from './families.ts';
import { bucketLines, exemplarText, type LineEnds, lineEnds } from './lines.ts';
import { labelText, numberText } from './prometheus-text.ts';

type Shown = Exclude<MetricData, { dataPointType: DataPointType.EXPONENTIAL_HISTOGRAM }>;
type Point = DataPoint<number> | DataPoint<Histogram>;

interface Collected extends Family {
  points: Point[];
}

/**
 * A collection of the OpenTelemetry SDK as text, family by family, sorted by their names, which are those of the
 * OpenTelemetry translation. What would make Prometheus refuse the whole page is left out: of two metrics that
 * translate to one name with different types, of two series with the same labels, and of two attributes that
 * translate to one label, the first one counts; exponential histograms, which neither format can show, are left
 * out too. OpenMetrics carries the exemplars of the histograms.
 */
export function collectedFamilies({ scopeMetrics }: ResourceMetrics, format: Format): { readonly name: string; readonly text: string }[] {
  return familiesOf(scopeMetrics.flatMap(({ metrics }) => metrics)).map((family) => ({
    name: family.name,
    text: metadata(family, format) + samples(family, format),
  }));
}

function familiesOf(metrics: readonly MetricData[]): Collected[] {
  const families = new Map<string, Collected>();
  for (const metric of metrics) {
    if (metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM || metric.dataPoints.length === 0) continue;
    const type = typeOf(metric);
    const name = prometheusName(metric.descriptor.name, type, metric.descriptor.unit);
    const known = families.get(name);
    if (known === undefined) families.set(name, { name, type, help: metric.descriptor.description, points: metric.dataPoints });
    else if (known.type === type) known.points = [...known.points, ...metric.dataPoints];
  }
  return [...families.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function typeOf(metric: Shown): Family['type'] {
  if (metric.dataPointType === DataPointType.HISTOGRAM) return 'histogram';
  return metric.dataPointType === DataPointType.SUM && metric.isMonotonic ? 'counter' : 'gauge';
}

/** The entity that the page is about (OpenTelemetry: Prometheus and OpenMetrics compatibility, resource attributes). */
export function targetInfo({ resource }: ResourceMetrics, format: Format): string {
  const labels = labelText(resource.attributes);
  const family =
    format === 'text'
      ? '# HELP target_info Target metadata\n# TYPE target_info gauge\n'
      : '# TYPE target info\n# HELP target Target metadata\n';
  return labels === '' ? '' : `${family}target_info{${labels}} 1\n`;
}

function samples({ name, type, points }: Collected, format: Format): string {
  const seen = new Set<string>();
  let lines = '';
  for (const point of points) {
    const labels = labelText(point.attributes);
    if (seen.has(labels)) continue;
    seen.add(labels);
    if (isHistogram(point)) {
      if (type === 'histogram') lines += histogram(name, labels, point, format);
    } else {
      const { before, after } = lineEnds(name, labels, false);
      lines += `${before}${after}${numberText(point.value)}\n`;
    }
  }
  return lines;
}

function isHistogram(point: Point): point is DataPoint<Histogram> {
  return typeof point.value !== 'number';
}

/** Buckets are cumulative here, other than in the data model of OpenTelemetry. */
function histogram(name: string, labels: string, point: DataPoint<Histogram>, format: Format): string {
  const { buckets, sum, count } = point.value;
  const ends = bucketLines(name, labels, false, buckets.boundaries);
  const exemplars = format === 'openmetrics' ? exemplarsOf(point) : [];
  const start = ({ before, after }: LineEnds) => before + after;
  let cumulative = 0;
  let lines = '';
  ends.buckets.forEach((bucket, index) => {
    cumulative += buckets.counts[index] ?? 0;
    lines += `${start(bucket)}${cumulative}${exemplarText(exemplars[index])}\n`;
  });
  if (sum !== undefined) lines += `${start(ends.sum)}${numberText(sum)}\n`;
  return `${lines}${start(ends.count)}${count}\n`;
}
