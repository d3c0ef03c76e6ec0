import { type Info, parseInfo } from './info.ts';

/**
 * One thing to ask a server: the command, the first Redis version that has it, and what its reply means.
 * `older` is the form for versions before its own. `every: n` sends the query on every
 * n-th scrape; the last reply counts in between. `parse` is pure and gives a value for any reply.
 */
export interface Query<T> {
  readonly args: readonly string[];
  readonly since: string;
  readonly older?: { readonly before: string; readonly args: readonly string[] };
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
  since: '1.0.0',
  older: { before: '7.0.0', args: ['INFO', 'all'] },
  parse: parseInfo,
};

/** Whether a node's cluster serves all slots; undefined where the reply does not tell. */
export const CLUSTER_INFO: Query<boolean | undefined> = {
  args: ['CLUSTER', 'INFO'],
  since: '3.0.0',
  parse: (reply) => {
    const state = parseInfo(reply).text('', 'cluster_state');
    return state === 'ok' ? true : state === 'fail' ? false : undefined;
  },
};

/** The arguments of a query for a version; undefined where the version does not have the command. */
export function argumentsFor({ args, since, older }: Query<unknown>, version: string): readonly string[] | undefined {
  if (compareVersions(version, since) < 0) return undefined;
  return older !== undefined && compareVersions(version, older.before) < 0 ? older.args : args;
}

/** Negative when `a` is older than `b`, positive when newer; what is not a number counts as 0. */
export function compareVersions(a: string, b: string): number {
  const left = a.split('.');
  const right = b.split('.');
  for (let index = 0; index < 3; index++) {
    const difference = (Number.parseInt(left[index] ?? '', 10) || 0) - (Number.parseInt(right[index] ?? '', 10) || 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
