import type { ErrorPrefix } from '../../model/redis.ts';
import { parseErrorStats, readDenials } from './errorstats.ts';
import { type Info, parseCount, parseFlag, parseInfo, parsePairs } from './info.ts';
import { readServerState, type ServerState } from './server-state.ts';

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
