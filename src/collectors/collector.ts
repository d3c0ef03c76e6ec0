import type { Metric, Sample } from '../catalogue/sample.ts';
import type { Query } from '../redis/replies/query.ts';
import type { QueryReplies } from '../redis/replies/reply-store.ts';

/** Queries by the name under which a collector finds the reply. */
export type Queries = Readonly<Record<string, Query<unknown>>>;

/** What the queries were answered with, parsed. */
type Replies<Q> = { readonly [K in keyof Q]: Q[K] extends Query<infer T> ? T : never };

/**
 * Makes samples of a server's replies. `metrics` are those that it may give, `read` is pure. It is read
 * only when the server answered all of its queries; equal queries of several collectors are asked once.
 */
export interface Collector<N extends Metric = Metric, Q extends Queries = Queries> {
  readonly name: string;
  readonly metrics: readonly N[];
  readonly queries: Q;
  /** `room` is how many samples are still taken; more than that need not be made. */
  read(replies: Replies<Q>, room: Room): readonly Sample<NoInfer<N>>[];
}

/** The bound on the samples of one scrape. */
export interface Room {
  /** How many of `count` rows of `each` samples fit beside what was taken; the others are counted as dropped. */
  fit(count: number, each: number): number;
}

/** Checks that a collector emits no metric that it does not name. */
export function collector<const N extends Metric, Q extends Queries>(definition: Collector<N, Q>): Collector<N, Q> {
  return definition;
}

/**
 * The samples of all collectors whose queries were answered, at most `most`, and how many more there would be. What
 * a server can make grow comes last in the list of collectors, so that it cannot displace the rest.
 */
export function readCollectors(
  collectors: readonly Collector[],
  answers: QueryReplies,
  most: number,
): { samples: Sample[]; dropped: number } {
  const samples: Sample[] = [];
  let dropped = 0;
  let reserved = 0;
  const room: Room = {
    fit(count, each) {
      const rows = Math.min(count, Math.floor(Math.max(0, most - samples.length - reserved) / each));
      reserved += rows * each;
      dropped += (count - rows) * each;
      return rows;
    },
  };
  for (const { queries, read } of collectors) {
    const replies = Object.fromEntries(Object.entries(queries).map(([name, query]) => [name, answers.get(query)]));
    if (Object.values(replies).includes(undefined)) continue;
    reserved = 0;
    for (const sample of read(replies, room)) {
      if (samples.length < most) samples.push(sample);
      else dropped += 1;
    }
  }
  return { samples, dropped };
}
