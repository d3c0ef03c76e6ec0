import type { LabelsOf, Metric, Sample } from './sample.ts';

/**
 * One owner's handle on the store. `replace` swaps all samples of a part at once; a part is a name that
 * the owner chooses. `at` is Unix milliseconds: samples that grow older than the owner's limit disappear.
 * `add` counts an event of the daemon's own; with `by` 0 it makes the series exist. `observe` adds to a
 * histogram and remembers the trace as an exemplar. After `close`, which deletes the owner's series,
 * every call does nothing: a late write of an aborted tick changes nothing.
 */
export interface Series {
  replace(part: string, samples: readonly Sample[], at: number): void;
  add<N extends Metric<'counter'>>(metric: N, labels: LabelsOf<N>, by?: number): void;
  observe<N extends Metric<'histogram'>>(metric: N, labels: LabelsOf<N>, value: number, traceId: string): void;
  close(): void;
}
