import { type Info, parseInfo } from './info.ts';
import { isSince, type Release, type Since } from './releases.ts';

/**
 * One thing to ask a server: the command, the first releases that have it, and what its reply means.
 * `older` is the form for releases before its own. `every: n` sends the query on every
 * n-th scrape; the last reply counts in between. `parse` is pure and gives a value for any reply.
 */
export interface Query<T> {
  readonly args: readonly string[];
  readonly since: Since;
  readonly older?: { readonly before: Since; readonly args: readonly string[] };
  readonly every?: number;
  parse(reply: unknown): T;
}

/**
 * The sections of INFO that collectors read, in one call. Before 7.0 INFO takes one section, and `all`
 * costs as much as the default sections and commandstats apart. Latencystats is not among them: it costs
 * as much as all others together.
 */
export const INFO: Query<Info> = {
  args: [
    'INFO',
    ...['server', 'clients', 'memory', 'persistence', 'stats', 'replication', 'cpu'],
    ...['commandstats', 'errorstats', 'keyspace', 'keysizes'],
  ],
  since: { redis: [1, 0, 0], valkey: [7, 2, 0] },
  older: { before: { redis: [7, 0, 0], valkey: [7, 2, 0] }, args: ['INFO', 'all'] },
  parse: parseInfo,
};

/** The arguments of a query for a release; undefined where the release does not have the command. */
export function argumentsFor({ args, since, older }: Query<unknown>, release: Release): readonly string[] | undefined {
  if (!isSince(release, since)) return undefined;
  return older !== undefined && !isSince(release, older.before) ? older.args : args;
}
