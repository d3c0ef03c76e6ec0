import type { WhyUnanswered } from '../../redis/connection/unanswered.ts';
import { type Info, parseFlag } from '../../redis/replies/info.ts';

/** What is not known where something is missing, and which judgement suffers; `no verdict` where only the dashboards do. */
type Consequence = readonly [what: string, verdict: string];

const NO_VERDICT = 'No verdict rests on it.';
const NO_PUSH: Consequence = [
  'when the keys of the probes are written',
  'A write that is missing, another database and another server are found out more slowly or not at all: the cause is undetermined more often, and the namespace of a gateway has to be configured.',
];
const NO_LOOKUP: Consequence = [
  'whether the keys of the probes are there',
  'A hit is not verified in this Redis: only completions prove that the cache works, and flushed, different_redis and different_database are not found.',
];

const NO_NODES: Consequence = [
  'which node has which keys',
  'Where CLUSTER SHARDS, SLOTS and NODES are all refused, only the nodes of the configuration are watched, and no key is looked for.',
];

/** What is not known without a command. */
const COMMANDS: Readonly<Record<string, Consequence>> = {
  'ACL LOG': ['who is refused, and why', 'redis_auth and redis_permission rest on counters alone, and take several rounds to be sure.'],
  'SLOWLOG LEN': ['the number of slow commands', NO_VERDICT],
  'COMMANDLOG LEN': ['the number of large requests and large replies', NO_VERDICT],
  'LATENCY LATEST': ['latency spikes', NO_VERDICT],
  'LATENCY HISTOGRAM': ['how long commands take', NO_VERDICT],
  'INFO latencystats': ['percentiles of how long commands take', NO_VERDICT],
  'CLIENT LIST': ['who may have come without a password', 'redis_auth names no address of a client.'],
  'CLIENT SETNAME': ['which connections are those of the exporter, in CLIENT LIST and ACL LOG', NO_VERDICT],
  'CLIENT ID': NO_PUSH,
  'CLIENT TRACKING': NO_PUSH,
  SUBSCRIBE: NO_PUSH,
  EXISTS: NO_LOOKUP,
  SELECT: NO_LOOKUP,
  PTTL: ['how long keys live', 'ttl_too_short is not found.'],
  'CLUSTER INFO': ['whether the cluster serves all slots', 'redis_cluster rests on the answers to clients alone.'],
  'CLUSTER SHARDS': NO_NODES,
  'CLUSTER SLOTS': NO_NODES,
  'CLUSTER NODES': ['which nodes of the cluster are suspected to have failed', NO_VERDICT],
  DBSIZE: ['the census of keys', NO_VERDICT],
  RANDOMKEY: ['the census of keys', NO_VERDICT],
  'MEMORY USAGE': ['the size of keys in the census', NO_VERDICT],
};

/** The fields below that hold no count, and what of their text can be used. */
const TEXTS: Readonly<Record<string, (text: string) => boolean>> = {
  run_id: isWord,
  maxmemory_policy: isWord,
  role: isWord,
  rdb_last_bgsave_status: isWord,
  loading: (text) => parseFlag(text) !== undefined,
};

/** What is not known without a section of INFO, or without these fields of it. */
const SECTIONS: readonly (readonly [section: string, fields: readonly string[], ...Consequence])[] = [
  [
    'server',
    ['run_id', 'uptime_in_seconds'],
    'whether the server was restarted',
    'A server that restarts and one that changes behind a proxy are not told apart from counters that were reset.',
  ],
  [
    'errorstats',
    [],
    'how often commands are refused without a password (NOAUTH) or without a right (NOPERM), or fail otherwise',
    'redis_auth, redis_permission, redis_out_of_memory and redis_read_only are not proven by counters.',
  ],
  [
    'commandstats',
    [],
    'what commands are called, and which are rejected or fail',
    'flushed is not found, nor a gateway that writes nothing here.',
  ],
  ['keyspace', [], 'the number of keys', 'A full server without keys that expire is not recognised.'],
  ['memory', ['used_memory', 'maxmemory', 'maxmemory_policy'], 'how full the server is', 'redis_out_of_memory rests on refusals alone.'],
  [
    'stats',
    ['evicted_keys', 'expired_keys', 'keyspace_hits', 'keyspace_misses', 'rejected_connections'],
    'evicted and expired keys, hits, misses, and connections that are turned away',
    'evicted and redis_max_clients are not found.',
  ],
  ['clients', ['connected_clients'], 'how many clients are connected', 'redis_max_clients rests on counters alone.'],
  ['replication', ['role'], 'whether it is a master or a replica', 'redis_read_only rests on refusals alone.'],
  [
    'persistence',
    ['loading', 'rdb_last_bgsave_status'],
    'whether it is loading, and whether it can write to disk',
    'redis_loading and redis_persistence_error rest on refusals alone.',
  ],
];

const WHY: Readonly<Record<WhyUnanswered, string>> = {
  'no right': "is refused, the exporter's user may not send it (docs/redis-acl.md)",
  'not offered': 'is refused, the server or a proxy in front of it does not offer this command',
  'no answer': 'is answered with nothing that Redis answers',
};

/** What a server does not show, and what that means for the verdicts, a sentence or two each; undefined where it shows everything. */
export function unseenOf(info: Info, unanswered: ReadonlyMap<string, WhyUnanswered>): string[] | undefined {
  const isOff = info.section('errorstats').has('errorstat_ERRORSTATS_DISABLED');
  const unseen = [
    ...SECTIONS.flatMap(([section, fields, what, verdict]) => {
      const without = withoutFields(info, section, fields);
      return without === undefined ? [] : [`${upperFirst(what)}: ${without} on this server. ${verdict}`];
    }),
    ...(isOff
      ? ['Errors by kind: the server has stopped to count them after too many different ones; CONFIG RESETSTAT starts again.']
      : []),
    ...[...unanswered].flatMap(([name, why]) => {
      const [what, verdict] = COMMANDS[name] ?? [];
      return what === undefined ? [`${upperFirst(name)} ${WHY[why]}.`] : [`${upperFirst(what)}: ${name} ${WHY[why]}. ${verdict}`];
    }),
    ...(info.truncated ? ['The end of INFO: it has more lines than are read.'] : []),
  ];
  return unseen.length === 0 ? undefined : unseen;
}

/** What of a section is missing, or is there and says nothing, in words; undefined where nothing is. */
function withoutFields(info: Info, section: string, fields: readonly string[]): string | undefined {
  if (!info.has(section)) return `INFO has no section ${section}`;
  // Every server has counted the INFO that was asked before.
  if (section === 'commandstats' && info.section(section).size === 0) return `INFO ${section} is empty`;
  const missing = fields.filter((field) => info.text(section, field) === undefined);
  const unusable = fields.filter((field) => !missing.includes(field) && !isUsable(info, section, field));
  const parts = [
    ...(missing.length === 0 ? [] : [`has no ${missing.join(', ')}`]),
    ...(unusable.length === 0 ? [] : [`shows no value of ${unusable.join(', ')}`]),
  ];
  return parts.length === 0 ? undefined : `INFO ${section} ${parts.join(' and ')}`;
}

function isUsable(info: Info, section: string, field: string): boolean {
  const isText = TEXTS[field];
  return isText === undefined ? info.count(section, field) !== undefined : isText(info.text(section, field) ?? '');
}

function isWord(text: string): boolean {
  return /^[A-Za-z0-9][\w-]{0,63}$/.test(text) && !/^(?:unknown|none|null|hidden|na)$/i.test(text);
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
