import type { LabelsOf, Metric } from '../catalogue/sample.ts';
import { type Info, parseCount, parseFlag, parseNumber, type Section } from '../redis/replies/info.ts';
import { INFO } from '../redis/replies/query.ts';

/** Metrics that have no labels besides the target's. */
export type Unlabelled = { [N in Metric<'gauge' | 'counter'>]: LabelsOf<N> extends Record<string, never> ? N : never }[Metric<
  'gauge' | 'counter'
>];

/** A metric and the INFO field that it is; without a conversion the field is a count or a measure in the metric's unit. */
export type Field<N extends Unlabelled> = readonly [metric: N, field: string, convert?: (text: string) => number | undefined];

/** A sample of a metric without labels. */
export interface PlainSample<N> {
  readonly metric: N;
  readonly labels: Record<string, never>;
  readonly value: number;
}

/** A collector of the plain fields of one section of INFO. A field that the server does not have gives no sample. */
export function fieldCollector<const N extends Unlabelled>(section: string, fields: readonly Field<N>[]) {
  return {
    name: section,
    metrics: fields.map(([metric]) => metric),
    queries: { info: INFO },
    read: ({ info }: { readonly info: Info }) => readFields(info.section(section), fields),
  };
}

function readFields<N extends Unlabelled>(section: Section, fields: readonly Field<N>[]): PlainSample<N>[] {
  return fields.flatMap(([metric, field, convert = parseCount]) => {
    const text = section.get(field);
    const value = text === undefined ? undefined : convert(text);
    return value === undefined ? [] : [{ metric, labels: {}, value }];
  });
}

/** Milliseconds as seconds. */
export function milliseconds(text: string): number | undefined {
  return scaled(text, 1e3);
}

/** Microseconds as seconds. */
export function microseconds(text: string): number | undefined {
  return scaled(text, 1e6);
}

/** A number where 0 means that there is none. */
export function nonZero(text: string): number | undefined {
  return parseCount(text) || undefined;
}

/** A number that may be negative. */
export const signed = parseNumber;

/** 1 or 0; nothing for anything else. */
export function flag(text: string): number | undefined {
  const set = parseFlag(text);
  return set === undefined ? undefined : Number(set);
}

/** 1 for the one word, 0 for the other; nothing for a third, whose meaning nobody knows. */
export function either(yes: string, no: string): (text: string) => number | undefined {
  return (text) => (text === yes ? 1 : text === no ? 0 : undefined);
}

function scaled(text: string, divisor: number): number | undefined {
  const value = parseCount(text);
  return value === undefined ? undefined : value / divisor;
}
