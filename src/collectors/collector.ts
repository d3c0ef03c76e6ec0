import type { Metric, Sample } from '../catalogue/sample.ts';
import type { Answers } from '../redis/answers.ts';
import type { Query } from '../redis/query.ts';

/** Queries by the name under which a collector finds the reply. */
export type Queries = Readonly<Record<string, Query<unknown>>>;

/** What the queries were answered with, parsed. */
export type Replies<Q> = { readonly [K in keyof Q]: Q[K] extends Query<infer T> ? T : never };

/**
 * Makes samples of a server's replies. `metrics` are those that it may give, `read` is pure. It is read
 * only when the server answered all of its queries; equal queries of several collectors are asked once.
 */
export interface Collector<N extends Metric = Metric, Q extends Queries = Queries> {
  readonly name: string;
  readonly metrics: readonly N[];
  readonly queries: Q;
  read(replies: Replies<Q>): readonly Sample<NoInfer<N>>[];
}

/** Checks that a collector emits no metric that it does not name. */
export function collector<const N extends Metric, Q extends Queries>(definition: Collector<N, Q>): Collector<N, Q> {
  return definition;
}

/** The samples of all collectors whose queries were answered. */
export function readCollectors(collectors: readonly Collector[], answers: Answers): Sample[] {
  return collectors.flatMap(({ queries, read }) => {
    const replies = Object.fromEntries(Object.entries(queries).map(([name, query]) => [name, answers.get(query)]));
    return Object.values(replies).includes(undefined) ? [] : read(replies);
  });
}
