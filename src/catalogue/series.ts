import type { Route } from '../model/cache.ts';
import type { LabelsOf, Metric, Sample } from './sample.ts';

/**
 * The parts of what owners publish, but for those of routes: each is replaced as a whole. A part that is `lasting` is shown until it is replaced
 * or its owner is closed; any other disappears when it grows older than the limit of its owner.
 */
const PART = {
  // Of a target.
  health: { lasting: true },
  scrape: { lasting: false },
  census: { lasting: false },
  census_run: { lasting: true },
  reuse: { lasting: true },
  // Of a gateway.
  verdict: { lasting: true },
  lease: { lasting: true },
  gateway: { lasting: false },
  requests: { lasting: false },
  // Of the exporter itself.
  self: { lasting: false },
  config: { lasting: false },
  address: { lasting: false },
  discovery: { lasting: true },
} as const satisfies Readonly<Record<string, { lasting: boolean }>>;

/** A part of what an owner publishes: the latest pair of each route is one, too, and does not last. */
export type Part = keyof typeof PART | Route;

const LASTING: ReadonlySet<string> = new Set(Object.entries(PART).flatMap(([part, { lasting }]) => (lasting ? [part] : [])));

/** Whether a part is shown until it is replaced. */
export function isLasting(part: Part): boolean {
  return LASTING.has(part);
}

/**
 * One owner's handle on the store. `replace` swaps all samples of a part at once. `at` is Unix milliseconds: samples
 * that grow older than the owner's limit disappear, unless their part is lasting.
 * `add` counts an event of the daemon's own; with `by` 0 it makes the series exist. `observe` adds to a
 * histogram and remembers the trace as an exemplar. After `close`, which deletes the owner's series,
 * every call does nothing: a late write of an aborted tick changes nothing.
 */
export interface Series {
  replace(part: Part, samples: readonly Sample[], at: number): void;
  add<N extends Metric<'counter'>>(metric: N, labels: LabelsOf<N>, by?: number): void;
  observe<N extends Metric<'histogram'>>(metric: N, labels: LabelsOf<N>, value: number, traceId: string): void;
  close(): void;
}
