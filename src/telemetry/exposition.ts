import { type DataPoint, DataPointType, type Histogram, type MetricData, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { prometheusName } from '../catalogue/prometheus-name.ts';
import { type Exemplar, exemplarsOf } from './points.ts';
import { createPrefixCache } from './prefix-cache.ts';
import { canonicalNumber, escapeHelp, escapeQuoted, labelText, numberText } from './prometheus-text.ts';

/** `text` is the Prometheus text format 0.0.4, `openmetrics` is OpenMetrics 1.0. */
export type Format = 'text' | 'openmetrics';

type Shown = Exclude<MetricData, { dataPointType: DataPointType.EXPONENTIAL_HISTOGRAM }>;
type Point = DataPoint<number> | DataPoint<Histogram>;
type Type = 'gauge' | 'counter' | 'histogram';

interface Family {
  readonly name: string;
  readonly type: Type;
  readonly help: string;
  readonly key: object;
  points: Point[];
}

/**
 * A page for Prometheus. Names are those of the OpenTelemetry translation and families are sorted by
 * them. What would make Prometheus refuse the whole page is left out: of two metrics that translate to one
 * name with different types, of two series with the same labels, and of two attributes that translate to
 * one label, the first one counts; exponential histograms, which neither format can show, are left out too.
 * OpenMetrics pages carry the exemplars of the histograms.
 */
export function exposition({ resource, scopeMetrics }: ResourceMetrics, format: Format): string {
  let page = targetInfo(labelText(resource.attributes), format);
  for (const family of familiesOf(scopeMetrics.flatMap(({ metrics }) => metrics)))
    page += metadata(family, format) + samples(family, format);
  return format === 'openmetrics' ? `${page}# EOF\n` : page;
}

function familiesOf(metrics: readonly MetricData[]): Family[] {
  const families = new Map<string, Family>();
  for (const metric of metrics) {
    if (metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM || metric.dataPoints.length === 0) continue;
    const type = typeOf(metric);
    const name = prometheusName(metric.descriptor.name, type, metric.descriptor.unit);
    const known = families.get(name);
    if (known === undefined)
      families.set(name, { name, type, help: metric.descriptor.description, key: metric.descriptor, points: metric.dataPoints });
    else if (known.type === type) known.points = [...known.points, ...metric.dataPoints];
  }
  return [...families.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function typeOf(metric: Shown): Type {
  if (metric.dataPointType === DataPointType.HISTOGRAM) return 'histogram';
  return metric.dataPointType === DataPointType.SUM && metric.isMonotonic ? 'counter' : 'gauge';
}

/** The entity that the page is about (OpenTelemetry: Prometheus and OpenMetrics compatibility, resource attributes). */
function targetInfo(labels: string, format: Format): string {
  const family =
    format === 'text'
      ? '# HELP target_info Target metadata\n# TYPE target_info gauge\n'
      : '# TYPE target info\n# HELP target Target metadata\n';
  return labels === '' ? '' : `${family}target_info{${labels}} 1\n`;
}

const UNIT = /_(seconds|bytes|ratio)$/;

/** OpenMetrics names the family of a counter without `_total` and wants a unit that the name ends in; text 0.0.4 knows none. */
function metadata({ name, type, help }: Family, format: Format): string {
  const description = help === '' ? 'No description.' : help;
  if (format === 'text') return `# HELP ${name} ${escapeHelp(description)}\n# TYPE ${name} ${type}\n`;
  const family = type === 'counter' ? name.replace(/_total$/, '') : name;
  const unit = UNIT.exec(family)?.[1];
  return `# TYPE ${family} ${type}\n${unit === undefined ? '' : `# UNIT ${family} ${unit}\n`}# HELP ${family} ${escapeQuoted(description)}\n`;
}

function samples({ name, type, key, points }: Family, format: Format): string {
  let lines = '';
  if (type === 'histogram') {
    const histograms = points.filter(isHistogram);
    const layout = histogramLayout(key, name, histograms);
    for (let index = 0; index < histograms.length; index++) lines += histogram(layout[index], histograms[index], format);
    return lines;
  }
  const layout = numberLayout(key, name, points);
  for (let index = 0; index < points.length; index++) {
    const start = layout[index];
    const value = points[index]?.value;
    if (start !== undefined && typeof value === 'number') lines += `${start}${numberText(value)}\n`;
  }
  return lines;
}

function isHistogram(point: Point): point is DataPoint<Histogram> {
  return typeof point.value !== 'number';
}

const numberLayout = createPrefixCache((name, labels) => lineStart(name, labels));

const histogramLayout = createPrefixCache((name, labels, { value }: DataPoint<Histogram>) => ({
  buckets: [...value.buckets.boundaries.map(canonicalNumber), '+Inf'].map((bound) =>
    lineStart(`${name}_bucket`, `${labels}${labels === '' ? '' : ','}le="${bound}"`),
  ),
  sum: lineStart(`${name}_sum`, labels),
  count: lineStart(`${name}_count`, labels),
}));

/** Joined, because V8 copies a joined string as one piece into the page and a concatenated one bit by bit. */
function lineStart(name: string, labels: string): string {
  return (labels === '' ? [name, ' '] : [name, '{', labels, '} ']).join('');
}

/** Buckets are cumulative here, other than in the data model of OpenTelemetry. */
function histogram(
  start: { buckets: string[]; sum: string; count: string } | undefined,
  point: DataPoint<Histogram> | undefined,
  format: Format,
): string {
  if (start === undefined || point === undefined) return '';
  const { buckets, sum, count } = point.value;
  const exemplars = format === 'openmetrics' ? exemplarsOf(point) : [];
  let cumulative = 0;
  let lines = '';
  for (let bucket = 0; bucket < start.buckets.length; bucket++) {
    cumulative += buckets.counts[bucket] ?? 0;
    lines += `${start.buckets[bucket]}${cumulative}${exemplarText(exemplars[bucket])}\n`;
  }
  if (sum !== undefined) lines += `${start.sum}${numberText(sum)}\n`;
  return `${lines}${start.count}${count}\n`;
}

function exemplarText(exemplar: Exemplar | undefined): string {
  return exemplar === undefined ? '' : ` # {trace_id="${exemplar.traceId}"} ${numberText(exemplar.value)} ${exemplar.at.toFixed(3)}`;
}
