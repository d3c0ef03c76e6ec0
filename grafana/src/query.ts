import { type MetricDefinition, NODE_LABEL, OWNER_LABEL } from '../../src/catalogue/definition.ts';
import { CATALOGUE } from '../../src/catalogue/index.ts';
import { labelName, prometheusName } from '../../src/catalogue/prometheus-name.ts';
import type { Metric } from '../../src/catalogue/sample.ts';
import { FOREIGN, type Foreign } from './foreign.ts';

type C = typeof CATALOGUE;
type Underscored<L extends string> = L extends `${infer Head}.${infer Tail}` ? `${Head}_${Underscored<Tail>}` : L;
type OwnerLabel<N extends Metric> = Exclude<(typeof OWNER_LABEL)[C[N]['owner']], undefined>;

/** What a metric of a target has besides where the target is a cluster. */
type NodeLabel<N extends Metric> = C[N] extends { owner: 'target' } ? (C[N] extends { whole: true } ? never : typeof NODE_LABEL) : never;

/** The labels that the series of a metric have in Prometheus. */
type LabelOf<N extends Metric> = 'job' | 'instance' | OwnerLabel<N> | NodeLabel<N> | Underscored<keyof C[N]['labels'] & string>;

type Member<N extends Metric, L extends keyof C[N]['labels']> = C[N]['labels'][L] extends readonly (infer V extends string)[] ? V : string;
type Wanted<V extends string> = V | readonly V[] | { readonly not: V | readonly V[] };

/** What the labels of a metric have to be, under their names of the catalogue. */
type Matchers<N extends Metric> = { readonly [L in keyof C[N]['labels']]?: Wanted<Member<N, L>> };

type ForeignLabel<F extends Foreign> = 'job' | 'instance' | (typeof FOREIGN)[F]['labels'][number];
type ForeignOf<K> = { [F in Foreign]: (typeof FOREIGN)[F]['kind'] extends K ? F : never }[Foreign];
type ForeignMatchers<F extends Foreign> = { readonly [L in (typeof FOREIGN)[F]['labels'][number]]?: Wanted<string> };

/** An expression whose value is an instant vector with these labels. */
export interface Vector<L extends string> {
  readonly promql: string;
  readonly carries?: readonly L[];
}

/** A selector of series that only ever grow: nothing to show before `rate` or `increase`. */
export interface Counter<L extends string> {
  readonly counter: string;
  readonly carries?: readonly L[];
}

/** The ranges that `increase` may look back over: two of Grafana's, one of the dashboards' own, or a fixed one. */
export type Window = '$__rate_interval' | '$__range' | '$window' | '1h' | '24h';

/** The series of a gauge or of a state set. */
export function gauge<N extends Metric<'gauge' | 'states'>>(metric: N, matchers: Matchers<N> = {}): Vector<LabelOf<N>> {
  return { promql: selector(metric, '', matchers) };
}

/** The series of a counter. */
export function counter<N extends Metric<'counter'>>(metric: N, matchers: Matchers<N> = {}): Counter<LabelOf<N>> {
  return { counter: selector(metric, '', matchers) };
}

/** The cumulative buckets of a histogram. */
export function buckets<N extends Metric<'histogram'>>(metric: N, matchers: Matchers<N> = {}): Counter<LabelOf<N> | 'le'> {
  return { counter: selector(metric, '_bucket', matchers) };
}

/** How many observations a histogram has. */
export function observations<N extends Metric<'histogram'>>(metric: N, matchers: Matchers<N> = {}): Counter<LabelOf<N>> {
  return { counter: selector(metric, '_count', matchers) };
}

/** The sum of the observations of a histogram. */
export function total<N extends Metric<'histogram'>>(metric: N, matchers: Matchers<N> = {}): Counter<LabelOf<N>> {
  return { counter: selector(metric, '_sum', matchers) };
}

/** The mean of a histogram that its source replaces as a whole, and that therefore is no counter. */
export function replacedMean(metric: 'redis.census.ttl'): Vector<LabelOf<'redis.census.ttl'>> {
  return { promql: `${selector(metric, '_sum', {})} / ${selector(metric, '_count', {})}` };
}

/** The series of a gauge of LiteLLM, of the SDK, of Prometheus or of a recording rule. */
export function foreignGauge<F extends ForeignOf<'gauge'>>(name: F, matchers: ForeignMatchers<F> = {}): Vector<ForeignLabel<F>> {
  return { promql: foreignSelector(name, matchers) };
}

/** The series of a counter of LiteLLM or of the SDK. */
export function foreignCounter<F extends ForeignOf<'counter'>>(name: F, matchers: ForeignMatchers<F> = {}): Counter<ForeignLabel<F>> {
  return { counter: foreignSelector(name, matchers) };
}

/** Growth per second. */
export function rate<L extends string>({ counter }: Counter<L>): Vector<L> {
  return { promql: `rate(${counter}[$__rate_interval])` };
}

/** Growth over a window. */
export function increase<L extends string>({ counter }: Counter<L>, window: Window): Vector<L> {
  return { promql: `increase(${counter}[${window}])` };
}

/** The mean of a gauge over a fixed window. */
export function meanOver<L extends string>({ promql }: Vector<L>, window: '24h'): Vector<L> {
  return { promql: `avg_over_time(${promql}[${window}])` };
}

/** What a rate per second adds up to in a day, from one value a minute; no value, nothing added. */
export function dailySum<L extends string>({ promql }: Vector<L>): Vector<L> {
  return { promql: `60 * sum_over_time(${promql}[24h:1m])` };
}

/** The value of a counter that is a time since a start: its level is what it tells. */
export function sinceStart<L extends string>(uptime: Counter<L>): Vector<L> {
  return { promql: uptime.counter };
}

/**
 * What is of an exporter of this project: other processes name their series alike, and `All` of a variable
 * means every job. One that is gone is still known for an hour.
 */
export function ofExporter<L extends string>({ promql }: Vector<L>): Vector<L> {
  const known = selector('cache_exporter.build_info', '', {});
  return { promql: `${promql} and on (job, instance) last_over_time(${known}[1h])` };
}

/** The sum by labels: for what each exporter counts of its own. */
export function sum<L extends string, K extends L>(by: readonly K[], vector: Vector<L>): Vector<K> {
  return aggregated('sum', by, vector);
}

/** The greatest by labels: for what several exporters mirror of the same server, which a sum would count twice. */
export function max<L extends string, K extends L>(by: readonly K[], vector: Vector<L>): Vector<K> {
  return aggregated('max', by, vector);
}

/** The sum over the nodes of a cluster, each counted once; of any other target what `max` gives. */
export function together<L extends string, K extends L>(by: readonly K[], vector: Vector<L | typeof NODE_LABEL>): Vector<K> {
  return aggregated('sum', by, aggregated('max', [...by, NODE_LABEL], vector));
}

/** The same over the masters of a cluster: what a replica has, and what it is told to do, is a copy. */
export function ofMasters<L extends string, K extends L>(by: readonly K[], { promql }: Vector<L | typeof NODE_LABEL>): Vector<K> {
  const replicas = `${selector('redis.role', '', { role: 'slave', [NODE_LABEL]: { not: '' } })} == 1`;
  return together(by, { promql: `(${promql} unless on (job, instance, ${OWNER_LABEL.target}, ${NODE_LABEL}) (${replicas}))` });
}

/** The smallest by labels. */
export function min<L extends string, K extends L>(by: readonly K[], vector: Vector<L>): Vector<K> {
  return aggregated('min', by, vector);
}

/** How many series there are by labels. */
export function count<L extends string, K extends L>(by: readonly K[], vector: Vector<L>): Vector<K> {
  return aggregated('count', by, vector);
}

/** A quantile by labels, from buckets that grew by this much. */
export function quantile<L extends string, K extends L>(q: number, by: readonly K[], grown: Vector<L | 'le'>): Vector<K> {
  return { promql: `histogram_quantile(${q}, sum by (${['le', ...by].join(', ')}) (${grown.promql}))` };
}

/** An expression of others; the labels are those that its parts have in common. */
export function calc<L extends string>(text: TemplateStringsArray, ...parts: readonly Vector<L>[]): Vector<L> {
  return { promql: String.raw({ raw: text }, ...parts.map(({ promql }) => promql)) };
}

function aggregated<K extends string>(operator: string, by: readonly K[], { promql }: Vector<string>): Vector<K> {
  return { promql: by.length === 0 ? `${operator}(${promql})` : `${operator} by (${by.join(', ')}) (${promql})` };
}

function selector(metric: Metric, suffix: string, matchers: Readonly<Record<string, Wanted<string> | undefined>>): string {
  const { kind, unit, owner }: MetricDefinition = CATALOGUE[metric];
  const label = OWNER_LABEL[owner];
  // The variables of the dashboards are called as the owners are.
  const own = label === undefined ? [] : [`${label}=~"$${owner}"`];
  const parts = ['job=~"$job"', 'instance=~"$instance"', ...own, ...matcherTexts(matchers)];
  return `${prometheusName(metric, kind, unit)}${suffix}{${parts.join(', ')}}`;
}

function foreignSelector(name: Foreign, matchers: Readonly<Record<string, Wanted<string> | undefined>>): string {
  const { from, labels }: { from: string; labels: readonly string[] } = FOREIGN[name];
  const own = {
    litellm: ['job=~"$litellm_job"'],
    // What a rule recorded is of no job; it belongs to whom the other panels are narrowed to.
    rules: [...(labels.includes(OWNER_LABEL.target) ? [`${OWNER_LABEL.target}=~"$target"`] : []), `${OWNER_LABEL.gateway}=~"$gateway"`],
  }[from] ?? ['job=~"$job"', 'instance=~"$instance"'];
  return `${name}{${[...own, ...matcherTexts(matchers)].join(', ')}}`;
}

function matcherTexts(matchers: Readonly<Record<string, Wanted<string> | undefined>>): string[] {
  return Object.entries(matchers).flatMap(([label, wanted]) => (wanted === undefined ? [] : [`${labelName(label)}${operation(wanted)}`]));
}

function operation(wanted: Wanted<string>): string {
  if (typeof wanted === 'string') return `="${wanted}"`;
  if ('not' in wanted) return typeof wanted.not === 'string' ? `!="${wanted.not}"` : `!~"${wanted.not.join('|')}"`;
  return `=~"${wanted.join('|')}"`;
}
