/**
 * What the catalogue says of one metric.
 *
 * `owner` adds the label that names it, see `OWNER_LABEL`. `unit` is UCUM, in braces when it
 * only counts things; boolean and info gauges have none, or the Prometheus translation would append
 * `_ratio`. A label is a closed set of values or `open`, which means bounded by the configuration or by
 * the number of databases, never by text that a server chooses. `when` says what has to happen before the
 * metric exists; without it the metric is there from the owner's first complete tick. A metric of a target that is `whole` says something
 * of all of it; of any other a cluster has one for each node, with the label `NODE_LABEL`.
 */
export type MetricDefinition = {
  owner: 'target' | 'gateway' | 'exporter';
  unit: '' | 's' | 'By' | '1' | `{${string}}`;
  labels: Readonly<Record<string, readonly string[] | 'open'>>;
  help: string;
  when?: string;
  whole?: true;
} & ({ kind: 'gauge' | 'counter' } | { kind: 'states'; state: string } | { kind: 'histogram'; buckets: readonly number[] });

/** The label that names the owner of a metric; the exporter's own have none. */
export const OWNER_LABEL = { target: 'redis_target', gateway: 'gateway', exporter: undefined } as const satisfies Record<
  MetricDefinition['owner'],
  string | undefined
>;

/** The label that names a node of a target that is a cluster, as `host:port`; no series of another target has it. */
export const NODE_LABEL = 'redis_node';

/** Upper bounds in seconds for what a Redis server does. */
export const REDIS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const;

/**
 * Upper bounds in seconds for answers of a gateway. A cache hit takes 1 to 10 ms, which falls into the
 * first bucket of the GenAI conventions; hence own bounds.
 */
export const ANSWER_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50] as const;

/** Upper bounds for first answer divided by duplicate. */
export const SPEEDUP = [1, 1.5, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000] as const;
