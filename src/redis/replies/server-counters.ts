import { ERROR_PREFIX, type ErrorPrefix } from '../../model/redis.ts';
import { parseErrorStats, readDenials } from './errorstats.ts';
import { type Info, parseCount, parseFlag, parseInfo, parsePairs } from './info.ts';
import { sumOfKnown } from './keyspace.ts';
import { readServerState, type ServerState, worstState } from './server-state.ts';

/** What a server had counted at a moment, as far as a verdict asks for it. */
export interface ServerCounters {
  /** Changes when the server restarts; counters start again then. */
  runId: string | undefined;
  /** Seconds since its start. */
  uptime?: number | undefined;
  errors: Readonly<Partial<Record<ErrorPrefix, number>>>;
  rejectedConnections: number | undefined;
  evictedKeys: number | undefined;
  expiredKeys: number | undefined;
  /** Calls of FLUSHALL and FLUSHDB. */
  flushes: number | undefined;
  /** Calls of commands that remove keys by name. */
  deletes: number | undefined;
  /**
   * Logins that were refused, whatever the text: AUTH and HELLO that failed or were rejected. A server without a
   * password answers `ERR AUTH <password> called without any password configured`, which no error prefix tells.
   */
  logins?: number | undefined;
  /** Calls of commands that write a value as a cache does. */
  sets?: number | undefined;
  /** Calls of PING. */
  pings?: number | undefined;
  /** Commands since the start or since CONFIG RESETSTAT, which sets it to 0. */
  commands?: number | undefined;
  mode: string | undefined;
  /** Whether the cluster of a node serves all slots, by its own word. */
  clusterOk?: boolean | undefined;
  /** They are those of all masters of a cluster together. */
  whole?: true;
  /** It loads its data set: it answers INFO, and refuses nearly everything else. */
  loading: boolean;
  state?: ServerState;
}

/** The question that `readServerCounters` reads the reply of; before 7.0 only `all` has commandstats beside the rest. */
export const SERVER_COUNTERS = ['INFO', 'all'] as const;

const FLUSHES = ['flushall', 'flushdb'];
const DELETES = ['del', 'unlink', 'getdel', 'delex'];
const SETS = ['set', 'setex', 'psetex', 'setnx', 'mset', 'msetnx', 'msetex', 'getset'];
const LOGINS = ['auth', 'hello'];

/** Whether every key of the target is on the servers that these are the counters of: on one that shares them with no other, or on all masters of a cluster. */
export function isWhole({ mode, whole }: ServerCounters): boolean {
  return whole === true || mode === 'standalone';
}

/** Reads the reply of INFO. */
export function readServerCounters(reply: unknown): ServerCounters {
  const info = parseInfo(reply);
  return {
    runId: info.text('server', 'run_id'),
    uptime: info.count('server', 'uptime_in_seconds'),
    errors: errorsOf(info),
    rejectedConnections: info.count('stats', 'rejected_connections'),
    evictedKeys: info.count('stats', 'evicted_keys'),
    expiredKeys: info.count('stats', 'expired_keys'),
    flushes: callsOf(info, FLUSHES),
    deletes: callsOf(info, DELETES),
    logins: countOf(info, LOGINS, ['failed_calls', 'rejected_calls']),
    sets: callsOf(info, SETS),
    pings: callsOf(info, ['ping']),
    commands: info.count('stats', 'total_commands_processed'),
    mode: info.text('server', 'redis_mode') ?? info.text('server', 'server_mode'),
    loading: parseFlag(info.text('persistence', 'loading')) === true,
    state: readServerState(info),
  };
}

/**
 * Errors by prefix. A server that has stopped to count them (7.4 and later, after more than 128 different ones) still
 * counts refusals of its ACL (7.2 and later).
 */
function errorsOf(info: Info): ServerCounters['errors'] {
  const errors = parseErrorStats(info);
  const { WRONGPASS, NOPERM } = readDenials(info);
  if (errors.ERRORSTATS_DISABLED === undefined || errors.ERR !== undefined || WRONGPASS === undefined) return errors;
  return { ...errors, WRONGPASS, ...(NOPERM !== undefined && { NOPERM }) };
}

/** Calls of some commands; undefined where the server does not show what it was asked, or not as numbers. */
function callsOf(info: Info, names: readonly string[]): number | undefined {
  return countOf(info, names, ['calls']);
}

function countOf(info: Info, names: readonly string[], fields: readonly string[]): number | undefined {
  const stats = info.section('commandstats');
  if (stats.size === 0) return undefined;
  let sum = 0;
  for (const name of names) {
    const row = stats.get(`cmdstat_${name}`);
    if (row === undefined) continue;
    const pairs = parsePairs(row);
    for (const field of fields) {
      const count = parseCount(pairs.get(field));
      if (count === undefined) return undefined;
      sum += count;
    }
  }
  return sum;
}

const SUMMED = ['rejectedConnections', 'evictedKeys', 'expiredKeys', 'flushes', 'deletes', 'logins', 'sets', 'pings', 'commands'] as const;

/**
 * The counters of several servers together: their sums, as far as all of them count; the run is another one where that of one is, and
 * the condition is that of the one which is worst off.
 */
export function sumOfCounters(all: readonly ServerCounters[]): ServerCounters {
  const [first, ...others] = all;
  if (first === undefined) return { ...NOTHING };
  if (others.length === 0) return first;
  const ids = all.map(({ runId }) => runId);
  const errors: Partial<Record<ErrorPrefix, number>> = {};
  for (const prefix of ERROR_PREFIX) {
    const counts = all.flatMap((counters) => counters.errors[prefix] ?? []);
    if (counts.length > 0) errors[prefix] = counts.reduce((sum, count) => sum + count, 0);
  }
  const state = worstState(all.flatMap((counters) => counters.state ?? []));
  const sums = Object.fromEntries(SUMMED.map((name) => [name, sumOfKnown(all.map((counters) => counters[name]))]));
  return {
    ...first,
    ...sums,
    errors,
    runId: ids.includes(undefined) ? undefined : ids.toSorted().join(' '),
    uptime: ids.includes(undefined) ? undefined : first.uptime,
    clusterOk: all.some(({ clusterOk }) => clusterOk === false) ? false : first.clusterOk,
    loading: all.some(({ loading }) => loading),
    ...(state !== undefined && { state }),
  };
}

const NOTHING: ServerCounters = {
  runId: undefined,
  errors: {},
  rejectedConnections: undefined,
  evictedKeys: undefined,
  expiredKeys: undefined,
  flushes: undefined,
  deletes: undefined,
  mode: undefined,
  loading: false,
};
