import type { MetricDefinition } from './definition.ts';
import { CATALOGUE } from './index.ts';

type C = typeof CATALOGUE;
type Exact<T> = T extends unknown ? (keyof T extends never ? Record<string, never> : T) : never;
type Values<L> = { [K in keyof L]: L[K] extends readonly (infer V)[] ? V : string };

/** The name of a metric, all or those of some kinds. */
export type Metric<K = MetricDefinition['kind']> = { [N in keyof C]: C[N]['kind'] extends K ? N : never }[keyof C];

/** The labels that a metric carries besides its owner's, with their closed sets. */
export type LabelsOf<N extends Metric> = Exact<Values<C[N]['labels']>>;

/** A histogram as a server keeps it: not cumulative, one count more than there are bounds. */
export interface Distribution {
  readonly counts: readonly number[];
  readonly sum: number;
}

/** One value of one series: a distribution for a histogram, a number otherwise, counters absolute. */
export interface Sample<N extends Metric = Metric> {
  readonly metric: N;
  readonly labels: LabelsOf<N>;
  readonly value: C[N]['kind'] extends 'histogram' ? Distribution : number;
}

/** A sample of a metric; the compiler refuses a label or a member that the catalogue does not have. */
export function sample<N extends Metric>(metric: N, labels: LabelsOf<N>, value: Sample<N>['value']): Sample<N> {
  return { metric, labels, value };
}

type StateOf<N extends Metric<'states'>> = C[N] extends { state: infer S extends string; labels: infer L }
  ? S extends keyof L
    ? L[S] extends readonly (infer V)[]
      ? V
      : never
    : never
  : never;
type OtherLabels<N extends Metric<'states'>> = C[N] extends { state: infer S extends PropertyKey } ? Exact<Omit<LabelsOf<N>, S>> : never;

/** A state set: one sample per member, 1 for the current one and 0 for the others. */
export function states<N extends Metric<'states'>>(metric: N, labels: OtherLabels<N>, current: StateOf<N>): Sample<N>[] {
  const definition = CATALOGUE[metric];
  const members: readonly string[] = closedSet(metric, definition.state);
  return members.map(
    (member) => ({ metric, labels: { ...labels, [definition.state]: member }, value: member === current ? 1 : 0 }) as unknown as Sample<N>,
  );
}

/** The members of the closed set behind a label. Throws when the label is open: a mistake in the code. */
export function closedSet(metric: Metric, label: string): readonly string[] {
  const labels: Readonly<Record<string, readonly string[] | 'open'>> = CATALOGUE[metric].labels;
  const members = labels[label];
  if (members === undefined || members === 'open') throw new Error(`label ${label} of ${metric} is not a closed set`);
  return members;
}

type ClosedLabels<L> = { [K in keyof L as L[K] extends 'open' ? never : K]: L[K] };

/** The labels that `zeros` has to be told: the open ones, and any closed one that is to be fixed. */
export type FixedLabels<N extends Metric> = Omit<LabelsOf<N>, keyof ClosedLabels<C[N]['labels']>> & Partial<LabelsOf<N>>;

/** Every combination of the closed labels of a metric that `fixed` leaves free: counters start at 0 with them. */
export function combinations<N extends Metric>(metric: N, fixed: FixedLabels<N>): LabelsOf<N>[] {
  let rows: Record<string, string>[] = [{ ...(fixed as Record<string, string>) }];
  for (const [label, members] of Object.entries<readonly string[] | 'open'>(CATALOGUE[metric].labels)) {
    if (members === 'open' || label in fixed) continue;
    rows = rows.flatMap((row) => members.map((member) => ({ ...row, [label]: member })));
  }
  return rows as LabelsOf<N>[];
}
