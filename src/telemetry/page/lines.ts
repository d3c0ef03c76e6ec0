import type { Exemplar } from '../points.ts';
import { canonicalNumber, numberText } from './prometheus-text.ts';

/** What a line has before and after the label of an owner; then comes the value. */
export interface LineEnds {
  readonly before: string;
  readonly after: string;
}

/** The lines of a histogram, in their order. */
export interface HistogramEnds {
  readonly buckets: readonly LineEnds[];
  readonly sum: LineEnds;
  readonly count: LineEnds;
}

/** The ends of the line of a series; `labels` are those besides the owner's. Where it is not `owned` nothing goes between them. */
export function lineEnds(name: string, labels: string, owned: boolean): LineEnds {
  if (owned) return { before: `${name}{`, after: labels === '' ? '} ' : `,${labels}} ` };
  return { before: labels === '' ? `${name} ` : `${name}{${labels}} `, after: '' };
}

/** The ends of the lines of a histogram; bounds are canonical. */
export function bucketLines(name: string, labels: string, owned: boolean, boundaries: readonly number[]): HistogramEnds {
  const prefix = labels === '' ? '' : `${labels},`;
  return {
    buckets: [...boundaries.map(canonicalNumber), '+Inf'].map((bound) => lineEnds(`${name}_bucket`, `${prefix}le="${bound}"`, owned)),
    sum: lineEnds(`${name}_sum`, labels, owned),
    count: lineEnds(`${name}_count`, labels, owned),
  };
}

/** The exemplar of a bucket, as OpenMetrics writes it behind the value; empty for none. */
export function exemplarText(exemplar: Exemplar | undefined): string {
  return exemplar === undefined ? '' : ` # {trace_id="${exemplar.traceId}"} ${numberText(exemplar.value)} ${exemplar.at.toFixed(3)}`;
}
