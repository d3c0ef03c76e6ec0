import type { Info } from '../../redis/replies/info.ts';

/** What is not known without a query. */
const QUERIES: Readonly<Record<string, string>> = {
  'ACL LOG': 'who is refused, and why',
  'SLOWLOG LEN': 'the number of slow commands',
  'LATENCY LATEST': 'latency spikes',
  'LATENCY HISTOGRAM': 'how long commands take',
  'INFO latencystats': 'percentiles of how long commands take',
  'CLIENT LIST': 'who may have come without a password',
  'CLUSTER INFO': 'whether the cluster serves all slots',
};

/** What is not known without a section of INFO. */
const SECTIONS: Readonly<Record<string, string>> = {
  errorstats: 'how often commands are refused without a password (NOAUTH) or for want of a right (NOPERM), or fail otherwise',
  commandstats: 'what commands are called, and which are rejected or fail',
  keyspace: 'the number of keys',
  memory: 'how full the server is',
  stats: 'hits, misses, evicted and expired keys',
  clients: 'how many clients are connected',
  replication: 'whether it is a master or a replica',
  persistence: 'whether it is loading, and whether it can write to disk',
};

/** What a server does not show, a sentence each; undefined where it shows everything. `refused`: queries, and whether a right is missing. */
export function unseenOf(info: Info, refused: ReadonlyMap<string, boolean>): string[] | undefined {
  const sections = Object.entries(SECTIONS)
    .filter(([name]) => !info.has(name))
    .map(([name, what]) => `${upperFirst(what)}: INFO has no section ${name} on this server.`);
  const isOff = info.section('errorstats').has('errorstat_ERRORSTATS_DISABLED');
  const queries = [...refused].map(([name, wantsRight]) => {
    const why = wantsRight ? "the exporter's user may not send it (docs/redis-acl.md)" : 'the server does not offer this command';
    return `${upperFirst(QUERIES[name] ?? name)}: ${name} is refused, ${why}.`;
  });
  const unseen = [
    ...sections,
    ...(isOff
      ? ['Errors by kind: the server has stopped to count them after too many different ones; CONFIG RESETSTAT starts again.']
      : []),
    ...queries,
    ...(info.truncated ? ['The end of INFO: it has more lines than are read.'] : []),
  ];
  return unseen.length === 0 ? undefined : unseen;
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
