import type { Attributes, HrTime } from '@opentelemetry/api';
import type { Metric, Sample } from '../catalogue/sample.ts';
import { isLasting, type Part, type Series } from '../catalogue/series.ts';
import type { Clock } from '../schedule/clock.ts';
import {
  createEntry,
  createShapes,
  type Entry,
  isOf,
  keyOf,
  type Labels,
  mirror,
  numberPoint,
  ownAttributes,
  type Shape,
  valuesOf,
} from './entry.ts';
import { type HistogramPoint, hrTime, type NumberPoint, observeValue } from './points.ts';

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
  /** Says at each reading which metrics are to be shown, all without it. It is asked for each metric, not for each series. */
  readonly isShown?: (metric: Metric) => boolean;
}

/** All series of one metric that are to be shown now. */
export type Family =
  | { readonly metric: Metric; readonly form: 'number'; readonly points: NumberPoint[] }
  | { readonly metric: Metric; readonly form: 'histogram'; readonly points: HistogramPoint[] };

/**
 * Every series of the product. `open` gives an owner its handle and throws when one of the same kind,
 * name and node is open. `openNext` gives that of its successor then, which shows nothing until the other is closed. `read` gives what is to be shown at `now` (Unix milliseconds); its points are the store's
 * own and change with the next write, its arrays do not.
 */
export interface Store {
  open(owner: Owner): Series;
  openNext(owner: Owner): Series;
  read(now: number): Iterable<Family>;
  /** The owners of what is shown, each for itself. */
  owned(): Iterable<Owned>;
  /** Calls back after each write of an owner whose series are shown; the last listener counts. */
  onWrite(listener: (owned: Owned) => void): void;
}

/** What `replace` left of one part. Withdrawn entries are kept until the next one, so that counters keep their start. */
interface Published {
  at: number;
  shown: boolean;
  entries: readonly Entry[];
}

/** The series of one owner, as their writers on pages see them. */
export interface Owned {
  readonly owner: Owner;
  /** The labels of the owner that all of its series have, masked. */
  readonly attributes: Attributes;
  /** Grows with each write. */
  readonly version: number;
  /** What is shown at a time, Unix milliseconds, whatever the owner hides; `until` it stays so without a write. */
  shown(now: number): { readonly entries: Iterable<Entry>; readonly until: number };
}

interface OwnedSeries extends Owned {
  version: number;
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
  const shapes = createShapes(shapesInUse);
  let listener: (owned: Owned) => void = () => undefined;
  // All points share this one object: as for a scrape, the time of a value is the time at which it is read.
  const endTime: HrTime = [0, 0];

  function* shapesInUse(): Iterable<Shape> {
    for (const { events, parts } of [...holdings.values(), ...successors.values()]) {
      for (const { shape } of events.values()) yield shape;
      for (const { entries } of parts.values()) for (const { shape } of entries) yield shape;
    }
  }

  function open(owner: Owner): Series {
    if (holdings.has(idOf(owner))) throw new Error(`the series of ${idOf(owner)} are open already`);
    return openNext(owner);
  }

  function openNext(owner: Owner): Series {
    const id = idOf(owner);
    if (successors.has(id)) throw new Error(`the series of a successor of ${id} are open already`);
    const own = ownAttributes(owner, mask);
    const startTime = hrTime(clock.now());
    const holding: OwnedSeries = {
      owner,
      attributes: own,
      version: 0,
      events: new Map(),
      parts: new Map(),
      shown: (now) => shownOf(holding, now),
    };
    (holdings.has(id) ? successors : holdings).set(id, holding);

    function create(metric: Metric, values: readonly unknown[]): Entry {
      return createEntry({ metric, values, own }, { shapes, mask }, { startTime, endTime });
    }

    function eventEntry(metric: Metric, labels: Labels): Entry {
      const values = valuesOf(metric, labels);
      const key = keyOf(metric, values);
      const known = holding.events.get(key);
      if (known !== undefined) return known;
      const entry = create(metric, values);
      holding.events.set(key, entry);
      return entry;
    }

    function written(): void {
      holding.version++;
      if (holdings.get(id) === holding) listener(holding);
    }

    return {
      replace(name, samples, at) {
        const before = holding.parts.get(name);
        if (samples.length === 0) {
          if (before !== undefined) before.shown = false;
        } else holding.parts.set(name, { at, shown: true, entries: mirrored(samples, before?.entries ?? [], create, at) });
        written();
      },
      add(metric, labels, by = 1) {
        if (!(by >= 0 && by < Infinity)) return;
        const entry = eventEntry(metric, labels);
        if (entry.form === 'number') entry.value += by;
        written();
      },
      observe(metric, labels, value, traceId) {
        const entry = eventEntry(metric, labels);
        if (entry.form === 'histogram') observeValue(entry.point, value, traceId, clock.now());
        written();
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
        listener(successor);
      },
    };
  }

  function read(now: number): Iterable<Family> {
    const families = new Map<Metric, Family>();
    [endTime[0], endTime[1]] = hrTime(now);
    for (const holding of holdings.values()) {
      for (const entry of holding.shown(now).entries) {
        const { metric } = entry.shape;
        if (holding.owner.isShown?.(metric) === false) continue;
        const family: Family = families.get(metric) ?? { metric, form: entry.form, points: [] };
        families.set(metric, family);
        if (entry.form === 'histogram') {
          if (family.form === 'histogram') family.points.push(entry.point);
        } else if (family.form === 'number') family.points.push(numberPoint(entry, holding.attributes, endTime));
      }
    }
    return families.values();
  }

  return {
    open,
    openNext,
    read,
    owned: () => holdings.values(),
    onWrite: (next) => {
      listener = next;
    },
  };
}

function shownOf({ owner, events, parts }: OwnedSeries, now: number): ReturnType<Owned['shown']> {
  let until = Infinity;
  const shown: Iterable<Entry>[] = [events.values()];
  for (const [name, part] of parts) {
    const end = isLasting(name) ? Infinity : part.at + (owner.lifetimes?.[name] ?? owner.staleAfter);
    if (!part.shown || now > end) continue;
    until = Math.min(until, end);
    shown.push(part.entries);
  }
  return { entries: shown.flatMap((entries) => [...entries]), until };
}

/**
 * The entries of samples, with their values. Those of `before` are used again: nearly always they are the same in the same
 * order, and nothing is looked up then.
 */
function mirrored(
  samples: readonly Sample[],
  before: readonly Entry[],
  create: (metric: Metric, values: readonly unknown[]) => Entry,
  at: number,
): readonly Entry[] {
  const entries: Entry[] = [];
  let places: Map<string, { entry: Entry; next: number }> | undefined;
  let next = 0;
  for (const sample of samples) {
    let entry = before[next];
    let repeated = false;
    if (entry !== undefined && isOf(entry, sample)) next++;
    else {
      places ??= new Map(before.map((entry, place) => [keyOf(entry.shape.metric, entry.values), { entry, next: place + 1 }]));
      const values = valuesOf(sample.metric, sample.labels);
      const key = keyOf(sample.metric, values);
      const place = places.get(key) ?? { entry: create(sample.metric, values), next };
      places.set(key, place);
      ({ entry, next } = place);
      repeated = entries.includes(entry);
    }
    if (mirror(entry, sample, at) && !repeated) entries.push(entry);
  }
  return entries;
}
