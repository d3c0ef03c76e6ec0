import type { ErrorPrefix } from '../model/redis.ts';
import { parseErrorStats } from './errorstats.ts';
import { type Info, parseInfo, parseNumber, parsePairs } from './info.ts';

/** What a server had counted at a moment, as far as a verdict asks for it. */
export interface ServerCounters {
  /** Changes when the server restarts; counters start again then. */
  runId: string | undefined;
  errors: Readonly<Partial<Record<ErrorPrefix, number>>>;
  rejectedConnections: number | undefined;
  evictedKeys: number | undefined;
  expiredKeys: number | undefined;
  /** Calls of FLUSHALL and FLUSHDB. */
  flushes: number | undefined;
  /** Calls of commands that remove keys by name. */
  deletes: number | undefined;
  mode: string | undefined;
  /** It loads its data set: it answers INFO, and refuses nearly everything else. */
  loading: boolean;
}

/** The question that `readServerCounters` reads the reply of; before 7.0 only `all` has commandstats beside the rest. */
export const SERVER_COUNTERS = ['INFO', 'all'] as const;

const FLUSHES = ['flushall', 'flushdb'];
const DELETES = ['del', 'unlink', 'getdel', 'delex'];

/** Reads the reply of INFO. */
export function readServerCounters(reply: unknown): ServerCounters {
  const info = parseInfo(reply);
  return {
    runId: info.text('server', 'run_id'),
    errors: parseErrorStats(info),
    rejectedConnections: info.number('stats', 'rejected_connections'),
    evictedKeys: info.number('stats', 'evicted_keys'),
    expiredKeys: info.number('stats', 'expired_keys'),
    flushes: callsOf(info, FLUSHES),
    deletes: callsOf(info, DELETES),
    mode: info.text('server', 'redis_mode') ?? info.text('server', 'server_mode'),
    loading: info.number('persistence', 'loading') === 1,
  };
}

/** Calls of some commands; undefined where the server does not show what it was asked. */
function callsOf(info: Info, names: readonly string[]): number | undefined {
  const stats = info.section('commandstats');
  if (stats.size === 0) return undefined;
  return names.reduce((sum, name) => sum + (parseNumber(parsePairs(stats.get(`cmdstat_${name}`) ?? '').get('calls')) ?? 0), 0);
}
