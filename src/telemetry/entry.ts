import type { Attributes, HrTime } from '@opentelemetry/api';
import { type MetricDefinition, NODE_LABEL, OWNER_LABEL } from '../catalogue/definition.ts';
import { CATALOGUE } from '../catalogue/index.ts';
import type { Metric, Sample } from '../catalogue/sample.ts';
import { FAMILIES, placeOf } from './page/families.ts';
import { bucketLines, type HistogramEnds, type LineEnds, lineEnds } from './page/lines.ts';
import { labelText } from './page/prometheus-text.ts';
import { emptyHistogram, type HistogramPoint, hrTime, isComplete, type NumberPoint, setDistribution } from './points.ts';
import type { Owner } from './store.ts';

/** What the catalogue's labels are where the metric is any: its types say string, the compiler cannot follow. */
export type Labels = Readonly<Record<string, unknown>>;

/** What the same series of all owners have in common: a thousand targets have a thousand values of each, and one of these. */
export interface Shape {
  readonly metric: Metric;
  /** Its family in `FAMILIES`. */
  readonly place: number;
  /** Its values of the labels of the catalogue, in the order of that, masked. */
  readonly values: readonly unknown[];
  readonly line: LineEnds | undefined;
  readonly histogram: HistogramEnds | undefined;
}

/** One series of one owner. `values` are its labels as they were given, in the order of the catalogue. */
export type Entry =
  | {
      readonly form: 'number';
      readonly shape: Shape;
      readonly values: readonly unknown[];
      startTime: HrTime;
      value: number;
      /** Made when a reader of the SDK asks for it first. */
      point: NumberPoint | undefined;
    }
  | { readonly form: 'histogram'; readonly shape: Shape; readonly values: readonly unknown[]; readonly point: HistogramPoint };

/** Series that are not used any more are forgotten when there are twice as many as were used the last time. */
const MIN_SHAPES = 8_192;

/** The shapes of all series. `inUse` gives those that are, whenever it is time to forget the others. */
export interface Shapes {
  of(metric: Metric, values: readonly unknown[], owned: boolean): Shape;
}

/** No shapes yet. */
export function createShapes(inUse: () => Iterable<Shape>): Shapes {
  const known = new Map<string, Shape>();
  let most = MIN_SHAPES;

  function forget(): void {
    const used = new Set(inUse());
    for (const [key, shape] of known) if (!used.has(shape)) known.delete(key);
    most = Math.max(MIN_SHAPES, 2 * known.size);
  }

  return {
    of(metric, values, owned) {
      const key = keyOf(metric, [owned, ...values]);
      const before = known.get(key);
      if (before !== undefined) return before;
      if (known.size >= most) forget();
      const shape = createShape(metric, values, owned);
      known.set(key, shape);
      return shape;
    },
  };
}

function createShape(metric: Metric, values: readonly unknown[], owned: boolean): Shape {
  const definition: MetricDefinition = CATALOGUE[metric];
  const place = placeOf(metric);
  const name = FAMILIES[place]?.name ?? '';
  const labels = labelText(attributesOf(metric, values));
  return {
    metric,
    place,
    values,
    line: definition.kind === 'histogram' ? undefined : lineEnds(name, labels, owned),
    histogram: definition.kind === 'histogram' ? bucketLines(name, labels, owned, definition.buckets) : undefined,
  };
}

/** Identifies a series within its owner. */
export function keyOf(metric: Metric, values: readonly unknown[]): string {
  return [metric, ...values].join('\0');
}

/** The values of the labels of a sample, in the order of the catalogue, whatever the order in which they were written. */
export function valuesOf(metric: Metric, labels: Labels): readonly unknown[] {
  return labelsOf(metric).map((label) => labels[label]);
}

/** Whether an entry is that of a sample. */
export function isOf({ shape, values }: Entry, { metric, labels }: Sample): boolean {
  if (shape.metric !== metric) return false;
  const given: Labels = labels;
  return labelsOf(metric).every((label, index) => values[index] === given[label]);
}

const LABELS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries<MetricDefinition>(CATALOGUE).map(([metric, { labels }]) => [metric, Object.keys(labels)]),
);

function labelsOf(metric: Metric): readonly string[] {
  return LABELS.get(metric) ?? [];
}

/** The labels of the owner itself. An empty value means, as in Prometheus, that a label is not there. */
export function ownAttributes({ kind, name, node }: Owner, mask: (text: string) => string): Attributes {
  const label = OWNER_LABEL[kind];
  return { ...(label !== undefined && { [label]: name }), ...(node !== undefined && { [NODE_LABEL]: mask(node) }) };
}

function attributesOf(metric: Metric, values: readonly unknown[]): Attributes {
  const attributes: Attributes = {};
  labelsOf(metric).forEach((label, index) => {
    const value = values[index];
    if (typeof value === 'string' && value !== '') attributes[label] = value;
  });
  return attributes;
}

/** A series of an owner with the labels `own`, at 0. `mask` is asked once for each. */
export function createEntry(
  { metric, values, own }: { metric: Metric; values: readonly unknown[]; own: Attributes },
  { shapes, mask }: { shapes: Shapes; mask: (text: string) => string },
  { startTime, endTime }: { startTime: HrTime; endTime: HrTime },
): Entry {
  const masked = values.map((value) => (typeof value === 'string' && value !== '' ? mask(value) : value));
  const shape = shapes.of(metric, masked, Object.keys(own).length > 0);
  const shared = values.every((value, index) => value === shape.values[index]) ? shape.values : values;
  const definition: MetricDefinition = CATALOGUE[metric];
  if (definition.kind !== 'histogram') return { form: 'number', shape, values: shared, startTime, value: 0, point: undefined };
  const attributes = { ...own, ...attributesOf(metric, shape.values) };
  return {
    form: 'histogram',
    shape,
    values: shared,
    point: emptyHistogram(attributes, boundariesOf(definition.buckets), startTime, endTime),
  };
}

const boundaries = new WeakMap<readonly number[], number[]>();

/** The bounds of all histograms of a metric are one list. */
function boundariesOf(buckets: readonly number[]): number[] {
  const known = boundaries.get(buckets) ?? [...buckets];
  boundaries.set(buckets, known);
  return known;
}

/** The data point of a number as a reader of the SDK takes it: one object for life, with the value of now. */
export function numberPoint(entry: Entry & { form: 'number' }, own: Attributes, endTime: HrTime): NumberPoint {
  const { shape, startTime, value } = entry;
  entry.point ??= { attributes: { ...own, ...attributesOf(shape.metric, shape.values) }, startTime, endTime, value };
  entry.point.startTime = startTime;
  entry.point.value = value;
  return entry.point;
}

/** Takes over the value of a source; says whether there is one to show. */
export function mirror(entry: Entry, { value, metric }: Sample, at: number): boolean {
  if (entry.form === 'histogram') {
    const { point } = entry;
    if (typeof value === 'number' || !isComplete(value, point.value.buckets.boundaries)) return false;
    if (setDistribution(point, value)) point.startTime = hrTime(at);
    return true;
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  if (value < entry.value && CATALOGUE[metric].kind === 'counter') entry.startTime = hrTime(at);
  entry.value = value;
  return true;
}
