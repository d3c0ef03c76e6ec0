import type { Attributes, HrTime } from '@opentelemetry/api';
import { type MetricDefinition, NODE_LABEL, OWNER_LABEL } from '../catalogue/definition.ts';
import { CATALOGUE } from '../catalogue/index.ts';
import type { Metric, Sample } from '../catalogue/sample.ts';
import { isLasting, type Part, type Series } from '../catalogue/series.ts';
import type { Clock } from '../schedule/clock.ts';
import { emptyHistogram, type HistogramPoint, hrTime, isComplete, type NumberPoint, observeValue, setDistribution } from './points.ts';

/**
 * Whose series they are. `staleAfter` is milliseconds: a part that was not replaced for longer is not
 * read, unless it is lasting (`isLasting`) or `lifetimes` gives it another limit. The series of an owner carry its label, see `OWNER_LABEL`,
 * and those of a node `NODE_LABEL` besides.
 */
export interface Owner {
  readonly kind: 'target' | 'gateway' | 'exporter';
  readonly name: string;
  /** The node of a target that is a cluster, which has series of its own. */
  readonly node?: string;
  readonly staleAfter: number;
  readonly lifetimes?: Readonly<Partial<Record<Part, number>>>;
  /** Says at each reading which metrics are to be shown; all without it. */
  readonly isShown?: (metric: Metric) => boolean;
}

/** All series of one metric that are to be shown now. */
export type Family =
  | { readonly metric: Metric; readonly form: 'number'; points: NumberPoint[] }
  | { readonly metric: Metric; readonly form: 'histogram'; readonly boundaries: number[]; points: HistogramPoint[] };

/**
 * Every series of the product. `open` gives an owner its handle and throws when one of the same kind,
 * name and node is open. `openNext` gives that of its successor then, which shows nothing until the other is closed. `read` gives what is to be shown at `now` (Unix milliseconds); its points are the store's
 * own and change with the next write, its arrays do not.
 */
export interface Store {
  open(owner: Owner): Series;
  openNext(owner: Owner): Series;
  read(now: number): Iterable<Family>;
}

type Entry =
  | { readonly form: 'number'; readonly family: Family & { form: 'number' }; readonly point: NumberPoint }
  | { readonly form: 'histogram'; readonly family: Family & { form: 'histogram' }; readonly point: HistogramPoint };

/** What one `replace` left. Withdrawn entries are kept until the next one, so that counters keep their start. */
interface Published {
  at: number;
  shown: boolean;
  entries: Map<string, Entry>;
}

interface OwnedSeries {
  readonly owner: Owner;
  readonly events: Map<string, Entry>;
  readonly parts: Map<Part, Published>;
}

function idOf({ kind, name, node }: Owner): string {
  return node === undefined ? `${kind} ${name}` : `${kind} ${name} ${node}`;
}

/** An empty store. `mask` hides what must not stand in a label; it is asked once for each new series. */
export function createStore(clock: Clock, mask: (text: string) => string = (text) => text): Store {
  const holdings = new Map<string, OwnedSeries>();
  const successors = new Map<string, OwnedSeries>();
  const families = new Map<Metric, Family>();
  // All points share this one object: as for a scrape, the time of a value is the time at which it is read.
  const endTime: HrTime = [0, 0];

  function familyOf(metric: Metric): Family {
    const known = families.get(metric);
    if (known !== undefined) return known;
    const definition: MetricDefinition = CATALOGUE[metric];
    const family: Family =
      definition.kind === 'histogram'
        ? { metric, form: 'histogram', boundaries: [...definition.buckets], points: [] }
        : { metric, form: 'number', points: [] };
    families.set(metric, family);
    return family;
  }

  function createEntry(owner: Owner, metric: Metric, labels: Labels, startTime: HrTime): Entry {
    const family = familyOf(metric);
    const attributes = attributesOf(owner, metric, labels, mask);
    return family.form === 'histogram'
      ? { form: 'histogram', family, point: emptyHistogram(attributes, family.boundaries, startTime, endTime) }
      : { form: 'number', family, point: { attributes, startTime, endTime, value: 0 } };
  }

  function open(owner: Owner): Series {
    if (holdings.has(idOf(owner))) throw new Error(`the series of ${idOf(owner)} are open already`);
    return openNext(owner);
  }

  function openNext(owner: Owner): Series {
    const id = idOf(owner);
    if (successors.has(id)) throw new Error(`the series of a successor of ${id} are open already`);
    const holding: OwnedSeries = { owner, events: new Map(), parts: new Map() };
    const startTime = hrTime(clock.now());
    (holdings.has(id) ? successors : holdings).set(id, holding);

    function eventEntry(metric: Metric, labels: Labels): Entry {
      const key = keyOf(metric, labels);
      const known = holding.events.get(key);
      if (known !== undefined) return known;
      const entry = createEntry(owner, metric, labels, startTime);
      holding.events.set(key, entry);
      return entry;
    }

    return {
      replace(name, samples, at) {
        const before = holding.parts.get(name);
        if (samples.length === 0) {
          if (before !== undefined) before.shown = false;
          return;
        }
        const entries = new Map<string, Entry>();
        for (const sample of samples) {
          const key = keyOf(sample.metric, sample.labels);
          const entry = before?.entries.get(key) ?? createEntry(owner, sample.metric, sample.labels, startTime);
          if (mirror(entry, sample, at)) entries.set(key, entry);
        }
        holding.parts.set(name, { at, shown: true, entries });
      },
      add(metric, labels, by = 1) {
        if (!(by >= 0 && by < Infinity)) return;
        const entry = eventEntry(metric, labels);
        if (entry.form === 'number') entry.point.value += by;
      },
      observe(metric, labels, value, traceId) {
        const entry = eventEntry(metric, labels);
        if (entry.form === 'histogram') observeValue(entry.point, value, traceId, clock.now());
      },
      // A holding that was taken out is never read again: late writes go nowhere.
      close() {
        const successor = successors.get(id);
        if (successor === holding) successors.delete(id);
        if (holdings.get(id) !== holding) return;
        holdings.delete(id);
        if (successor === undefined) return;
        holdings.set(id, successor);
        successors.delete(id);
      },
    };
  }

  function read(now: number): Iterable<Family> {
    for (const family of families.values()) family.points = [];
    [endTime[0], endTime[1]] = hrTime(now);
    for (const { owner, events, parts } of holdings.values()) {
      for (const entry of events.values()) show(owner, entry);
      for (const [name, part] of parts) {
        const fresh = now - part.at <= (owner.lifetimes?.[name] ?? owner.staleAfter) || isLasting(name);
        if (part.shown && fresh) for (const entry of part.entries.values()) show(owner, entry);
      }
    }
    return families.values();
  }

  return { open, openNext, read };
}

/** What the catalogue's labels are where the metric is any: its types say string, the compiler cannot follow. */
type Labels = Readonly<Record<string, unknown>>;

/** Identifies a series within its owner, whatever the order in which its labels were written. */
function keyOf(metric: Metric, labels: Labels): string {
  let key: string = metric;
  for (const label in CATALOGUE[metric].labels) key += `\0${labels[label]}`;
  return key;
}

/** The attributes of a series. An empty value means, as in Prometheus, that the attribute is not there. */
function attributesOf(owner: Owner, metric: Metric, labels: Labels, mask: (text: string) => string): Attributes {
  const attributes: Attributes = {};
  const ownerLabel = OWNER_LABEL[owner.kind];
  if (ownerLabel !== undefined) attributes[ownerLabel] = owner.name;
  if (owner.node !== undefined) attributes[NODE_LABEL] = mask(owner.node);
  for (const label in CATALOGUE[metric].labels) {
    const value = labels[label];
    if (typeof value === 'string' && value !== '') attributes[label] = mask(value);
  }
  return attributes;
}

/** Takes over the value of a source; says whether there is one to show. */
function mirror(entry: Entry, { value, metric }: Sample, at: number): boolean {
  if (entry.form === 'histogram') {
    if (typeof value === 'number' || !isComplete(value, entry.family.boundaries)) return false;
    if (setDistribution(entry.point, value)) entry.point.startTime = hrTime(at);
    return true;
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  if (value < entry.point.value && CATALOGUE[metric].kind === 'counter') entry.point.startTime = hrTime(at);
  entry.point.value = value;
  return true;
}

function show({ isShown: shows }: Owner, entry: Entry): void {
  if (shows !== undefined && !shows(entry.family.metric)) return;
  if (entry.form === 'histogram') entry.family.points.push(entry.point);
  else entry.family.points.push(entry.point);
}
