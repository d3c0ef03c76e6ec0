import type { LabelsOf, Metric } from '../catalogue/sample.ts';
import { type Info, parseNumber, type Section } from '../redis/info.ts';
import { INFO } from '../redis/query.ts';

/** Metrics that have no labels besides the target's. */
export type Unlabelled = { [N in Metric<'gauge' | 'counter'>]: LabelsOf<N> extends Record<string, never> ? N : never }[Metric<
  'gauge' | 'counter'
>];

/** A metric and the INFO field that it is; without a conversion the field is a number in the metric's unit. */
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
  return fields.flatMap(([metric, field, convert = parseNumber]) => {
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
  return parseNumber(text) || undefined;
}

/** A number where a negative one means that there is none. */
export function nonNegative(text: string): number | undefined {
  const value = parseNumber(text);
  return value !== undefined && value >= 0 ? value : undefined;
}

/** 1 for the given word, 0 for any other. */
export function is(word: string): (text: string) => number {
  return (text) => (text === word ? 1 : 0);
}

function scaled(text: string, divisor: number): number | undefined {
  const value = parseNumber(text);
  return value === undefined ? undefined : value / divisor;
}
